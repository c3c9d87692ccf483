package reactor

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These tests drive a loop's SCTP socket against a kernel of their own, without
// SCTP in the system's; benchmarks/sctpvm does the same with a real one.

func addr4(s string) Addr { return FromAddrPort(netip.MustParseAddrPort(s)) }

// sctpKernel stands in for the kernel.
type sctpKernel struct {
	sent   []sctpSent
	refuse func(s *sctpSent) error // nil: it takes everything
	in     []sctpIn
	assocs map[Addr]int32 // by peer
	pieces uint64         // given to the network, of every association
	quiet  bool
}

// sctpSent is a message that was sent, sctpIn one that has come.
type sctpSent struct {
	to      Addr
	assoc   int32
	flags   uint16
	context uint32
	ttl     uint32
	data    string
}

type sctpIn struct {
	data  []byte
	flags int32
	assoc int32
	from  Addr
}

func (k *sctpKernel) calls() *sctpCalls {
	return &sctpCalls{send: k.send, recv: k.recv, set: func(int, int, int, []byte) error { return nil }, get: k.get}
}

func (k *sctpKernel) send(_ int, h *unix.Msghdr) (int, error) {
	if k.quiet {
		return 0, nil
	}
	ctl := unsafe.Slice(h.Control, int(h.Controllen))[unix.CmsgLen(0):]
	s := sctpSent{assoc: int32(ne.Uint32(ctl[28:])), flags: ne.Uint16(ctl[4:]), context: ne.Uint32(ctl[12:]), ttl: ne.Uint32(ctl[16:])}
	if h.Namelen > 0 {
		s.to = (*rawName)(unsafe.Pointer(h.Name)).addr()
	}
	if h.Iovlen > 0 {
		s.data = string(unsafe.Slice(h.Iov.Base, int(h.Iov.Len)))
	}
	if k.refuse != nil {
		if err := k.refuse(&s); err != nil {
			return 0, err
		}
	}
	k.sent = append(k.sent, s)
	if s.assoc == 0 && s.flags&(sctpAbort|sctpEOF) == 0 && k.assocs[s.to] == 0 {
		k.assocs[s.to] = int32(100 + len(k.assocs))
	}
	return len(s.data), nil
}

func (k *sctpKernel) recv(_ int, h *unix.Msghdr) (int, error) {
	if len(k.in) == 0 {
		return 0, unix.EAGAIN
	}
	m := k.in[0]
	k.in = k.in[1:]
	h.Namelen = (*rawName)(unsafe.Pointer(h.Name)).set(&m.from)
	h.Flags = m.flags
	ctl := unsafe.Slice(h.Control, int(h.Controllen))
	c := (*unix.Cmsghdr)(unsafe.Pointer(&ctl[0]))
	c.Level, c.Type = solSCTP, cmsgRcvInfo
	c.SetLen(unix.CmsgLen(rcvInfoSize))
	ne.PutUint32(ctl[unix.CmsgLen(0)+24:], uint32(m.assoc))
	h.SetControllen(unix.CmsgSpace(rcvInfoSize))
	return copy(unsafe.Slice(h.Iov.Base, int(h.Iov.Len)), m.data), nil
}

func (k *sctpKernel) get(_, opt int, v []byte) (int, error) {
	switch opt {
	case sctpPeerAddrInfo:
		id := k.assocs[(*rawName)(v[4:]).addr()]
		if id == 0 {
			return 0, unix.EINVAL
		}
		ne.PutUint32(v, uint32(id))
	case sctpAssocStats:
		ne.PutUint64(v[208:], k.pieces)
	}
	return len(v), nil
}

// message has one come; change and failed are notifications.
func (k *sctpKernel) message(assoc int32, from Addr, text string) {
	k.in = append(k.in, sctpIn{[]byte(text), unix.MSG_EOR, assoc, from})
}

