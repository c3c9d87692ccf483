package rt

import (
	"unsafe"

	"sipedge/script/value"
)

// A context can be kept beyond its message's script as plain bytes: the state of
// a transaction whose later routes go on with the same URI, flags, AVPs and
// strings (SaveState, LoadState). Values in it name the message by offset, so
// the message must be kept beside it. $var is not part of it.

// stateHead is what a saved state begins with. It has no pointers.
type stateHead struct {
	newURI, dstURI         value.Value
	arena, avps, xavps     int32
	avpHead, avpFree, xavp int32
	sendSocket, authorized int32
	flags, script, branch  uint32
	xflags                 uint64
	msgID                  uint64
	forceRport, localRport bool
	lastReply              uint16
	usedURI, usedDst       value.Value
	uriUsed                bool
}

const (
	headSize  = int(unsafe.Sizeof(stateHead{}))
	avpSize   = int(unsafe.Sizeof(avp{}))
	xnodeSize = int(unsafe.Sizeof(xnode{}))
)

// StateSize is the number of bytes that SaveState needs.
func (c *Ctx) StateSize() int {
	return headSize + len(c.arena) + len(c.avps.ents)*avpSize + len(c.xavps.ents)*xnodeSize
}

// SaveState writes the state into b, which holds StateSize bytes.
func (c *Ctx) SaveState(b []byte) {
	h := stateHead{
		newURI: c.NewURI, dstURI: c.DstURI,
		arena: int32(len(c.arena)), avps: int32(len(c.avps.ents)), xavps: int32(len(c.xavps.ents)),
		avpHead: c.avps.head, avpFree: c.avps.free, xavp: c.xavps.head,
		sendSocket: c.SendSocket, authorized: c.Authorized,
		flags: c.Flags, script: c.ScriptFlags, branch: c.BranchFlags, xflags: c.XFlags, msgID: c.MsgID,
		forceRport: c.ForceRport, localRport: c.LocalRport, lastReply: c.LastReply,
		usedURI: c.usedURI, usedDst: c.usedDst, uriUsed: c.uriUsed,
	}
	n := copy(b, bytesOf(&h))
	n += copy(b[n:], c.arena)
	n += copy(b[n:], bytesOfAll(c.avps.ents))
	copy(b[n:], bytesOfAll(c.xavps.ents))
}

// LoadState makes a saved state the context's own. The context has just been
// Reset with the program and the message that the state belongs to. It returns
// the rest of b.
func (c *Ctx) LoadState(b []byte) []byte {
	var h stateHead
	b = b[copy(bytesOf(&h), b):]
	c.NewURI, c.DstURI = h.newURI, h.dstURI
	c.SendSocket, c.Authorized = h.sendSocket, h.authorized
	c.Flags, c.ScriptFlags, c.BranchFlags, c.XFlags, c.MsgID = h.flags, h.script, h.branch, h.xflags, h.msgID
	c.ForceRport, c.LocalRport, c.LastReply = h.forceRport, h.localRport, h.lastReply
	c.usedURI, c.usedDst, c.uriUsed = h.usedURI, h.usedDst, h.uriUsed
	c.arena = append(c.arena[:0], b[:h.arena]...)
	b = b[h.arena:]
	c.avps.ents = resized(c.avps.ents, int(h.avps))
	b = b[copy(bytesOfAll(c.avps.ents), b):]
	c.avps.head, c.avps.free = h.avpHead, h.avpFree
	c.xavps.ents = resized(c.xavps.ents, int(h.xavps))
	b = b[copy(bytesOfAll(c.xavps.ents), b):]
	c.xavps.head = h.xavp
	c.avps.changed, c.xavps.changed = false, false
	c.sharedFlags, c.sharedX = [3]uint32{h.flags, h.script, h.branch}, h.xflags
	return b
}

// LoadShared gives the context of another message, a reply, the flags, AVPs and
// XAVPs of a state that was saved with the message msg. Strings are copied to
// where this context finds them. What the context had of these is replaced.
func (c *Ctx) LoadShared(b, msg []byte) {
	var h stateHead
	b = b[copy(bytesOf(&h), b):]
	c.Flags, c.ScriptFlags, c.BranchFlags, c.XFlags = h.flags, h.script, h.branch, h.xflags
	arena := b[:h.arena]
	b = b[h.arena:]
	c.avps.ents = resized(c.avps.ents, int(h.avps))
	b = b[copy(bytesOfAll(c.avps.ents), b):]
	c.avps.head, c.avps.free = h.avpHead, h.avpFree
	c.xavps.ents = resized(c.xavps.ents, int(h.xavps))
	copy(bytesOfAll(c.xavps.ents), b)
	c.xavps.head = h.xavp
	for i := range c.avps.ents {
		c.avps.ents[i].v = c.adopt(c.avps.ents[i].v, msg, arena)
	}
	for i := range c.xavps.ents {
		c.xavps.ents[i].v = c.adopt(c.xavps.ents[i].v, msg, arena)
	}
	c.avps.changed, c.xavps.changed = false, false
	c.sharedFlags, c.sharedX = [3]uint32{h.flags, h.script, h.branch}, h.xflags
}

// SharedChanged reports whether the flags, AVPs or XAVPs differ from what
// LoadShared or LoadState gave.
func (c *Ctx) SharedChanged() bool {
	return c.avps.changed || c.xavps.changed || c.sharedX != c.XFlags || c.sharedFlags != [3]uint32{c.Flags, c.ScriptFlags, c.BranchFlags}
}

// TakeShared is the way back: flags, AVPs and XAVPs of another message's context
// become those of c.
func (c *Ctx) TakeShared(from *Ctx) {
	c.Flags, c.ScriptFlags, c.BranchFlags, c.XFlags = from.Flags, from.ScriptFlags, from.BranchFlags, from.XFlags
	c.avps.ents = append(c.avps.ents[:0], from.avps.ents...)
	c.avps.head, c.avps.free = from.avps.head, from.avps.free
	c.xavps.ents = append(c.xavps.ents[:0], from.xavps.ents...)
	c.xavps.head = from.xavps.head
	for i := range c.avps.ents {
		c.avps.ents[i].v = c.adopt(c.avps.ents[i].v, from.Msg, from.arena)
	}
	for i := range c.xavps.ents {
		c.xavps.ents[i].v = c.adopt(c.xavps.ents[i].v, from.Msg, from.arena)
	}
	c.avps.changed, c.xavps.changed = true, true
}

// adopt copies a string of another context into this one's arena.
func (c *Ctx) adopt(v value.Value, msg, arena []byte) value.Value {
	if v.Kind() != value.Str || v.Base() == value.Const {
		return v
	}
	b := msg
	if v.Base() == value.Arena {
		b = arena
	}
	return c.NewString(b[v.Off() : v.Off()+v.Len()])
}

// UseURI notes that the current Request-URI and destination have become a branch
// of their own (append_branch() without a URI, t_relay()); URIUsed reports
// whether they have, and were not set anew since.
func (c *Ctx) UseURI() { c.uriUsed, c.usedURI, c.usedDst = true, c.NewURI, c.DstURI }

// RenewURI takes UseURI back: the current URI is to become a branch.
func (c *Ctx) RenewURI() { c.uriUsed = false }

// URIUsed: see UseURI.
func (c *Ctx) URIUsed() bool { return c.uriUsed && c.usedURI == c.NewURI && c.usedDst == c.DstURI }

func bytesOf(h *stateHead) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(h)), headSize) }

// bytesOfAll is the memory of pointer-free entries.
func bytesOfAll[T avp | xnode](s []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(one)))
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
