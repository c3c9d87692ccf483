package core

import (
	"errors"
	"net/netip"

	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// EventRun is one run of a routing block that no message from the network has
// started: event_route[htable:mod-init], event_route[tm:local-request] and their
// kin. The block gets a context of its own on one loop, may suspend like any
// script, and whoever started it is told how it ended. What the block leaves
// behind (edits, $ru, branches, flags) is Done's to use; nothing is relayed or
// sent by itself.
//
// An EventRun may be started again after its Done, and must not be changed
// between.
type EventRun struct {
	// Kind and Name are the block's; the zero Kind means event_route.
	Kind rt.RouteKind
	Name string
	// Message is the text that the block sees, borrowed until RunEvent returns
	// (a script that waits works on a copy). nil: a request of our own, as a
	// block without a message needs one to read $ru and its like from.
	Message []byte
	// Meta says where the message came from; nil: from this host, to the first
	// listen address.
	Meta *reactor.Meta
	// Snapshot is the configuration to run with; nil: the current one.
	Snapshot *Snapshot
	// Arg is what the module keeps for the block; its functions and variables
	// find it through Proc.Event.
	Arg any
	// BeforeTraffic is for runs that Module.Started asks for when the server
	// starts: until they have ended, messages from the network wait (gate.go).
	// It is without effect later.
	BeforeTraffic bool
	// Before prepares the context, on the loop, before the block begins; nil for nothing to do.
	Before func(p *Proc)
	// Done gets the outcome on the loop, exactly once; nil for nobody to tell.
	// p is good until it returns. err is why the block ended early, nil for a
	// block that came to its end: a script error, or ErrEventLost. st is
	// rt.Dropped after drop and after an error.
	Done func(p *Proc, st rt.State, err error)

	gated bool // counted by the gate
}

// Errors of EventRuns.
var (
	ErrNoBlock   = errors.New("the script has no such routing block")
	ErrEventLost = errors.New("the routing block was given up: a panic, no room to wait, or the end of the server")
)

// RunEvent runs a block on a loop; it must be called on that loop's goroutine
// (from a message's function, a timer or PostEvent). A block that does not
// suspend has ended when it returns. An error means that the block does not run
// and Done is not called: ErrNoBlock, or a sipparse.Err for a Message that
// cannot be parsed.
func (s *Server) RunEvent(loop int, e *EventRun) error { return s.perLoop[loop].runEvent(e) }

// PostEvent is RunEvent from any goroutine; e.Message must stay unchanged until
// the block has run. ErrNoBlock is told at once; an error that only the loop can
// find is logged and given to nobody.
func (s *Server) PostEvent(loop int, e *EventRun) error {
	if s.eventSnapshot(e).Block(e.kind(), e.Name) == nil {
		return ErrNoBlock
	}
	e.gated = e.BeforeTraffic && s.gate.enter()
	err := s.Post(loop, func(loop int) {
		if err := s.RunEvent(loop, e); err != nil {
			s.Log().Printf(levelErr, "%s[%s] does not run: %v", e.kind(), e.Name, err)
			s.perLoop[loop].leaveGate(e)
		}
	})
	if err != nil && e.gated {
		e.gated = false
		s.gate.cancel()
	}
	return err
}

// Block is a routing block of the configuration, nil if there is none. Modules
// ask once, at start; the look-up hashes the name.
func (s *Snapshot) Block(kind rt.RouteKind, name string) rt.Op { return s.prog.Block(kind, name) }

// Event is the EventRun whose block processes this message; nil for a message
// from the network.
func (p *Proc) Event() *EventRun { return p.event }

func (e *EventRun) kind() rt.RouteKind {
	if e.Kind == 0 {
		return rt.EventRoute
	}
	return e.Kind
}

func (s *Server) eventSnapshot(e *EventRun) *Snapshot {
	if e.Snapshot != nil {
		return e.Snapshot
	}
	return s.snap.Load()
}

func (l *loop) runEvent(e *EventRun) error {
	snap := l.srv.eventSnapshot(e)
	block := snap.Block(e.kind(), e.Name)
	if block == nil {
		return ErrNoBlock
	}
	msg, meta := e.Message, e.Meta
	if msg == nil {
		msg = ownRequest
	}
	var local reactor.Meta
	if meta == nil {
		local = snap.localMeta()
		meta = &local
	}
	p := l.takeWith(snap, msg, meta)
	p.Received = false
	defer l.boundary(p)
	if err := sipparse.Parse(msg, &p.Index); err != sipparse.OK {
		l.put(p)
		return eventMessageError{err}
	}
	p.event = e
	l.stats.eventRoutes.Add(1)
	p.Route = e.kind()
	p.SendTo = netip.AddrPort{} // of no message before
	if e.Before != nil {
		e.Before(p)
	}
	p.RunBlock(e.kind(), block, nil) // finish() tells e
	return nil
}

type eventMessageError struct{ e sipparse.Err }

func (e eventMessageError) Error() string { return "its message is broken: " + e.e.String() }

// endEvent tells whoever started the block how it ended.
func (l *loop) endEvent(p *Proc, st rt.State, err error) {
	e := p.event
	p.event = nil
	if err != nil {
		st = rt.Dropped
	}
	defer l.leaveGate(e) // also when Done panics
	if e.Done != nil {
		e.Done(p, st, err)
	}
}

// ownRequest is the message of blocks that run without one. It names nobody: the
// domain cannot exist (RFC 2606 §2).
var ownRequest = []byte("OPTIONS sip:sipedge@local.invalid SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKSe-event\r\n" +
	"From: <sip:sipedge@local.invalid>;tag=event\r\n" +
	"To: <sip:sipedge@local.invalid>\r\n" +
	"Call-ID: event@local.invalid\r\n" +
	"CSeq: 1 OPTIONS\r\n" +
	"Max-Forwards: 70\r\n" +
	"Content-Length: 0\r\n\r\n")

// localMeta is the origin of a message of our own.
func (s *Snapshot) localMeta() reactor.Meta {
	m := reactor.Meta{
		Remote:    reactor.FromAddrPort(netip.MustParseAddrPort("127.0.0.1:5060")),
		Transport: reactor.UDP,
	}
	m.Local = m.Remote
	if len(s.sockets) > 0 {
		m.Socket, m.Local = s.sockets[0].ID, reactor.FromAddrPort(s.sockets[0].Addr)
	}
	return m
}

// RunInline runs a routing block with the message that is being processed, in the
// middle of a function of it: an event_route that wants to see the message
// itself. The block cannot suspend; the edits and variables that it makes are
// the message's. The running script goes on as if nothing had been called. A
// block that does not exist is rt.Idle.
func (p *Proc) RunInline(kind rt.RouteKind, name string) rt.State {
	block := p.snap.Block(kind, name)
	if block == nil {
		return rt.Idle
	}
	return p.runNested(kind, block)
}

// runNested is RunInline of a compiled block; script errors are logged and count
// as drop.
func (p *Proc) runNested(kind rt.RouteKind, block rt.Op) rt.State {
	route, self := p.Route, p.self
	p.Route, p.self = kind, 0
	st, err := p.RunNested(block)
	p.abandon() // a function that wanted to wait cannot here
	p.Route, p.self = route, self
	if err != nil {
		p.loop.stats.scriptErrors.Add(1)
		p.loop.logScriptError(p, err)
	}
	return st
}