func (k *sctpKernel) change(state int, assoc int32, from Addr) {
	b := make([]byte, 20)
	ne.PutUint16(b, noteAssocChange)
	ne.PutUint16(b[8:], uint16(state))
	ne.PutUint32(b[16:], uint32(assoc))
	k.in = append(k.in, sctpIn{b, msgNotification | unix.MSG_EOR, 0, from})
}

func (k *sctpKernel) failed(context uint32) {
	b := make([]byte, 32)
	ne.PutUint16(b, noteSendFailedEvent)
	ne.PutUint32(b[20:], context)
	k.in = append(k.in, sctpIn{b, msgNotification | unix.MSG_EOR, 0, Addr{}})
}

// last is the last thing that was sent.
func (k *sctpKernel) last() sctpSent {
	if len(k.sent) == 0 {
		return sctpSent{}
	}
	return k.sent[len(k.sent)-1]
}

// assocHandler keeps what it hears.
type assocHandler struct {
	got    []Message
	text   []string
	events []AssocEvent
	unsent []uint64
	keep   bool
}

func (h *assocHandler) Start(Loop) {}
func (h *assocHandler) Receive(_ Loop, batch []Message) {
	if !h.keep {
		return
	}
	for _, m := range batch {
		h.text = append(h.text, string(m.Data))
		m.Data = nil
		h.got = append(h.got, m)
	}
}
func (h *assocHandler) Posted(Loop, *Mail)                       {}
func (h *assocHandler) Timer(Loop, uint32, uint64)               {}
func (h *assocHandler) CycleEnd(Loop)                            {}
func (h *assocHandler) Stop(Loop)                                {}
func (h *assocHandler) ConnEvent(Loop, ConnID, ConnEvent, error) {}
func (h *assocHandler) Unsent(_ Loop, _ ConnID, tag uint64, _ error) {
	h.unsent = append(h.unsent, tag)
}
func (h *assocHandler) AssocEvent(_ Loop, e *AssocEvent) { h.events = append(h.events, *e) }

// assocLoops makes loops that do not run, the first of which has an SCTP socket.
func assocLoops(t testing.TB, n int, c SCTPConfig) ([]*loop, *sctpKernel, []*assocHandler) {
	t.Helper()
	hs := make([]*assocHandler, n)
	r, err := New(Config{Loops: n, SCTP: c, SendQueue: 4, Handler: func(i int) Handler {
		hs[i] = &assocHandler{keep: true}
		return hs[i]
	}})
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	k := &sctpKernel{assocs: map[Addr]int32{}}
	s := newAssocSocket(fd, k.calls())
	at := addr4("192.0.2.1:5060")
	s.name(0, 0, at)
	s.bounds(&c)
	for _, l := range r.loops {
		p := &assocPort{id: 0, owner: 0, addr: at}
		if l.id == 0 {
			p.s = s
			if err := l.poll.add(fd, 0, wantRead); err != nil {
				t.Fatal(err)
			}
		}
		l.assocPorts = []*assocPort{p}
	}
	t.Cleanup(r.discard)
	return r.loops, k, hs
}

// take lets the loop read what has come.
func take(l *loop) {
	l.onAssocSocket(l.assocPorts[0].s, &event{read: true})
	l.tell()
}

func sendTo(l *loop, over ConnID, to Addr, tag uint64, text string) error {
	b := l.Reserve(len(text))
	return l.CommitAssoc(0, over, to, tag, copy(b, text))
}

