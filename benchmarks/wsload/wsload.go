// Package wsload makes calls between WebSocket clients and a UDP phone through a server under test, half of them each way:
// INVITE, 180, 200, ACK, BYE, 200 along the route set that the server's Record-Route makes. The clients are an independent
// implementation of WebSocket (gobwas/ws) and know no address of their own, like browsers (RFC 7118). Neither end repeats
// anything: a call of which a message is lost fails.
//
// Start at Run. Script is the routing script that the server under test runs.
package wsload

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/benchmarks/configs"
)

// Load says what to do.
type Load struct {
	Server  string // host:port of the server, over UDP and over TCP
	Clients int    // WebSocket connections
	Calls   int
	Rate    float64 // calls per second
	// Bytes is how long the offers are at least: above some 900 the INVITE of a client is no longer in one read.
	Bytes int
	// Frames is in how many frames the clients send a message, at least 1.
	Frames int
}

// Result is what came of it.
type Result struct {
	Done   int // calls that went through
	Failed []string
	Pings  int // that the clients have got an answer to
}

const (
	// patience is how long the last calls may take.
	patience = 10 * time.Second
	// shownFailures bounds the list of failed calls.
	shownFailures = 10
	// rcvBuf is the receive buffer of the UDP phone, bytes.
	rcvBuf = 8 << 20
	// headerTo is the header that tells the script the address of a call's client.
	headerTo = "X-To"
)

// Script is a stateful proxy between WebSocket clients, on a TCP port, and the UDP phone on another. Its last listen line is
// the one of UDP, which the run replaces.
func Script(tcp, phone int) configs.Script {
	return configs.Script(fmt.Sprintf(`listen=tcp:127.0.0.1:%d
listen=udp:127.0.0.1:5060
children=2
log_stderror=yes
tcp_rd_buf_size=16384

loadmodule "sl"
loadmodule "tm"
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "pv"
loadmodule "siputils"
loadmodule "textops"
loadmodule "xhttp"
loadmodule "websocket"

request_route {
	if (!mf_process_maxfwd_header("10")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (has_totag()) {
		loose_route();
	}
	if (is_method("INVITE")) {
		record_route();
	}
	if (is_present_hf(%[3]q)) {
		$du = "sip:" + $hdr(%[3]s) + ";transport=ws";
	} else {
		$du = "sip:127.0.0.1:%[2]d";
	}
	if (!t_relay()) {
		sl_reply_error();
	}
}

event_route[xhttp:request] {
	ws_handle_handshake();
}
`, tcp, phone, headerTo))
}

// run is a load that is under way.
type run struct {
	Load
	phone   *net.UDPConn
	server  *net.UDPAddr
	clients []*client
	calls   []call
	left    atomic.Int64
	done    chan struct{}
	pings   atomic.Int64

	mu     sync.Mutex
	broken []string // what is not a failed call
}

// call is how far a call has come.
type call struct {
	mu           sync.Mutex
	client       int
	out          bool // the client is the caller
	answered     bool // the caller has got the 200
	acknowledged bool // the callee has got the ACK
	ended        bool // the caller has got the 200 to its BYE
	refused      string
	over         bool
}

// Run makes the calls. phone is the socket of the UDP phone.
func Run(ctx context.Context, l Load, phone *net.UDPConn) (Result, error) {
	server, err := net.ResolveUDPAddr("udp", l.Server)
	if err != nil {
		return Result{}, err
	}
	_ = phone.SetReadBuffer(rcvBuf)
	r := &run{Load: l, phone: phone, server: server, calls: make([]call, l.Calls), done: make(chan struct{})}
	r.left.Store(int64(l.Calls))
	defer r.hangUp()
	for range l.Clients {
		c, err := r.connect(ctx)
		if err != nil {
			return Result{}, err
		}
		r.clients = append(r.clients, c)
	}
	for _, c := range r.clients {
		go c.listen()
	}
	go r.listen()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	begun := time.Now()
	for n := 0; n < l.Calls; {
		for due := min(l.Calls, int(time.Since(begun).Seconds()*l.Rate)+1); n < due; n++ {
			r.begin(n)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	}
	select {
	case <-r.done:
	case <-time.After(patience):
	case <-ctx.Done():
	}
	return r.result(), nil
}

func (r *run) hangUp() {
	for _, c := range r.clients {
		c.conn.Close()
	}
	r.phone.Close()
}

func (r *run) begin(n int) {
	c := &r.calls[n]
	c.client, c.out = n%len(r.clients), n%2 == 0
	client := r.clients[c.client]
	if c.out {
		client.send(invite(n, "WS", client.host(), "", r.Bytes))
		return
	}
	r.send(invite(n, "UDP", r.phone.LocalAddr().String(), client.conn.LocalAddr().String(), r.Bytes))
}

// settle counts a call that has come to its end.
func (r *run) settle(c *call) {
	if !c.over && c.ended && c.acknowledged {
		c.over = true
		if r.left.Add(-1) == 0 {
			close(r.done)
		}
	}
}

func (r *run) result() (res Result) {
	res.Pings = int(r.pings.Load())
	res.Failed = r.broken
	for n := range r.calls {
		c := &r.calls[n]
		c.mu.Lock()
		if c.over {
			res.Done++
		} else if len(res.Failed) < shownFailures {
			res.Failed = append(res.Failed, fmt.Sprintf("call %d (from the client: %v): answered %v, acknowledged %v, ended %v %s", n, c.out, c.answered, c.acknowledged, c.ended, c.refused))
		}
		c.mu.Unlock()
	}
	return res
}

func (r *run) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.broken) < shownFailures {
		r.broken = append(r.broken, fmt.Sprintf(format, args...))
	}
}
