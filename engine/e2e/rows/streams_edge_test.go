package rows

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/rt"
)

// patience bounds the waiting for what has to come. What must not come is never waited
// for: something behind it is.
const patience = 10 * time.Second

// edge is a running server of a case, and what the case has found to be wrong.
type edge struct {
	*core.Server
	t     *testing.T
	wrong []string
	diags *diag.List
	logs  *logLines
	udp   netip.AddrPort // its addresses, where the script has no listen lines of its own
	tcp   netip.AddrPort
	calls int
	last  *far // the connection that arrives has found
}

// stop ends a case at the first thing that makes the rest pointless.
type stop struct{}

func (e *edge) fail(format string, args ...any) {
	e.wrong = append(e.wrong, fmt.Sprintf(format, args...))
}

func (e *edge) fatal(format string, args ...any) {
	e.fail(format, args...)
	panic(stop{})
}

// want compares texts, in which … stands for anything.
func (e *edge) want(what, got, want string) {
	if !matches(got, want) {
		e.fail("%s is %q, want %q", what, got, want)
	}
}

func (e *edge) must(err error) {
	if err != nil {
		e.fatal("%v", err)
	}
}

// logLines is a log that keeps its lines.
type logLines struct {
	sync.Mutex
	text strings.Builder
}

func (l *logLines) Log(line log.Line) {
	l.Lock()
	defer l.Unlock()
	l.text.Write(line.Text)
	l.text.WriteByte('\n')
}

func (l *logLines) Flush() {}

func (l *logLines) has(text string) bool {
	l.Lock()
	defer l.Unlock()
	return strings.Contains(l.text.String(), text)
}

// prepare compiles a script and adds listen lines where it has none.
func (e *edge) prepare(script string) {
	if !strings.Contains(script, "listen=") {
		script = "listen=udp:127.0.0.1:0\nlisten=tcp:127.0.0.1:0\n" + script
	}
	e.logs = &logLines{}
	opts := stock()
	opts.Logger = log.New(log.Options{Rings: 8, Sink: e.logs, Level: 2, Lines: -1, Bytes: -1})
	e.t.Cleanup(func() { opts.Logger.Close() })
	e.Server, e.diags = core.New("streams.cfg", []byte(script), opts)
	if e.Server == nil {
		e.fatal("refused: %v", e.diags)
	}
}

// start runs a script.
func (e *edge) start(script string) {
	e.prepare(script)
	e.must(e.Server.Start())
	e.t.Cleanup(e.halt)
	for _, k := range e.Snapshot().Sockets() {
		switch k.Proto {
		case rt.ProtoUDP:
			e.udp = k.Addr
		case rt.ProtoTCP:
			e.tcp = k.Addr
		}
	}
}

func (e *edge) halt() {
	if e.Server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := e.Server.Stop(ctx); err != nil {
		e.t.Errorf("stop: %v", err)
	}
	e.Server = nil
}

// stat is the sum of a figure of the server's event loops.
func (e *edge) stat(pick func(*reactor.Stats) uint64) (n uint64) {
	for _, s := range e.Stats().Reactor {
		n += pick(&s)
	}
	return n
}

// until waits for something that only a counter tells; false: it did not come.
func (e *edge) until(wait time.Duration, cond func() bool) bool {
	for end := time.Now().Add(wait); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// far is one end of a connection of the test, or an address for datagrams.
type far struct {
	e    *edge
	conn net.Conn
	r    *bufio.Reader
	buf  [65536]byte
}

func (e *edge) own(c net.Conn) *far {
	e.t.Cleanup(func() { c.Close() })
	return &far{e: e, conn: c, r: bufio.NewReader(c)}
}

// dial connects to an address of the server.
func (e *edge) dial(to netip.AddrPort) *far {
	c, err := net.Dial("tcp", to.String())
	e.must(err)
	return e.own(c)
}

// phone is an address for datagrams.
func (e *edge) phone() *far {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	e.must(err)
	return e.own(c)
}

// addr is the near end's address.
func (f *far) addr() netip.AddrPort { return netip.MustParseAddrPort(f.conn.LocalAddr().String()) }

func (f *far) udp() *net.UDPConn { c, _ := f.conn.(*net.UDPConn); return c }

// send writes a message, a datagram to the server's UDP address.
func (f *far) send(msg string) {
	var err error
	if u := f.udp(); u != nil {
		_, err = u.WriteToUDPAddrPort([]byte(msg), f.e.udp)
	} else {
		_, err = io.WriteString(f.conn, msg)
	}
	if err != nil {
		f.e.fatal("send: %v", err)
	}
}

// errSilent: nothing has come in time.
var errSilent = errors.New("nothing has come")

// within is the next message, or an error: io.EOF at the end of a connection in order.
func (f *far) within(wait time.Duration) (string, error) {
	_ = f.conn.SetReadDeadline(time.Now().Add(wait))
	if u := f.udp(); u != nil {
		n, err := u.Read(f.buf[:])
		if err != nil {
			return "", errSilent
		}
		return string(f.buf[:n]), nil
	}
	var b strings.Builder
	length := 0
	for {
		l, err := f.r.ReadString('\n')
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return b.String() + l, errSilent
		}
		if err != nil {
			return b.String() + l, err
		}
		b.WriteString(l)
		if v, ok := strings.CutPrefix(strings.ToLower(l), "content-length:"); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		if l == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(f.r, body); err != nil {
		return b.String(), err
	}
	return b.String() + string(body), nil
}

// recv is the next message; the case ends when there is none.
func (f *far) recv() string {
	m, err := f.within(patience)
	if err != nil {
		f.e.fatal("no message: %v", err)
	}
	return m
}

// first is the first line of the next message, "closed" at the end of the connection,
// "" when nothing comes in time.
func (f *far) first(wait time.Duration) string {
	m, err := f.within(wait)
	switch {
	case err == errSilent:
		return ""
	case err != nil:
		return "closed"
	}
	line, _, _ := strings.Cut(m, "\r\n")
	return line
}

// expect demands the first line of the next message, and returns that.
func (f *far) expect(line string) string {
	m := f.recv()
	if got, _, _ := strings.Cut(m, "\r\n"); !matches(got, line) {
		f.e.fatal("%q came, want %q", got, line)
	}
	return m
}

// closed demands the end of the connection.
func (f *far) closed(what string) {
	if got := f.first(patience); got != "closed" {
		f.e.fail("%s: %q instead of the end of the connection", what, got)
	}
}

// served demands the answer to one more request.
func (f *far) served(what string) {
	f.send(f.e.request("OPTIONS", "sip:b@example.net", f))
	if got := f.first(patience); !strings.HasPrefix(got, "SIP/2.0 200") {
		f.e.fail("%s: %q instead of an answer", what, got)
	}
}

// host listens for connections.
func (e *edge) host(addr string) *net.TCPListener {
	l, err := net.Listen("tcp", addr)
	e.must(err)
	e.t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

// both is an address for connections and one for datagrams with the same port.
func (e *edge) both() (*net.TCPListener, *far) {
	for range 20 {
		l := e.host("127.0.0.1:0")
		u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: portOf(l)})
		if err == nil {
			return l, e.own(u)
		}
		l.Close()
	}
	e.fatal("no port is free for both")
	panic("unreachable")
}

