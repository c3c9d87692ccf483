package rt

import "sipedge/script/value"

// Park makes a context independent of the receive buffer, so that its script
// can wait while the loop goes on: the message is copied into buf, which must
// hold ParkSize bytes, and Msg becomes the copy. Values name the message by
// offset and the arena belongs to the context, so no value, edit or index entry
// changes. buf belongs to the context until the message is done; Park returns
// what it uses of it.
func (c *Ctx) Park(buf []byte) []byte {
	n := copy(buf, c.Msg)
	c.Msg = buf[:n:n]
	return c.Msg
}

// ParkSize is the number of bytes that Park needs.
func (c *Ctx) ParkSize() int { return len(c.Msg) }

// ReplaceMsg puts another message in the place of Msg, whose index the caller has
// parsed. Values that name the old message keep their texts: it moves into the
// arena, and they are made to name it there; also are values that the caller
// keeps elsewhere. Nothing is left of the edits, which belong to the old message,
// and of a Request-URI that the script had set, which is now the message's own.
// false, and nothing is done, where the arena has no room for the old message.
// msg belongs to the context until the message is done.
func (c *Ctx) ReplaceMsg(msg []byte, also []*value.Value) bool {
	if len(c.arena)+len(c.Msg) > ArenaLimit {
		return false
	}
	at := c.Mark()
	c.Append(c.Msg)
	move := func(v *value.Value) {
		if v.Kind() == value.Str && v.Base() == value.Msg {
			*v = value.FromSpan(value.Arena, at+v.Off(), v.Len())
		}
	}
	for i := range c.Vars {
		move(&c.Vars[i])
	}
	for i := range c.avps.ents {
		move(&c.avps.ents[i].v)
	}
	for i := range c.xavps.ents {
		move(&c.xavps.ents[i].v)
	}
	for i := range c.stack {
		move(&c.stack[i])
	}
	branch := func(b *Branch) {
		move(&b.URI)
		move(&b.DstURI)
		move(&b.Path)
		move(&b.RUID)
	}
	for i := range c.branches[:c.numBranches] {
		branch(&c.branches[i])
	}
	if c.hasStatic {
		branch(&c.static)
	}
	move(&c.DstURI)
	for _, v := range also {
		move(v)
	}
	c.NewURI = value.Value{}
	c.newURI.of, c.dstURI.of = value.Value{}, value.Value{}
	c.Edits.Reset()
	c.Msg = msg
	return true
}

// ArenaSize is the number of bytes that the script's strings take now.
func (c *Ctx) ArenaSize() int { return len(c.arena) }

// TrimArena gives the arena's memory back if it has grown beyond limit bytes.
// The owner of a recycled context calls it after a message, so that one message
// with long strings does not keep its memory forever.
func (c *Ctx) TrimArena(limit int) {
	if cap(c.arena) > limit {
		c.arena = nil
	}
}