func TestAReplyGoesOverTheAssociationOfItsRequest(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true, SendTTL: 32000})
	l, h := ls[0], hs[0]
	from := addr4("192.0.2.9:40000")
	k.change(commUp, 7, from)
	k.message(7, from, "one")
	k.message(7, from, "two")
	take(l)
	if len(h.got) != 2 || h.text[0] != "one" || h.text[1] != "two" || h.got[0].Meta.Remote != from || h.got[0].Meta.Transport != SCTP || h.got[0].Frame != FrameMessage {
		t.Fatalf("%+v %q", h.got, h.text)
	}
	id := h.got[0].Meta.Conn
	if !id.IsAssoc() || id.Loop() != 0 || id.Generation() != 7 {
		t.Fatalf("%x", id)
	}
	if len(h.events) != 1 || h.events[0] != (AssocEvent{Kind: AssocUp, Assoc: id, Peer: from}) {
		t.Errorf("%+v", h.events)
	}
	// The port of its Via is another one.
	if err := sendTo(l, id, addr4("192.0.2.9:5060"), 0, "reply"); err != nil {
		t.Fatal(err)
	}
	if got := k.last(); got != (sctpSent{assoc: 7, flags: sctpUnordered, context: 1, ttl: 32000, data: "reply"}) {
		t.Errorf("%+v", got)
	}
	// A host that the association does not lead to.
	other := addr4("192.0.2.10:5060")
	if err := sendTo(l, id, other, 0, "reply"); err != nil {
		t.Fatal(err)
	}
	if got := k.last(); got.assoc != 0 || got.to != other {
		t.Errorf("%+v", got)
	}
	k.change(shutdownDone, 7, from)
	take(l)
	if err := sendTo(l, id, addr4("192.0.2.9:5060"), 0, "late"); err != nil {
		t.Fatal(err)
	}
	if got := k.last(); got.assoc != 0 || got.to != addr4("192.0.2.9:5060") {
		t.Errorf("an association that is closed was used: %+v", got)
	}
}

func TestAPeerWithSeveralAddressesIsOne(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true, MaxAssocs: 1})
	l := ls[0]
	first, second := addr4("192.0.2.9:5060"), addr4("198.51.100.9:5060")
	k.change(commUp, 7, first)
	k.message(7, second, "from the other side")
	take(l)
	if err := sendTo(l, hs[0].got[0].Meta.Conn, addr4("198.51.100.9:9999"), 0, "reply"); err != nil || k.last().assoc != 7 {
		t.Errorf("%v, %+v", err, k.last())
	}
	third := addr4("203.0.113.9:5060") // known to the kernel alone
	k.assocs[third] = 7
	if err := sendTo(l, 0, third, 0, "request"); err != nil || k.last().to != third {
		t.Errorf("%v, %+v", err, k.last())
	}
	k.change(commLost, 7, first)
	take(l)
	s := l.assocPorts[0].s
	if len(s.table.byID)+len(s.table.byPeer) != 0 || l.r.Assocs() != 0 {
		t.Errorf("left: %v %v", s.table.byID, s.table.byPeer)
	}
}

func TestWithoutTrackingMessagesNameNoAssociation(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{})
	from := addr4("192.0.2.9:40000")
	k.change(commUp, 7, from)
	k.message(7, from, "one")
	take(ls[0])
	if hs[0].got[0].Meta.Conn != 0 {
		t.Errorf("%x", hs[0].got[0].Meta.Conn)
	}
	if err := sendTo(ls[0], makeAssocID(0, 0, 7), from, 0, "reply"); err != nil || k.last().to != from {
		t.Errorf("%v %+v", err, k.last())
	}
	// An association that was there before the table becomes known by its messages.
	s := ls[0].assocPorts[0].s
	s.bounds(&SCTPConfig{Tracking: true})
	k.message(7, from, "two")
	take(ls[0])
	if !s.table.leads(7, &from) {
		t.Error("it is not known")
	}
}

func TestAnAssociationThatHasEndedUnnoticed(t *testing.T) {
	ls, k, _ := assocLoops(t, 1, SCTPConfig{Tracking: true})
	from := addr4("192.0.2.9:5060")
	k.change(commUp, 7, from)
	take(ls[0])
	k.refuse = func(s *sctpSent) error {
		if s.assoc != 0 {
			return unix.EPIPE
		}
		return nil
	}
	if err := sendTo(ls[0], makeAssocID(0, 0, 7), from, 0, "reply"); err != nil || k.last().to != from {
		t.Errorf("%v %+v", err, k.last())
	}
}