func portOf(l *net.TCPListener) int { return l.Addr().(*net.TCPAddr).Port }

// accept takes a connection of the server.
func (e *edge) accept(l *net.TCPListener) *far {
	_ = l.SetDeadline(time.Now().Add(patience))
	c, err := l.Accept()
	if err != nil {
		e.fatal("no connection has come: %v", err)
	}
	return e.own(c)
}

// arrives tells by which of two ways the next message comes.
func (e *edge) arrives(conn *far, l *net.TCPListener, u *far) (way, msg string) {
	type arrival struct {
		way, msg string
		on       *far
	}
	c := make(chan arrival, 3)
	go func() {
		if conn == nil {
			return
		}
		if m, err := conn.within(patience); err == nil {
			c <- arrival{"the connection", m, conn}
		}
	}()
	go func() {
		if u == nil {
			return
		}
		if m, err := u.within(patience); err == nil {
			c <- arrival{"a datagram", m, u}
		}
	}()
	go func() {
		_ = l.SetDeadline(time.Now().Add(patience))
		k, err := l.Accept()
		if err != nil {
			return
		}
		f := e.own(k)
		if m, err := f.within(patience); err == nil {
			c <- arrival{"a new connection", m, f}
		}
	}()
	select {
	case a := <-c:
		e.last = a.on
		return a.way, a.msg
	case <-time.After(patience):
		e.fatal("the message has not come")
		panic("unreachable")
	}
}

// request is a request of a peer, each with a Call-ID of its own.
func (e *edge) request(method, uri string, from *far, headers ...string) string {
	e.calls++
	proto := "TCP"
	if from.udp() != nil {
		proto = "UDP"
	}
	via := fmt.Sprintf("Via: SIP/2.0/%s %s;branch=z9hG4bK%d", proto, from.addr(), e.calls)
	body := ""
	var lines []string
	for _, h := range headers {
		switch name, v, _ := strings.Cut(h, ": "); name {
		case "Via":
			via = strings.ReplaceAll(h, "BRANCH", fmt.Sprintf("z9hG4bK%d", e.calls))
		case "Body":
			body = v
		default:
			lines = append(lines, h+"\r\n")
		}
	}
	return fmt.Sprintf("%s %s SIP/2.0\r\n%s\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.net>\r\nCall-ID: call-%d\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n%sContent-Length: %d\r\n\r\n%s",
		method, uri, via, e.calls, method, strings.Join(lines, ""), len(body), body)
}

// valueOf is the body of the first header of that name.
func valueOf(msg, name string) string {
	for _, l := range strings.Split(msg, "\r\n") {
		if n, v, ok := strings.Cut(l, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// answerTo is a reply to a request.
func answerTo(req string, code int, reason string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", code, reason)
	for _, l := range strings.Split(req, "\r\n")[1:] {
		if l == "" {
			break
		}
		switch name, _, _ := strings.Cut(l, ":"); strings.ToLower(name) {
		case "to":
			b.WriteString(l + ";tag=2\r\n")
		case "via", "from", "call-id", "cseq", "record-route":
			b.WriteString(l + "\r\n")
		}
	}
	return b.String() + "Content-Length: 0\r\n\r\n"
}
