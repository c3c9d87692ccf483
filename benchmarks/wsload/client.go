package wsload

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/gobwas/ws"
)

// client is a phone in a browser.
type client struct {
	r    *run
	conn net.Conn
	in   io.Reader // conn, and before that what came with the handshake
	mu   sync.Mutex
}

// connect opens a connection and sends a ping.
func (r *run) connect(ctx context.Context) (*client, error) {
	d := ws.Dialer{Protocols: []string{"sip"}}
	conn, rest, shake, err := d.Dial(ctx, "ws://"+r.Server+"/")
	if err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	c := &client{r: r, conn: conn, in: conn}
	if rest != nil {
		c.in = rest
	}
	if shake.Protocol != "sip" {
		conn.Close()
		return nil, fmt.Errorf("the server chose the protocol %q", shake.Protocol)
	}
	return c, c.frame(ws.NewPingFrame([]byte("ping")))
}

func (c *client) frame(f ws.Frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ws.WriteFrame(c.conn, ws.MaskFrameInPlace(f))
}

// host is what a browser takes for its address.
func (c *client) host() string {
	return fmt.Sprintf("c%d.invalid", c.conn.LocalAddr().(*net.TCPAddr).Port)
}

// send sends a message, in as many frames as the load wants.
func (c *client) send(msg []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts := max(1, c.r.Frames)
	op := ws.OpText
	for i := range parts {
		part := append([]byte(nil), msg[len(msg)*i/parts:len(msg)*(i+1)/parts]...)
		if err := ws.WriteFrame(c.conn, ws.MaskFrameInPlace(ws.NewFrame(op, i == parts-1, part))); err != nil {
			c.r.fault("a client cannot send: %v", err)
			return
		}
		op = ws.OpContinuation
	}
}

// listen answers what comes, until the connection ends.
func (c *client) listen() {
	for {
		f, err := ws.ReadFrame(c.in)
		if err != nil {
			return
		}
		switch f.Header.OpCode {
		case ws.OpText:
			if err := ws.CheckHeader(f.Header, ws.StateClientSide); err != nil {
				c.r.fault("a frame is wrong: %v", err)
			}
			c.r.got(f.Payload, c.send, "WS", c.host())
		case ws.OpPong:
			c.r.pings.Add(1)
		case ws.OpPing:
			_ = c.frame(ws.NewPongFrame(f.Payload))
		default:
			c.r.fault("a client got a frame %v %q", f.Header, f.Payload)
		}
	}
}
