package core

import (
	"unsafe"

	"sipedge/engine/blacklist"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// What a request's script has made of it can be kept as plain bytes, for the
// later routes of its transaction: SaveSize, Save and Load. The message's own
// bytes are kept beside it by the caller.

// savedHead is what the bytes begin with. It has no pointers.
type savedHead struct {
	edits, hdrs, hooks, vias int32
	respTo                   reactor.Addr
	respOK, viaSettled       bool
	viaIsSource              bool
	maxForwardsSet           bool
	ignore, replyIgnore      blacklist.Cause
	streamFlags              StreamFlags
	largeProto               rt.Proto
	viaEdits                 [3]viaEdit
}

// savedHook is a send hook: its number in the loop's table, and its argument.
type savedHook struct {
	hook int32
	arg  value.Value
}

const (
	savedHeadSize = int(unsafe.Sizeof(savedHead{}))
	savedHookSize = int(unsafe.Sizeof(savedHook{}))
	valueSize     = int(unsafe.Sizeof(value.Value{}))
)

// SaveSize is the number of bytes that Save needs.
func (p *Proc) SaveSize() int {
	return savedHeadSize + p.Edits.RawSize() + p.nrHdrs*valueSize + p.nHooks*savedHookSize + p.StateSize()
}

// Save writes what the script has made of the request into b, which holds
// SaveSize bytes. It is for the loop that saved it.
func (p *Proc) Save(b []byte) {
	p.settleVia()
	h := savedHead{
		edits: int32(p.Edits.Len()), hdrs: int32(p.nrHdrs), hooks: int32(p.nHooks), vias: int32(p.nViaEdits),
		respTo: p.respTo, respOK: p.respOK, viaSettled: p.viaSettled, viaIsSource: p.viaIsSource, maxForwardsSet: p.maxForwardsSet, viaEdits: p.viaEdits,
		ignore: p.ignore, replyIgnore: p.replyIgnore,
		streamFlags: p.streamFlags, largeProto: p.largeProto,
	}
	n := copy(b, unsafe.Slice((*byte)(unsafe.Pointer(&h)), savedHeadSize))
	n += len(p.Edits.AppendRaw(b[n:n]))
	n += copy(b[n:], unsafe.Slice((*byte)(unsafe.Pointer(&p.rHdrs)), p.nrHdrs*valueSize))
	for i := range p.nHooks {
		s := savedHook{p.loop.hookNumber(p.hooks[i].f), p.hooks[i].arg}
		n += copy(b[n:], unsafe.Slice((*byte)(unsafe.Pointer(&s)), savedHookSize))
	}
	p.SaveState(b[n:])
}

// Load gives a revived request what Save has kept of it.
func (p *Proc) Load(b []byte) {
	var h savedHead
	b = b[copy(unsafe.Slice((*byte)(unsafe.Pointer(&h)), savedHeadSize), b):]
	p.nrHdrs, p.nHooks, p.nViaEdits = int(h.hdrs), int(h.hooks), int(h.vias)
	p.respTo, p.respOK, p.viaSettled = h.respTo, h.respOK, h.viaSettled
	p.maxForwardsSet, p.viaEdits, p.viaIsSource = h.maxForwardsSet, h.viaEdits, h.viaIsSource
	p.ignore, p.replyIgnore = h.ignore, h.replyIgnore
	p.streamFlags, p.largeProto = h.streamFlags, h.largeProto
	b = p.Edits.SetRaw(b, int(h.edits))
	b = b[copy(unsafe.Slice((*byte)(unsafe.Pointer(&p.rHdrs)), p.nrHdrs*valueSize), b):]
	for i := range p.nHooks {
		var s savedHook
		b = b[copy(unsafe.Slice((*byte)(unsafe.Pointer(&s)), savedHookSize), b):]
		p.hooks[i] = sendHook{p.loop.hooks[s.hook], s.arg}
	}
	p.LoadState(b)
}

// SharedState is the part of what Save has kept that other messages of the
// transaction see: for Ctx.LoadShared.
func SharedState(b []byte) []byte {
	var h savedHead
	b = b[copy(unsafe.Slice((*byte)(unsafe.Pointer(&h)), savedHeadSize), b):]
	return b[int(h.edits)*sipparse.EditSize+int(h.hdrs)*valueSize+int(h.hooks)*savedHookSize:]
}

// hookNumber is the place of a send hook in the loop's table: hooks are bound
// once per program, so the table is short.
func (l *loop) hookNumber(f SendHook) int32 {
	for i := range l.hooks {
		if funcID(l.hooks[i]) == funcID(f) {
			return int32(i)
		}
	}
	l.hooks = append(l.hooks, f)
	return int32(len(l.hooks) - 1)
}

// funcID tells function values apart: what a func variable holds is a pointer to
// the closure.
func funcID(f SendHook) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// Snapshots of long-lived objects are referred to by a number, since these hold
// no pointers.

type heldSnapshot struct {
	snap *Snapshot
	refs int
}

// HoldSnapshot takes a reference to a snapshot, for an object that holds no
// pointers.
func (l *loop) HoldSnapshot(s *Snapshot) int32 {
	free := -1
	for i := range l.kept {
		if l.kept[i].snap == s {
			l.kept[i].refs++
			return int32(i)
		}
		if l.kept[i].snap == nil {
			free = i
		}
	}
	s.refs.Add(1)
	if free < 0 {
		free = len(l.kept)
		l.kept = append(l.kept, heldSnapshot{})
	}
	l.kept[free] = heldSnapshot{s, 1}
	return int32(free)
}

// HeldSnapshot is the snapshot of a reference.
func (l *loop) HeldSnapshot(i int32) *Snapshot { return l.kept[i].snap }

// DropSnapshot gives a reference back. The current snapshot stays in the table.
func (l *loop) DropSnapshot(i int32) {
	h := &l.kept[i]
	if h.refs--; h.refs == 0 {
		h.snap.refs.Add(-1)
		h.snap = nil
	}
}

// Socket finds a listen address of the snapshot by its id, nil for none such.
func (s *Snapshot) Socket(id reactor.SocketID) *Socket { return s.socket(id) }
