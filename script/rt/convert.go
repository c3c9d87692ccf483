package rt

import "sipedge/script/value"

// Bytes is the content of a string value; nil for the other kinds. The slice
// must not be written to and is good until the message is done.
func (c *Ctx) Bytes(v value.Value) []byte {
	if v.Kind() != value.Str {
		return nil
	}
	o, n := v.Off(), v.Len()
	switch v.Base() {
	case value.Msg:
		return c.Msg[o : o+n : o+n]
	case value.Arena:
		return c.arena[o : o+n : o+n]
	}
	return c.prog.Consts[o : o+n : o+n]
}

// Str converts to a string by the cookbook: str(123) is "123", str(undef) is "".
func (c *Ctx) Str(v value.Value) value.Value {
	switch v.Kind() {
	case value.Str:
		return v
	case value.Int:
		m := c.Mark()
		c.Append(value.AppendInt(c.numBuf[:0], v.Int()))
		return c.FromMark(m)
	}
	return value.Empty()
}

// altText is Text with a buffer of its own.
func (c *Ctx) altText(v value.Value) []byte {
	if v.Kind() == value.Int {
		return value.AppendInt(c.altBuf[:0], v.Int())
	}
	return c.Bytes(v)
}

// Text is Str and Bytes in one step. For an integer the slice is good until the
// next call of Text.
func (c *Ctx) Text(v value.Value) []byte {
	if v.Kind() == value.Int {
		return value.AppendInt(c.numBuf[:0], v.Int())
	}
	return c.Bytes(v)
}

// Int converts to an integer by the cookbook: int("123") is 123, int("abc"),
// int("") and int(undef) are 0. Text with anything behind the number is 0 too.
func (c *Ctx) Int(v value.Value) int64 {
	if v.Kind() == value.Str {
		n, _ := value.ParseInt(c.Bytes(v))
		return n
	}
	return v.Int()
}

// True is a value as the condition of an if: its integer is above 0, as the
// results of functions and routes are true when positive. A text that is not a
// number and an undefined value are 0.
func (c *Ctx) True(v value.Value) bool { return c.Int(v) > 0 }

// Truth is a value as an operand of && || ! and as the condition of a while: its
// integer is not 0.
func (c *Ctx) Truth(v value.Value) bool { return c.Int(v) != 0 }

// Ret32 narrows a script's integer to a return code, as the language's integers
// do: to its low 32 bits. The one number that means Pending becomes its neighbour.
func Ret32(n int64) int32 {
	r := int32(n)
	if r == Pending {
		return Pending + 1
	}
	return r
}

// Scratch is an empty slice with room for the text of an address or a number,
// for appending to. It is good until the next use of Scratch.
func (c *Ctx) Scratch() []byte { return c.addrBuf[:0] }