func TestSCTPMessagesThatTheKernelDoesNotTakeWaitInOrder(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{})
	l := ls[0]
	to := addr4("192.0.2.9:5060")
	full := true
	k.refuse = func(*sctpSent) error {
		if full {
			return unix.EAGAIN
		}
		return nil
	}
	for _, text := range []string{"1", "2", "3", "4"} {
		if err := sendTo(l, 0, to, 0, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := sendTo(l, 0, to, 9, "5"); err != ErrSendQueueFull {
		t.Errorf("beyond the bound: %v", err)
	}
	s := l.assocPorts[0].s
	l.onAssocSocket(s, &event{write: true})
	if len(k.sent) != 0 || !s.waiting {
		t.Errorf("%v", k.sent)
	}
	full = false
	l.onAssocSocket(s, &event{write: true})
	var got strings.Builder
	for _, m := range k.sent {
		got.WriteString(m.data)
	}
	if got.String() != "1234" || len(s.queue) != 0 || s.queueBytes != 0 || s.waiting {
		t.Errorf("%q, %d left", got.String(), len(s.queue))
	}
	// One that cannot be sent after all is told of.
	full = true
	if err := sendTo(l, 0, to, 77, "6"); err != nil {
		t.Fatal(err)
	}
	k.refuse = func(*sctpSent) error { return unix.EHOSTUNREACH }
	l.onAssocSocket(s, &event{write: true})
	l.tell()
	if len(hs[0].unsent) != 1 || hs[0].unsent[0] != 77 {
		t.Errorf("%v", hs[0].unsent)
	}
}

func TestAMessageThatTheKernelGivesUpIsToldOnce(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true})
	l, h := ls[0], hs[0]
	to := addr4("192.0.2.9:5060")
	for tag := uint64(1); tag <= 3; tag++ {
		if err := sendTo(l, 0, to, tag, "x"); err != nil {
			t.Fatal(err)
		}
	}
	k.change(cantStart, 0, to) // a closed port
	for range 2 {              // each of its pieces
		k.failed(k.sent[1].context)
	}
	k.failed(12345) // none of ours
	take(l)
	if len(h.unsent) != 1 || h.unsent[0] != 2 {
		t.Errorf("%v", h.unsent)
	}
	if len(h.events) != 2 || h.events[0] != (AssocEvent{Kind: AssocFailed, Peer: to}) || h.events[1].Kind != AssocUnsent || h.events[1].Peer != to {
		t.Errorf("%+v", h.events)
	}
	if s := l.assocPorts[0].s; len(s.table.byID)+len(s.table.byPeer) != 0 {
		t.Errorf("what could not be opened is in the table: %v", s.table.byID)
	}
}

// sctp_send_retries: sent again, on whatever association the address leads to then.
func TestAMessageIsSentAgain(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{SendRetries: 2})
	l, h := ls[0], hs[0]
	to := addr4("192.0.2.9:5060")
	if err := sendTo(l, 0, to, 5, "request"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if len(k.sent) != i+1 || k.last().data != "request" || k.last().to != to || len(h.unsent) != 0 {
			t.Fatalf("after %d failures: %+v, %v", i, k.sent, h.unsent)
		}
		k.failed(k.last().context)
		take(l)
	}
	if len(k.sent) != 3 || len(h.unsent) != 1 || h.unsent[0] != 5 {
		t.Errorf("%+v, %v", k.sent, h.unsent)
	}
}

