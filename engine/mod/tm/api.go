package tm

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"

	"sipedge/engine/core"
)

// API is what other modules use tm by. It lives as long as the server; a module
// gets it in Prepare with Of. Unless said otherwise its methods are for the loop
// of the message or of the transaction that they are called with.
type API struct {
	srv *core.Server

	mu        sync.Mutex                    // for writers of the following
	callbacks atomic.Pointer[[]func(*Args)] // by CallbackID - 1
	global    atomic.Pointer[[]CallbackID]  // for RequestIn
	acks      atomic.Pointer[[]CallbackID]  // for AckOut
}

// Of is the server's tm, for modules that require it. host is the *core.Server
// that Prepare gets.
func Of(host any) *API {
	s := host.(*core.Server)
	return s.Live("tm.api", func() any { return newAPI(s) }).(*API)
}

// APIOf is the tm of the server that processes a message whose configuration loads
// tm; it costs less than Of.
func APIOf(p *core.Proc) *API { return layerOf(p).api }

// Event is what can happen to a transaction, as a bit.
type Event uint32

// The events. The message of a request event is the request, of a reply event
// the reply; edits made to it act where the event says so.
const (
	// RequestIn: a transaction has been made for a request. For API.OnRequestIn only.
	RequestIn Event = 1 << iota
	// RequestOut: a branch is about to be sent; edits go into that branch.
	RequestOut
	// RequestSent: a branch has been sent.
	RequestSent
	// ResponseIn: a reply has arrived for a branch, before onreply_route.
	ResponseIn
	// ResponseForward: a reply is about to be relayed upstream; edits act.
	ResponseForward
	// ResponseOut: a reply has been sent upstream, of the 2xx to an INVITE the first.
	// Proc is the relayed reply, or the request for a reply that was made here (Args.Local).
	ResponseOut
	// Failure: all branches have failed; before the failure_route. Proc is the request.
	Failure
	// Ack: the ACK of a failure has arrived. Proc is the ACK.
	Ack
	// CancelIn: the request has been cancelled. Proc is the CANCEL.
	CancelIn
	// LocalResponse: a reply to a request of our own (API.Send); Proc is the reply,
	// nil where none came in time (Code 408).
	LocalResponse
	// LocalCompleted: the final one of these.
	LocalCompleted
	// Completed: the final reply is decided and every branch has ended. Proc is nil.
	Completed
	// Destroyed: the last event. Proc is nil.
	Destroyed
	// RetransmissionIn: the request has come again. Proc is the copy.
	RetransmissionIn
	// AckOut: t_relay() has sent an ACK on, that of a 2xx. For API.OnAckOut only; T is
	// none, since such an ACK is a transaction of its own (RFC 3261 §17).
	AckOut
	// ResponseAgain: a further 2xx to an INVITE has been sent upstream: the same once
	// more, or that of another branch. Proc is the relayed reply.
	ResponseAgain
)

// Args is what a callback gets; it is good until the callback returns.
type Args struct {
	Event Event
	T     Handle
	// Branch is the branch's number, -1 for none.
	Branch int
	// Proc is the message that the event is about; nil for none.
	Proc *core.Proc
	// Code is the status code of a reply event.
	Code int
	// Local is set where the reply was made here.
	Local bool
	// Param is what the callback was registered with.
	Param uint64
}

// CallbackID names a function that was given to NewCallback.
type CallbackID int32

func newAPI(s *core.Server) *API {
	a := &API{srv: s}
	a.callbacks.Store(new([]func(*Args)))
	a.global.Store(new([]CallbackID))
	a.acks.Store(new([]CallbackID))
	return a
}

// layer is the transactions of a loop.
func (a *API) layer(loop int) *layer { return a.srv.HookOf(loop).(*layer) }

// NewCallback makes f known, so that transactions, which hold no pointers, can
// refer to it. A module calls it once in the life of the server, before messages
// come (in its first Prepare). f must not keep its Args and must not wait.
func (a *API) NewCallback(f func(*Args)) CallbackID {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := append(slices.Clone(*a.callbacks.Load()), f)
	a.callbacks.Store(&all)
	return CallbackID(len(all))
}

// OnRequestIn has a callback run for every new transaction of a request from the
// network; there it can register for more with On.
func (a *API) OnRequestIn(id CallbackID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := append(slices.Clone(*a.global.Load()), id)
	a.global.Store(&all)
}

// OnAckOut has a callback run for every ACK that t_relay() sends on.
func (a *API) OnAckOut(id CallbackID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := append(slices.Clone(*a.acks.Load()), id)
	a.acks.Store(&all)
}

// On has a callback run for events of one transaction, with a parameter of the
// caller's. false: the transaction is over, or the table of callbacks is full.
func (a *API) On(h Handle, events Event, id CallbackID, param uint64) bool {
	m := a.layer(h.Loop())
	t := m.get(h)
	return t != nil && m.register(t, events, id, param)
}

// Transaction is the transaction that a message belongs to, 0 for none (yet).
func (a *API) Transaction(p *core.Proc) Handle { return Handle(p.Txn) }

// Lookup is Transaction for a message that has not been looked up: the transaction
// that it matches, 0 for none.
func (a *API) Lookup(p *core.Proc) Handle {
	if a.of(p).lookup(p) == nil {
		return 0
	}
	return Handle(p.Txn)
}

// Invite is the INVITE's transaction that a CANCEL or ACK is for, 0 for none.
func (a *API) Invite(p *core.Proc) Handle {
	m := a.of(p)
	if i, t := m.find(p, true); t != nil {
		return m.handle(i)
	}
	return 0
}

