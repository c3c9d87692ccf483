// Package coretest runs a server on one loop over a wire in memory: what a peer
// sends is processed before Send returns, and what the server sends waits in the
// peers' hands. There is no socket, no clock and no other goroutine than the
// log's, so a test that fails does so every time.
//
//	n := coretest.New(t, script, options)
//	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
//	a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
//	reply := a.Recv()
//
// What a module's functions do to messages is tested here, and that they
// allocate nothing (Net.Allocs). Loss, delay and several loops are
// reactortest's business.
package coretest

import (
	"bytes"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/rt"
)

// Listen are the addresses that a server of New listens on, over UDP.
var Listen = []string{"192.0.2.1:5060", "198.51.100.1:5060", "[2001:db8::1]:5060"}

// Net is a server and the wire around it.
type Net struct {
	Server *core.Server
	// Names answers for host names, nil where the options have brought another.
	Names *Names

	t      testing.TB
	wire   *wire
	listen []netip.AddrPort
	peers  map[netip.AddrPort]*Peer
	logger *log.Logger
	lines  *lines
	stray  []string
}

// Peer is an address on the wire.
type Peer struct {
	Addr netip.AddrPort
	n    *Net
	got  []string
}

// New compiles a script and puts its server on the wire. A script that is
// refused ends the test. opts need Core and Modules.
func New(t testing.TB, script string, opts core.Options) *Net {
	t.Helper()
	n, diags := Try(t, script, opts)
	if n == nil {
		t.Fatalf("the script was refused:\n%v", diags)
	}
	return n
}

// Try is New for a script that may be refused: the Net is nil then, and the list
// says why.
func Try(t testing.TB, script string, opts core.Options) (*Net, *diag.List) {
	t.Helper()
	return TryFile(t, "test.cfg", script, opts)
}

// NewOn is New with further listen addresses, of other transports: nothing arrives there,
// and nothing leaves, but the server thinks that it has them.
func NewOn(t testing.TB, script string, opts core.Options, more ...*core.Socket) *Net {
	t.Helper()
	n, diags := tryOn(t, "test.cfg", script, opts, more)
	if n == nil {
		t.Fatalf("the script was refused:\n%v", diags)
	}
	return n
}

// TryFile is Try for a script that stands in the file of a name, from which
// includes are looked for.
func TryFile(t testing.TB, name, script string, opts core.Options) (*Net, *diag.List) {
	t.Helper()
	return tryOn(t, name, script, opts, nil)
}

func tryOn(t testing.TB, name, script string, opts core.Options, more []*core.Socket) (*Net, *diag.List) {
	t.Helper()
	n := &Net{t: t, wire: &wire{}, peers: map[netip.AddrPort]*Peer{}, lines: &lines{changed: make(chan struct{}, 1)}}
	n.logger = log.New(log.Options{Rings: 1, Sink: n.lines, Level: 2, Lines: -1, Bytes: -1})
	t.Cleanup(func() { n.logger.Close() })
	opts.Logger, opts.Loops = n.logger, 1
	if opts.Names == nil {
		n.Names = newNames(t)
		opts.Names = n.Names
	}
	s, diags := core.New(name, []byte(script), opts)
	if s == nil {
		return nil, diags
	}
	n.Server = s
	var sockets []*core.Socket
	for i, a := range Listen {
		ap := netip.MustParseAddrPort(a)
		n.listen = append(n.listen, ap)
		sockets = append(sockets, core.NewSocket(reactor.SocketID(i), rt.ProtoUDP, ap, ""))
	}
	sockets = append(sockets, more...)
	n.wire.deliver = n.deliver
	if err := s.Attach(network{n.wire}, network{n.wire}, sockets); err != nil {
		t.Fatal(err)
	}
	n.wire.handler = s.Handler(0)
	n.wire.handler.Start(n.wire)
	n.wire.settle() // what the modules start with (event_route[htable:mod-init])
	return n, diags
}

// Refused compiles a script that has to be refused and returns all errors as text.
func Refused(t testing.TB, script string, opts core.Options) string {
	t.Helper()
	s, diags := core.New("test.cfg", []byte(script), opts)
	if s != nil {
		t.Fatalf("the script was not refused:\n%s", script)
	}
	return diags.String()
}

// Peer is the peer at an address, "192.0.2.10:5060".
func (n *Net) Peer(addr string) *Peer {
	ap := netip.MustParseAddrPort(addr)
	p := n.peers[ap]
	if p == nil {
		p = &Peer{Addr: ap, n: n}
		n.peers[ap] = p
	}
	return p
}

// Close makes a peer's address a closed port: what the server sends there comes back as
// an ICMP error. Open ends that.
func (p *Peer) Close() {
	if p.n.wire.closed == nil {
		p.n.wire.closed = map[netip.AddrPort]bool{}
	}
	p.n.wire.closed[p.Addr] = true
}

// Open: see Close.
func (p *Peer) Open() { delete(p.n.wire.closed, p.Addr) }

// Bounce brings an ICMP error about a datagram that the listen address with a number
// has sent to the peer, or so it says; quote is what it has of that datagram.
func (p *Peer) Bounce(i int, quote string) {
	p.n.wire.undelivered(reactor.Undelivered{
		Socket: reactor.SocketID(i), To: reactor.FromAddrPort(p.Addr), Err: syscall.ECONNREFUSED, Data: []byte(quote),
	})
}

