package core

import (
	"bytes"
	"strings"

	"sipedge/engine/blacklist"
	"sipedge/engine/dns"
	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Proc is one message being processed: the script's context and what the
// server knows around it. Script functions get the context and reach the Proc
// through Of. It is owned by one loop and reused; nothing may keep it after the
// message is done, only a Handle.
type Proc struct {
	rt.Ctx

	// Meta says where the message came from.
	Meta reactor.Meta
	// Received is set for messages from the network, unset for ones of our own making.
	Received bool

	// Txn names the transaction that the message belongs to, as the module that
	// keeps transactions numbers them; 0 for none. TxnBranch is the branch of it
	// that the running block is about, -1 for none.
	Txn       uint64
	TxnBranch int32
	// TxnPath is the Route set of the branch that is being made.
	TxnPath value.Value
	// Notes are what that module keeps about the message while its script runs.
	Notes [NumNotes]uint32
	// Task is the module's that runs a block (RunBlock).
	Task Task

	// Pending is what a function keeps that waits for a block of its own (rt.RunInner).
	Pending any

	loop  *loop
	end   BlockEnd // of the block that RunBlock runs
	snap  *Snapshot
	event *EventRun // set while the block of an EventRun runs
	self  Handle    // set while the script waits
	// beside is set while the message waits outside of a script (beside.go).
	beside beside

	rHdrs  [maxReplyHeaders]value.Value
	nrHdrs int
	// rBody and rType are the body and content type of replies made here.
	rBody, rType value.Value
	hooks        [maxSendHooks]sendHook
	nHooks       int
	ends         [maxEndHooks]EndHook
	nEnds        int

	maxForwardsSet bool
	kept           sipparse.Edits // while a copy is built
	http, httpDone bool           // a request of HTTP; it has been answered
	viaSettled     bool
	viaIsSource    bool       // the name in the top Via is that of the source (viacheck.go)
	viaCheck       viaCheck   // how far that has been looked into
	viaEdits       [3]viaEdit // in the order of their offsets
	nViaEdits      int
	respTo         reactor.Addr
	respOK         bool
	fail           error // why the last Forward, Reply or Send failed
	editsLost      bool  // a change found no room among the edits
	streamFlags    StreamFlags
	largeProto     rt.Proto       // of SetLargeProto
	replyConn      reactor.ConnID // the one that a reply goes back on, from our Via; 0 for none

	query     dns.Query      // being answered
	asked     dns.Query      // of the last ErrUnresolved
	askedHost []byte         // its host
	resolved  []resolvedName // for which the script has waited
	otherOf   Target         // the last name's target, and those behind it (failover.go)
	others    [maxOthers]Target
	nOthers   int
	passList  bool // IgnoreBlacklist
	// Failures that do not put the destinations of what is sent on, and of replies made
	// here, on the list.
	ignore, replyIgnore blacklist.Cause

	parked bool     // the message is a copy of ours
	owned  pool.Ref // where that copy lies
}

// NumNotes is the number of Proc.Notes.
const NumNotes = 14

const (
	maxReplyHeaders = 16
	maxSendHooks    = 8
	maxEndHooks     = 4
)

type sendHook struct {
	f   SendHook
	arg value.Value
}

// SendHook makes edits that depend on the socket by which the request leaves
// (a Record-Route's address). It runs once per copy sent; its edits are undone
// after that copy.
type SendHook func(p *Proc, out *Socket, arg value.Value)

// Of is the Proc around a script's context.
func Of(c *rt.Ctx) *Proc { return c.Owner.(*Proc) }

// Server is the server that processes the message.
func (p *Proc) Server() *Server { return p.loop.srv }

// Snapshot is the configuration that the message began with and keeps.
func (p *Proc) Snapshot() *Snapshot { return p.snap }

// HomeLoop is the loop that the message is processed on, as hooks see it.
func (p *Proc) HomeLoop() *Loop { return p.loop }

// LoopID is the loop that the message is processed on.
func (p *Proc) LoopID() int { return p.loop.id }

// Loop is the event loop; use it only while a function of the message runs.
func (p *Proc) Loop() reactor.Loop { return p.loop.rl }

// MaxBranches is the core's parameter max_branches.
func (p *Proc) MaxBranches() int64 { return p.snap.core.MaxBranches }

// InSocket is the socket on which the message arrived; nil for one that no
// longer exists.
func (p *Proc) InSocket() *Socket { return p.snap.socket(p.Meta.Socket) }

// AddSendHook arranges for f to be called when the request is sent. false: too many.
func (p *Proc) AddSendHook(f SendHook, arg value.Value) bool {
	if p.nHooks == len(p.hooks) {
		return false
	}
	p.hooks[p.nHooks] = sendHook{f, arg}
	p.nHooks++
	return true
}

// AddReplyHeader adds a header line (with or without its line end) to every
// reply that is made here for the request. false: too many, or not one header line.
func (p *Proc) AddReplyHeader(line value.Value) bool {
	if p.nrHdrs == len(p.rHdrs) {
		return false
	}
	v, ok := p.headerLine(line)
	if !ok {
		return false
	}
	p.rHdrs[p.nrHdrs] = v
	p.nrHdrs++
	return true
}

// SetReplyBody gives every reply that is made here for the request, but a 100, a
// body and its content type, which must be one line. They are strings.
func (p *Proc) SetReplyBody(body, contentType value.Value) {
	p.rBody, p.rType = p.inArena(body), p.inArena(contentType)
}

// AppendHeader adds header lines behind the last header of the message.
func (p *Proc) AppendHeader(line value.Value) bool {
	v, ok := p.headerLine(line)
	return ok && p.edited(p.Edits.InsertAt(p.Index.HeadersEnd(), v.Off(), v.Len(), false))
}

// InsertHeader adds header lines before header i of the message, ahead of what
// was inserted there before.
func (p *Proc) InsertHeader(i int, line value.Value) bool {
	v, ok := p.headerLine(line)
	off, _ := p.Index.Line(i)
	return ok && p.edited(p.Edits.InsertAt(off, v.Off(), v.Len(), true))
}

// InsertHeaderAfter adds header lines behind header i of the message.
func (p *Proc) InsertHeaderAfter(i int, line value.Value) bool {
	v, ok := p.headerLine(line)
	_, end := p.Index.Line(i)
	return ok && p.edited(p.Edits.InsertAt(end, v.Off(), v.Len(), false))
}

// RemoveHeader takes header i out of the message.
func (p *Proc) RemoveHeader(i int) bool {
	off, end := p.Index.Line(i)
	return p.Cut(off, end-off)
}

// Cut takes n bytes at off out of the message.
func (p *Proc) Cut(off, n int) bool { return p.edited(p.Edits.Cut(off, n)) }

// edited notes a change for which there was no room. Such a message must not
// leave by halves: the function that asked says false, and a copy that is being
// sent is not sent.
func (p *Proc) edited(ok bool) bool {
	if !ok {
		p.editsLost = true
		p.loop.stats.editsFull.Add(1)
		p.fail = ErrEdits
		p.loop.logf(p, levelErr, "%v: at most %d", ErrEdits, sipparse.MaxEdits)
	}
	return ok
}

// Replace puts text in the place of n bytes at off of the received message.
func (p *Proc) Replace(off, n int, text value.Value) bool {
	v := p.inArena(text)
	return p.edited(p.Edits.Replace(off, n, v.Off(), v.Len()))
}

// Insert puts text at off of the received message: ahead of earlier inserts at
// the same place, or behind them.
func (p *Proc) Insert(off int, text value.Value, before bool) bool {
	v := p.inArena(text)
	return p.edited(p.Edits.InsertAt(off, v.Off(), v.Len(), before))
}

// inArena makes sure that a string lies in the arena, where edits take it from.
func (p *Proc) inArena(v value.Value) value.Value {
	if v.Kind() == value.Str && v.Base() == value.Arena {
		return v
	}
	m := p.Mark()
	p.AppendValue(v)
	return p.FromMark(m)
}

// headerLine puts a header line into the arena and ends it with CRLF. It
// refuses text that would end the header block or start without a header name,
// so that data from messages cannot smuggle a body or a request in.
func (p *Proc) headerLine(v value.Value) (value.Value, bool) {
	m := p.Mark()
	p.AppendValue(v)
	b := p.Arena()[m:]
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	if !validHeaderLines(b) {
		return value.Value{}, false
	}
	line := value.FromSpan(value.Arena, m, len(b))
	if p.Mark() != m+len(b) {
		m2 := p.Mark()
		p.AppendValue(line)
		p.AppendString("\r\n")
		return p.FromMark(m2), true
	}
	p.AppendString("\r\n")
	return p.FromMark(m), true
}

// validHeaderLines reports whether b is one or more header lines without the
// last line end: every line "name:…" or a fold, no empty line, no NUL.
func validHeaderLines(b []byte) bool {
	for start := 0; ; {
		line := b[start:]
		end := bytes.IndexByte(line, '\n')
		if end >= 0 {
			line = line[:end]
			if n := len(line); n > 0 && line[n-1] == '\r' {
				line = line[:n-1]
			}
		}
		if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\r') >= 0 {
			return false
		}
		fold := start > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
		if !fold && !headerName(line) {
			return false
		}
		if end < 0 {
			return true
		}
		start += end + 1
	}
}

// headerName reports whether a line begins with a header name and its colon
// (RFC 3261 §7.3.1: a token, white space before the colon allowed).
func headerName(line []byte) bool {
	n := bytes.IndexByte(line, ':')
	if n < 0 {
		return false
	}
	name := bytes.TrimRight(line[:n], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return len(name) > 0
}

// Fail notes why a function failed, for $err texts and the log, and returns a
// script's false.
func (p *Proc) failed(err error) int32 {
	p.fail = err
	return -1
}

// Err is why the last Forward, Reply or Send of this message failed.
func (p *Proc) Err() error { return p.fail }

// Config is a module's configuration in the message's snapshot ("" for the core).
func (p *Proc) Config(module string) any { return p.snap.configs[module] }
