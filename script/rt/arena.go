package rt

import (
	"slices"

	"sipedge/script/value"
)

// The arena holds the strings that a script builds for one message. It only
// grows until the message is done, so values in it stay valid. A slice got from
// Bytes keeps its content but must not be held beyond the message.

// Mark is the arena's fill; FromMark makes a value of what was appended since.
func (c *Ctx) Mark() int { return len(c.arena) }

// FromMark is the string appended since mark.
func (c *Ctx) FromMark(mark int) value.Value {
	return value.FromSpan(value.Arena, mark, len(c.arena)-mark)
}

// Append adds bytes to the arena. It fails the script past ArenaLimit.
func (c *Ctx) Append(b []byte) {
	if len(c.arena)+len(b) > ArenaLimit {
		c.Fail(ErrArena)
	}
	c.arena = append(c.arena, b...)
}

// AppendString is Append of a string.
func (c *Ctx) AppendString(s string) {
	if len(c.arena)+len(s) > ArenaLimit {
		c.Fail(ErrArena)
	}
	c.arena = append(c.arena, s...)
}

// Room is the number of bytes that Append still takes. Code that must not be
// left by a failing Append, because it holds a lock, asks first.
func (c *Ctx) Room() int { return ArenaLimit - len(c.arena) }

// AppendValue adds a value's text: a number in decimal, nothing for undefined.
func (c *Ctx) AppendValue(v value.Value) {
	switch v.Kind() {
	case value.Str:
		c.Append(c.Bytes(v))
	case value.Int:
		if len(c.arena)+maxIntText > ArenaLimit {
			c.Fail(ErrArena)
		}
		c.arena = value.AppendInt(c.arena, v.Int())
	}
}

// Join is the texts of values one behind the other, as AppendValue adds them. It
// fails the script past ArenaLimit.
func (c *Ctx) Join(vs []value.Value) value.Value {
	m := len(c.arena)
	room := 0
	for i := range vs {
		if vs[i].Kind() == value.Str {
			room += vs[i].Len()
		} else {
			room += maxIntText
		}
	}
	if m+room > ArenaLimit {
		for i := range vs {
			c.AppendValue(vs[i])
		}
		return c.FromMark(m)
	}
	out := slices.Grow(c.arena, room)
	for i := range vs {
		switch v := vs[i]; v.Kind() {
		case value.Str:
			out = append(out, c.Bytes(v)...)
		case value.Int:
			out = value.AppendInt(out, v.Int())
		}
	}
	c.arena = out
	return c.FromMark(m)
}

// maxIntText is the longest decimal text of an integer.
const maxIntText = 20

// Arena is the arena's bytes, for the application of edits.
func (c *Ctx) Arena() []byte { return c.arena }

// NewString copies b into the arena.
func (c *Ctx) NewString(b []byte) value.Value {
	m := c.Mark()
	c.Append(b)
	return c.FromMark(m)
}

// Extend adds n bytes to the arena and returns them to be written to. It fails
// the script past ArenaLimit.
func (c *Ctx) Extend(n int) []byte {
	if len(c.arena)+n > ArenaLimit {
		c.Fail(ErrArena)
	}
	at := len(c.arena)
	c.arena = slices.Grow(c.arena, n)[:at+n]
	return c.arena[at : at+n : at+n]
}

// Truncate takes the bytes appended since mark off the arena again. Values
// that name them must not be used any more.
func (c *Ctx) Truncate(mark int) {
	c.arena = c.arena[:mark]
	if c.srcText.Off()+c.srcText.Len() > mark {
		c.srcText = value.Value{}
	}
}

// SourceText is the address that the message came from as text, an IPv4 address
// mapped into IPv6 as what it is; undefined for none. It is built once for a
// message.
func (c *Ctx) SourceText() value.Value {
	a := c.Src.Addr()
	if !c.srcText.IsUndef() && c.srcOf == a {
		return c.srcText
	}
	if !a.IsValid() {
		return value.Value{}
	}
	var buf [64]byte
	c.srcText, c.srcOf = c.NewString(a.Unmap().AppendTo(buf[:0])), a
	return c.srcText
}

// AppendByte adds one byte to the arena.
func (c *Ctx) AppendByte(b byte) {
	if len(c.arena) >= ArenaLimit {
		c.Fail(ErrArena)
	}
	c.arena = append(c.arena, b)
}

// ScratchInts is an empty slice with room for the offsets of a match and nine
// groups. It is good until the next use of ScratchInts.
func (c *Ctx) ScratchInts() []int { return c.intBuf[:0] }
