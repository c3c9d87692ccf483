package rt

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