// Find is the transaction with this Call-ID and CSeq number on a loop, that has
// had no final reply yet; 0 for none. It looks at every transaction: for operators,
// not for every message. Call it on that loop.
func (a *API) Find(loop int, callID []byte, cseq uint32) Handle {
	m := a.layer(loop)
	for i, ok := m.txs.Next(0); ok; i, ok = m.txs.Next(i + 1) {
		if t := m.txs.At(i); t.cseq == cseq && t.status < 200 && t.flags&fLocal == 0 && string(t.callID.Of(m.requestBytes(t))) == string(callID) {
			return m.handle(i)
		}
	}
	return 0
}

// Drop ends the transaction of a request with its script, without an answer, as
// t_release() does. false: the script is not that of the transaction's request.
func (a *API) Drop(p *core.Proc) bool { return a.of(p).release(p) > 0 }

// BranchStatus is the code of a branch's last reply, 0 for none; local is set for
// one that has ended by itself (408, 487).
func (a *API) BranchStatus(h Handle, branch int) (code int, local bool) {
	m := a.layer(h.Loop())
	t := m.get(h)
	if t == nil {
		return 0, false
	}
	b := m.branchNumber(t, branch)
	if b == nil {
		return 0, false
	}
	return int(b.status), b.flags&bFaked != 0
}

// New makes the transaction of a request, as t_newtran() does. It returns 1, or
// what t_newtran() returns instead: 0 for a retransmission, which has been dealt
// with and whose script should end, -1 for a failure.
func (a *API) New(p *core.Proc) int32 { return a.of(p).newtran(p) }

// Reply answers the request of a transaction. p is the request; it may be nil,
// then it is made anew from what the transaction keeps.
func (a *API) Reply(h Handle, p *core.Proc, code int, reason string) error {
	m := a.layer(h.Loop())
	t := m.get(h)
	if t == nil {
		return ErrGone
	}
	if p == nil {
		return m.replyRevived(h.slot(), t, code, reason)
	}
	return m.localReply(h.slot(), t, p, code, reason)
}

// Suspend keeps the transaction of a request (one is made where there is none)
// beyond its script, which should end then; Continue goes on with it. 0: none
// could be made.
func (a *API) Suspend(p *core.Proc) Handle { return a.of(p).suspend(p) }

// Suspended reports whether a transaction waits for Continue; on its loop.
func (a *API) Suspended(h Handle) bool {
	t := a.layer(h.Loop()).get(h)
	return t != nil && t.flags&fSuspended != 0
}

// Continue runs the block route[name] on the suspended request, from any
// goroutine; "" cancels the suspension with a 500. An error means that it will
// not run.
func (a *API) Continue(h Handle, name string) error {
	return a.srv.Post(h.Loop(), func(loop int) { a.layer(loop).goOn(h, name) })
}

// Request returns a revived context of a transaction's request, to look at what
// its script has left: AVPs, flags, URI. The caller gives it back with Release.
// nil: the transaction is over.
func (a *API) Request(h Handle) *core.Proc {
	m := a.layer(h.Loop())
	if t := m.get(h); t != nil {
		return m.revive(h.slot(), t)
	}
	return nil
}

// Loop is the event loop that a transaction lives on.
func (a *API) Loop(h Handle) *core.Loop { return a.layer(h.Loop()).loop }

// Release ends a context that Request has given.
func (a *API) Release(p *core.Proc) { p.HomeLoop().Put(p) }

// Save keeps what a callback has made of a context that Request has given: flags,
// AVPs, URI and edits, for the later routes of the transaction.
func (a *API) Save(h Handle, p *core.Proc) {
	m := a.layer(h.Loop())
	if t := m.get(h); t != nil {
		m.save(t, p)
	}
}

// RequestBytes are the bytes of a transaction's request as received, until the
// end of the callback; nil when it is over.
func (a *API) RequestBytes(h Handle) []byte {
	m := a.layer(h.Loop())
	if t := m.get(h); t != nil {
		return m.requestBytes(t)
	}
	return nil
}

// BranchURI is the Request-URI that a branch was sent to, good until the callback or
// script function returns; nil where there is no such branch. Branches are numbered
// from 0 without gaps.
func (a *API) BranchURI(h Handle, branch int) []byte {
	_, line, _ := bytes.Cut(a.BranchRequest(h, branch), []byte{' '})
	uri, _, _ := bytes.Cut(line, []byte{' '})
	return uri
}

// BranchRequest is the request as a branch has sent it; otherwise as BranchURI.
func (a *API) BranchRequest(h Handle, branch int) []byte {
	m := a.layer(h.Loop())
	t := m.get(h)
	if t == nil {
		return nil
	}
	b := m.branchNumber(t, branch)
	if b == nil || b.req == 0 {
		return nil
	}
	return m.arena.Bytes(b.req)[:b.reqLen]
}

// ReplyBytes are the bytes of a branch's failure that is kept while others go on,
// good until the callback returns; nil for none.
func (a *API) ReplyBytes(h Handle, branch int) []byte {
	m := a.layer(h.Loop())
	t := m.get(h)
	if t == nil {
		return nil
	}
	b := m.branchNumber(t, branch)
	if b == nil || b.reply == 0 {
		return nil
	}
	return m.arena.Bytes(b.reply)[:b.replyLen]
}

// Status is the code of the last reply that was sent upstream, 0 for none; false
// when the transaction is over.
func (a *API) Status(h Handle) (code int, ok bool) {
	t := a.layer(h.Loop()).get(h)
	if t == nil {
		return 0, false
	}
	return int(t.status), true
}

func (a *API) of(p *core.Proc) *layer { return a.layer(p.LoopID()) }