func TestMaxAssocs(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true, MaxAssocs: 1})
	l, h := ls[0], hs[0]
	one, two := addr4("192.0.2.9:5060"), addr4("192.0.2.10:5060")
	k.change(commUp, 7, one)
	k.change(commUp, 8, two)
	take(l)
	if got := k.last(); got.assoc != 8 || got.flags != sctpAbort || got.data != "" {
		t.Errorf("the second one was not aborted: %+v", got)
	}
	if h.events[1].Kind != AssocSurplus {
		t.Errorf("%+v", h.events)
	}
	k.change(commLost, 8, two)
	take(l)
	// To a third one none is opened; to the first one there is one.
	n := len(k.sent)
	if err := sendTo(l, 0, addr4("192.0.2.11:5060"), 1, "x"); err != ErrAssocTable || len(k.sent) != n {
		t.Errorf("%v, %+v", err, k.last())
	}
	if err := sendTo(l, 0, one, 1, "x"); err != nil {
		t.Error(err)
	}
	k.change(shutdownDone, 7, one)
	take(l)
	if err := sendTo(l, 0, addr4("192.0.2.11:5060"), 1, "x"); err != nil {
		t.Errorf("the place of the first one is not free: %v", err)
	}
	l.r.sctp.Store(&SCTPConfig{Tracking: true, MaxAssocs: -1})
	if err := sendTo(l, 0, addr4("192.0.2.12:5060"), 1, "x"); err != ErrAssocTable {
		t.Errorf("none are allowed: %v", err)
	}
}

// A message that is longer than any may be comes in pieces; it is dropped, and the
// others' messages between its pieces are not.
func TestALongMessageIsDropped(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true})
	a, b := addr4("192.0.2.9:5060"), addr4("192.0.2.10:5060")
	piece := sctpIn{bytes.Repeat([]byte("x"), MaxDatagram), 0, 7, a}
	end := piece
	end.flags = unix.MSG_EOR
	k.in = append(k.in, piece)
	k.message(8, b, "other")
	k.in = append(k.in, piece, end)
	k.message(7, a, "next")
	take(ls[0])
	if len(hs[0].text) != 2 || hs[0].text[0] != "other" || hs[0].text[1] != "next" {
		t.Errorf("%q", hs[0].text)
	}
	if n := ls[0].c.truncated.Load(); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// An association that takes nothing has its share of the send buffer, and is aborted
