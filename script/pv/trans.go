package pv

import (
	"errors"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// A transformer computes a transformation of v, whose text is b.
type transformer = func(c *rt.Ctx, v value.Value, b []byte) value.Value

// A bindTrans makes a transformer with its arguments.
type bindTrans = func(b registry.Build, args []registry.TransArg) (transformer, error)

// trans makes a row for a transformation of text: an undefined value stays
// undefined, a number is taken as its text.
func trans(class, name string, minArgs, maxArgs int, doc string, bind bindTrans) registry.Transformation {
	return registry.Transformation{Class: class, Name: name, MinArgs: minArgs, MaxArgs: maxArgs, Doc: doc,
		Bind: func(b registry.Build, args []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
			f, err := bind(b, args)
			if err != nil {
				return nil, err
			}
			return func(c *rt.Ctx, v value.Value) value.Value {
				if v.IsUndef() {
					return v
				}
				v = c.Str(v)
				return f(c, v, c.Bytes(v))
			}, nil
		}}
}

// plainTrans is trans without arguments.
func plainTrans(class, name, doc string, f transformer) registry.Transformation {
	return trans(class, name, 0, 0, doc, func(registry.Build, []registry.TransArg) (transformer, error) { return f, nil })
}

// keepsText marks a row whose result is printed as the text that it was made of.
func keepsText(t registry.Transformation) registry.Transformation {
	t.KeepsText = true
	return t
}

var errNumber = errors.New("expected a number or a pseudo-variable")

// intArg compiles an argument that is a number. ok is false at run time for a
// pseudo-variable that holds none, a text of digits included.
func intArg(a registry.TransArg) (func(*rt.Ctx) (n int64, ok bool), error) {
	if a.Eval == nil {
		n, ok := value.ParseInt([]byte(a.Text))
		if !ok {
			return nil, errNumber
		}
		return func(*rt.Ctx) (int64, bool) { return n, true }, nil
	}
	eval := a.Eval
	return func(c *rt.Ctx) (int64, bool) {
		v := eval(c)
		return v.Int(), v.Kind() == value.Int
	}, nil
}

// textArg compiles an argument that is text. The bytes are good until the
// message is done.
func textArg(a registry.TransArg) func(*rt.Ctx) []byte {
	if a.Eval == nil {
		text := []byte(a.Text)
		return func(*rt.Ctx) []byte { return text }
	}
	eval := a.Eval
	return func(c *rt.Ctx) []byte { return c.Bytes(c.Str(eval(c))) }
}

// charArg compiles an argument that is one character; of a longer text the
// first counts.
func charArg(a registry.TransArg) func(*rt.Ctx) (ch byte, ok bool) {
	get := textArg(a)
	return func(c *rt.Ctx) (byte, bool) {
		b := get(c)
		if len(b) == 0 {
			return 0, false
		}
		return b[0], true
	}
}
