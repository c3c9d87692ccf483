package rt

import (
	"bytes"

	"sipedge/script/value"
)

// The operators of the script language on values (cookbook "Operators"). The
// right operand is converted to the type of the left one for + == !=; an
// undefined left operand becomes a string for +, the right operand's type for
// == and !=. Arithmetic is done in signed 32-bit integers as in the reference.

// Wrap reduces an integer to the language's 32-bit range.
func Wrap(n int64) int64 { return int64(int32(n)) }

// Add is a + b: integer addition where a is an integer, else concatenation.
func (c *Ctx) Add(a, b value.Value) value.Value {
	if a.Kind() == value.Int {
		return value.FromInt(Wrap(a.Int() + c.Int(b)))
	}
	return c.Concat(a, b)
}

// Concat is the texts of a and b as one string.
func (c *Ctx) Concat(a, b value.Value) value.Value {
	m := c.Mark()
	c.AppendValue(a)
	c.AppendValue(b)
	return c.FromMark(m)
}

// Equal is a == b.
func (c *Ctx) Equal(a, b value.Value) bool {
	switch a.Kind() {
	case value.Int:
		return a.Int() == c.Int(b)
	case value.Undef:
		if b.Kind() == value.Int {
			return b.Int() == 0
		}
		return b.Len() == 0
	}
	return bytes.Equal(c.Bytes(a), c.Text(b))
}

// EqualText is a eq b: both as strings.
func (c *Ctx) EqualText(a, b value.Value) bool {
	if a.Kind() == value.Int && b.Kind() == value.Int {
		return a.Int() == b.Int()
	}
	return bytes.Equal(c.Text(a), c.altText(b))
}

// TextLen is strlen(v).
func (c *Ctx) TextLen(v value.Value) int64 {
	if v.Kind() == value.Int {
		return int64(len(c.Text(v)))
	}
	return int64(v.Len())
}

// Shift is a << n where left is set, else a >> n; the count is taken modulo 32.
func Shift(a, n int64, left bool) int64 {
	if left {
		return int64(int32(a) << (uint32(n) & 31))
	}
	return int64(int32(a) >> (uint32(n) & 31))
}

// Divide is a / b, or a mod b where rem is set. A zero divisor fails the
// expression (Fault) and gives 0.
func (c *Ctx) Divide(a, b int64, rem bool) int64 {
	a, b = Wrap(a), Wrap(b)
	switch {
	case b == 0:
		c.Fault("division by zero")
		return 0
	case rem:
		return a % b
	}
	return Wrap(a / b)
}

// Fault marks the running expression as failed and logs why, at level -1 with
// the position. A failed expression makes a condition false and an assignment
// do nothing; the script goes on.
func (c *Ctx) Fault(why string) {
	c.fault = true
	c.LogError(why, nil)
}

// TakeFault reports whether an operator has failed since the last call.
func (c *Ctx) TakeFault() bool {
	f := c.fault
	c.fault = false
	return f
}

// levelError is Kamailio's L_ERR.
const levelError = -1

// LogError writes one line about an error of the script at level -1:
// position, text and, where not nil, what it was about.
func (c *Ctx) LogError(text string, about []byte) {
	if c.Env == nil || !c.Env.LogEnabled(levelError) {
		return
	}
	b := appendMax(c.logBuf[:0], "<script>: ")
	if c.prog != nil && c.prog.Positions != nil {
		b = appendMax(b, c.prog.Positions(c.Pos))
		b = appendMax(b, ": ")
	}
	b = appendMax(b, text)
	if about != nil {
		b = appendMax(b, ": ")
		b = append(b, about[:min(len(about), cap(b)-len(b))]...)
	}
	c.Env.Log(levelError, b)
}

func appendMax(b []byte, s string) []byte { return append(b, s[:min(len(s), cap(b)-len(b))]...) }