// in the end; one that gets on has no bound.
func TestAPeerThatTakesNothing(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true})
	l, h := ls[0], hs[0]
	to := addr4("192.0.2.9:5060")
	k.change(commUp, 7, to)
	k.assocs[to] = 7
	take(l)
	text := strings.Repeat("x", 1000)
	for range 200 { // all of it goes out
		k.pieces++
		if err := sendTo(l, 0, to, 1, text); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for ; n < 200; n++ {
		if err := sendTo(l, 0, to, 1, text); err == ErrConnQueueFull {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n < minWaiting/4 || n > 2*minWaiting {
		t.Errorf("refused after %d", n)
	}
	l.now += int64(stuckTime - time.Second)
	if err := sendTo(l, 0, to, 1, text); err != ErrConnQueueFull || k.last().flags == sctpAbort {
		t.Errorf("%v", err)
	}
	l.now += int64(2 * time.Second)
	_ = sendTo(l, 0, to, 1, text)
	if k.last().flags != sctpAbort || k.last().assoc != 7 {
		t.Errorf("not aborted: %+v", k.last())
	}
	l.tell()
	if e := h.events[len(h.events)-1]; e.Kind != AssocStuck || e.Peer != to {
		t.Errorf("%+v", h.events)
	}
}

// What another loop sends goes by its owner, and what goes wrong comes back.
func TestAnotherLoopSends(t *testing.T) {
	ls, k, hs := assocLoops(t, 2, SCTPConfig{Tracking: true})
	to := addr4("192.0.2.9:5060")
	k.change(commUp, 7, to)
	take(ls[0])
	if err := sendTo(ls[1], makeAssocID(0, 0, 7), addr4("192.0.2.9:1"), 3, "hello"); err != nil {
		t.Fatal(err)
	}
	ls[0].drainMail()
	if got := k.last(); got.assoc != 7 || got.data != "hello" {
		t.Errorf("%+v", got)
	}
	k.refuse = func(*sctpSent) error { return unix.EHOSTUNREACH }
	if err := sendTo(ls[1], 0, to, 3, "hello"); err != nil {
		t.Fatal(err)
	}
	ls[0].drainMail()
	if len(hs[0].unsent) != 1 || hs[0].unsent[0] != 3 {
		t.Errorf("%v", hs[0].unsent)
	}
}

func TestAnAssociationIsClosed(t *testing.T) {
	ls, k, _ := assocLoops(t, 1, SCTPConfig{Tracking: true})
	for how, flags := range map[CloseMode]uint16{CloseAfterWrite: sctpEOF, CloseNow: sctpAbort} {
		if err := ls[0].CloseConn(makeAssocID(0, 0, 7), how); err != nil || k.last().assoc != 7 || k.last().flags != flags || k.last().data != "" {
			t.Errorf("%v: %v %+v", how, err, k.last())
		}
	}
	k.refuse = func(*sctpSent) error { return unix.EPIPE }
	if err := ls[0].CloseConn(makeAssocID(0, 0, 7), CloseNow); err != ErrNoConn {
		t.Error(err)
	}
	if err := ls[0].CloseConn(makeAssocID(0, 5, 7), CloseNow); err != ErrNoConn {
		t.Error(err)
	}
}

func TestCommitAssocRefuses(t *testing.T) {
	ls, _, _ := assocLoops(t, 1, SCTPConfig{})
	l, to := ls[0], addr4("192.0.2.9:5060")
	if err := l.CommitAssoc(0, 0, to, 0, 1); err != ErrNoReserve {
		t.Error(err)
	}
	l.Reserve(1)
	if err := l.CommitAssoc(3, 0, to, 0, 1); err != ErrNoSocket {
		t.Error(err)
	}
	for _, bad := range []Addr{{}, addr4("192.0.2.9:0"), addr4("[2001:db8::1]:5060")} {
		l.Reserve(1)
		if err := l.CommitAssoc(0, 0, bad, 0, 1); err != ErrFamily {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// A system without SCTP says so, and nothing is left behind.
func TestListenWithoutSCTP(t *testing.T) {
	if HasSCTP() {
		t.Skip("this system has SCTP")
	}
	h := &assocHandler{}
	_, err := New(Config{Loops: 1, Handler: func(int) Handler { return h }, Listen: []Listen{{Transport: SCTP, Addr: netip.MustParseAddrPort("127.0.0.1:0")}}})
	var le *ListenError
	if !errors.As(err, &le) || !errors.Is(err, ErrNoSCTP) {
		t.Errorf("%v", err)
	}
}

func TestSCTPAllocatesNothing(t *testing.T) {
	ls, k, hs := assocLoops(t, 1, SCTPConfig{Tracking: true, SendRetries: 1})
	l, from := ls[0], addr4("192.0.2.9:5060")
	k.change(commUp, 7, from)
	take(l)
	hs[0].keep, k.quiet = false, true
	k.assocs[from] = 7
	in := []sctpIn{{[]byte("request"), unix.MSG_EOR, 7, from}}
	text := strings.Repeat("x", 900)
	if n := testing.AllocsPerRun(200, func() {
		k.in = in
		take(l)
		if sendTo(l, makeAssocID(0, 0, 7), from, 1, text) != nil || sendTo(l, 0, from, 1, text) != nil {
			t.Fatal("not sent")
		}
		k.pieces += 2
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSCTPMessage(b *testing.B) {
	ls, k, hs := assocLoops(b, 1, SCTPConfig{Tracking: true})
	l, from := ls[0], addr4("192.0.2.9:5060")
	k.change(commUp, 7, from)
	take(l)
	hs[0].keep, k.quiet = false, true
	in := []sctpIn{{[]byte("request"), unix.MSG_EOR, 7, from}}
	b.ReportAllocs()
	for b.Loop() {
		k.in = in
		take(l)
		_ = sendTo(l, makeAssocID(0, 0, 7), from, 1, "reply")
		k.pieces++
	}
}
