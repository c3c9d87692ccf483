// Package arg turns the checked arguments of a script function into what the
// function works with: what is constant is read, checked and refused at start;
// what is computed is read and checked at each call, without allocating.
//
// Functions of the core and of all modules use it, so that a number written as
// "10", 10 or $var(n) is taken everywhere.
package arg

import (
	"fmt"
	"strconv"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Error is err as an error about argument i (from 0), which the checker shows
// at the argument's place.
func Error(i int, format string, args ...any) error {
	return &registry.ArgError{Index: i, Err: fmt.Errorf(format, args...)}
}

// Const is the argument's text where it is known at start; a number in decimal.
func Const(a *registry.Actual) (text string, ok bool) {
	if !a.Given || !a.Const {
		return "", false
	}
	if a.Text == "" && (a.Num != 0 || a.Kind == registry.ArgInt) {
		return strconv.FormatInt(a.Num, 10), true
	}
	return a.Text, true
}

// Given reports whether args has an argument i and the call gives it.
func Given(args []registry.Actual, i int) bool { return i < len(args) && args[i].Given }

// Number is an integer argument with bounds.
type Number struct {
	eval     rt.Expr
	n        int64
	min, max int64
}

// Fixed is a Number that is n, for an argument that is not given.
func Fixed(n int64) Number { return Number{n: n} }

// NewNumber makes a Number of argument i. what names it in errors ("status
// code"). A constant that is no number from min to max is an error.
func NewNumber(args []registry.Actual, i int, what string, min, max int64) (Number, error) {
	a := &args[i]
	text, ok := Const(a)
	if !ok {
		return Number{eval: a.Eval, min: min, max: max}, nil
	}
	n, ok := value.ParseInt([]byte(text))
	if !ok {
		return Number{}, Error(i, "%s must be a number from %d to %d, not %q", what, min, max, text)
	}
	if n < min || n > max {
		return Number{}, Error(i, "%s must be %d to %d, not %d", what, min, max, n)
	}
	return Number{n: n}, nil
}

// Get is the number; false where it was computed and is no number within the bounds.
func (n *Number) Get(c *rt.Ctx) (int64, bool) {
	if n.eval == nil {
		return n.n, true
	}
	v := n.eval(c)
	i := v.Int()
	if v.Kind() != value.Int {
		var ok bool
		if i, ok = value.ParseInt(c.Bytes(v)); !ok {
			return 0, false
		}
	}
	return i, i >= n.min && i <= n.max
}