// deliver keeps what the server has sent; to an address without a peer it is lost.
func (n *Net) deliver(to netip.AddrPort, data []byte) {
	if p := n.peers[to]; p != nil {
		p.got = append(p.got, string(data))
		return
	}
	n.stray = append(n.stray, to.String()+": "+string(data))
}

// Stray are the datagrams that went to addresses without a peer, each behind its
// address.
func (n *Net) Stray() []string { return n.stray }

// Send sends a datagram to the first listen address of the peer's family.
func (p *Peer) Send(msg string) {
	for i, a := range p.n.listen {
		if a.Addr().Is4() == p.Addr.Addr().Is4() {
			p.SendTo(i, msg)
			return
		}
	}
}

// SendTo sends a datagram to the listen address with the number i in Listen.
func (p *Peer) SendTo(i int, msg string) {
	p.n.wire.receive([]reactor.Message{p.message(i, []byte(msg))})
}

// SendOver is SendTo for a message that came over another transport than UDP.
func (p *Peer) SendOver(transport reactor.Transport, i int, msg string) {
	m := p.message(i, []byte(msg))
	m.Meta.Transport = transport
	p.n.wire.receive([]reactor.Message{m})
}

func (p *Peer) message(i int, data []byte) reactor.Message {
	return reactor.Message{Data: data, Meta: reactor.Meta{
		Remote: reactor.FromAddrPort(p.Addr), Local: reactor.FromAddrPort(p.n.listen[i]),
		Socket: reactor.SocketID(i), Transport: reactor.UDP,
	}}
}

// Recv is the oldest datagram that the peer has got and not yet looked at; ""
// when there is none.
func (p *Peer) Recv() string {
	if len(p.got) == 0 {
		return ""
	}
	m := p.got[0]
	p.got = p.got[1:]
	return m
}

// Ask sends a datagram and returns what the peer got for it.
func (p *Peer) Ask(msg string) string {
	p.Send(msg)
	return p.Recv()
}

// Allocs is the number of allocations that the server makes for one datagram
// of the peer, from the receive batch to the send batch. In that time nothing
// is delivered.
func (p *Peer) Allocs(msg string) float64 {
	batch := []reactor.Message{p.message(0, []byte(msg))}
	w := p.n.wire
	w.quiet = true
	defer func() { w.quiet = false }()
	return testing.AllocsPerRun(100, func() { w.receive(batch) })
}

// Mallocs sends a datagram as Send does and returns the number of heap objects
// that the server makes for it; what the wire itself needs to deliver is not
// counted. Other goroutines must be still.
func (p *Peer) Mallocs(msg string) uint64 {
	for i, a := range p.n.listen {
		if a.Addr().Is4() == p.Addr.Addr().Is4() {
			batch := []reactor.Message{p.message(i, []byte(msg))}
			w := p.n.wire
			w.reserveRoom(len(batch))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w.handler.Receive(w, batch)
			w.handler.CycleEnd(w)
			runtime.ReadMemStats(&after)
			own := w.own
			w.own = 0
			w.settle()
			return after.Mallocs - before.Mallocs - own
		}
	}
	return 0
}

// Quiet has what the server sends taken and forgotten, for tests that send much.
func (n *Net) Quiet(on bool) { n.wire.quiet = on }

// Bench measures what one datagram of the peer costs the server, from the receive
// batch to the send batch.
func (p *Peer) Bench(b *testing.B, msg string) {
	batch := []reactor.Message{p.message(0, []byte(msg))}
	w := p.n.wire
	w.quiet = true
	defer func() { w.quiet = false }()
	b.ReportAllocs()
	for b.Loop() {
		w.receive(batch)
	}
}

// Advance moves the clock and lets timers fire.
func (n *Net) Advance(d time.Duration) { n.wire.advance(d) }

// BoundTimers bounds the timers that the loop may have armed at a time: at what it
// has now and n more.
func (n *Net) BoundTimers(more int) { n.wire.maxTimers = len(n.wire.timers) + more }

// Settle lets the server handle what was posted to its loop from outside of
// messages: by a reload, or by the test.
func (n *Net) Settle() { n.wire.settle() }

// WaitLog returns the first log line that contains text; the test ends when
// none comes.
func (n *Net) WaitLog(text string) string {
	n.t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		if l := n.lines.find(text); l != "" {
			return l
		}
		select {
		case <-n.lines.changed:
		case <-deadline:
			n.t.Fatalf("no log line with %q; have:\n%s", text, n.lines.all())
		}
	}
}

// Logged closes the log and returns all its lines. Nothing is logged any more.
func (n *Net) Logged() string {
	n.logger.Close()
	return n.lines.all()
}

// lines is a sink that keeps everything.
type lines struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

// Log implements log.Sink.
func (l *lines) Log(line log.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(line.Text)
	l.text.WriteByte('\n')
}

// Flush implements log.Sink.
func (l *lines) Flush() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) find(text string) string {
	for line := range strings.SplitSeq(l.all(), "\n") {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}
