// Package value holds the values that a routing script computes with.
//
// A Value is sixteen bytes without a pointer: an integer, or a string named by
// base, offset and length. The base says whose bytes are meant: the message
// that is processed, the context's arena, or the program's constants. A Value
// therefore survives the copying of a message (suspension, hand-over to
// another loop) and can be stored wherever the context that it belongs to
// lives. Only rt.Ctx can turn one into bytes.
//
// The package imports nothing of sipedge. Start with Value; the conversion
// rules between the kinds are in convert.go.
package value

// Kind is the type of a value at run time.
type Kind uint8

// The kinds. The zero Value is undefined.
const (
	Undef Kind = iota
	Int
	Str
)

// String names the kind as the manual and error messages do.
func (k Kind) String() string {
	switch k {
	case Int:
		return "int"
	case Str:
		return "string"
	}
	return "undef"
}

// Base says in whose bytes a string value lies.
type Base uint8

// The bases of string values.
const (
	Const Base = iota // the program's constants
	Msg               // the received message
	Arena             // the context's arena
)

// Value is an integer, a string or undefined. It is comparable with == only
// for identity of representation, not for equality of strings.
type Value struct {
	n    int64 // the integer, or offset<<32 | length
	kind Kind
	base Base
}

// FromInt makes an integer value.
func FromInt(i int64) Value { return Value{n: i, kind: Int} }

// FromBool makes 1 or 0.
func FromBool(b bool) Value {
	if b {
		return Value{n: 1, kind: Int}
	}
	return Value{kind: Int}
}

// FromSpan makes a string value of n bytes at offset off of base.
// Offsets and lengths are below 2^31.
func FromSpan(base Base, off, n int) Value {
	return Value{n: int64(off)<<32 | int64(uint32(n)), kind: Str, base: base}
}

// Empty is the empty string.
func Empty() Value { return Value{kind: Str} }

// Kind is the value's type.
func (v Value) Kind() Kind { return v.kind }

// IsUndef reports whether the value is undefined.
func (v Value) IsUndef() bool { return v.kind == Undef }

// Int is the integer of an Int value; 0 for an undefined one. It is
// meaningless for strings (see rt.Ctx.Int).
func (v Value) Int() int64 { return v.n }

// Base is whose bytes a Str value names.
func (v Value) Base() Base { return v.base }

// Off is the offset of a Str value in its base.
func (v Value) Off() int { return int(v.n >> 32) }

// Len is the length of a Str value in bytes.
func (v Value) Len() int { return int(uint32(v.n)) }

// Slice is the part [i:j] of a Str value, without copying.
func (v Value) Slice(i, j int) Value { return FromSpan(v.base, v.Off()+i, j-i) }
