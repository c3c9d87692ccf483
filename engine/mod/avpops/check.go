package avpops

import (
	"bytes"
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func checkFunctions() []registry.Function {
	return []registry.Function{{
		Name: "avp_check", Routes: rt.AnyRoute,
		Args: []registry.Arg{{Name: "name", Kind: registry.ArgStatic}, {Name: "operator/value", Kind: registry.ArgStatic}},
		Doc: "Compares a variable with operator/value/flags: eq ne lt le gt ge; re: POSIX extended pattern in any case; fm: * ? and [ ] as in file names; " +
			"and or xor: the bits are not all 0. A value is a text, s:text, i:number or a variable. Flags: g any of all values, i texts in any case. " +
			"A text and an integer never match, not even with ne.",
		Source:  source,
		Compile: compileCheck,
	}}
}

// A comparison tests two defined values of the same kind.
type comparison struct {
	texts    func(a, b []byte) bool // nil: never true for texts
	integers func(a, b int64) bool
}

// ordered makes a comparison of the order of two values.
func ordered(holds func(order int) bool) func(fold bool) comparison {
	return func(fold bool) comparison {
		compare := bytes.Compare
		if fold {
			compare = compareFold
		}
		return comparison{
			texts: func(a, b []byte) bool { return holds(compare(a, b)) },
			integers: func(a, b int64) bool {
				switch {
				case a < b:
					return holds(-1)
				case a > b:
					return holds(1)
				}
				return holds(0)
			},
		}
	}
}

// bits makes a comparison of the bits of two integers.
func bits(f func(a, b int64) int64) func(bool) comparison {
	return func(bool) comparison {
		return comparison{integers: func(a, b int64) bool { return f(a, b) != 0 }}
	}
}

var comparisons = map[string]func(fold bool) comparison{
	"eq":  ordered(func(o int) bool { return o == 0 }),
	"ne":  ordered(func(o int) bool { return o != 0 }),
	"lt":  ordered(func(o int) bool { return o < 0 }),
	"le":  ordered(func(o int) bool { return o <= 0 }),
	"gt":  ordered(func(o int) bool { return o > 0 }),
	"ge":  ordered(func(o int) bool { return o >= 0 }),
	"and": bits(func(a, b int64) int64 { return a & b }),
	"or":  bits(func(a, b int64) int64 { return a | b }),
	"xor": bits(func(a, b int64) int64 { return a ^ b }),
	"fm":  func(bool) comparison { return comparison{texts: matchName} },
}

// compareFold is bytes.Compare without regard to the case of ASCII letters.
func compareFold(a, b []byte) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := lower(a[i]), lower(b[i])
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
	}
	return len(a) - len(b)
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func compileCheck(b registry.Build, args []registry.Actual) (rt.Func, error) {
	left, rest, err := cutList(b, constant(args, 0))
	if err == nil {
		_, err = flags(rest, "gi") // taken and without effect here, as in Kamailio
	}
	if err != nil {
		return nil, wrong(0, err)
	}
	operator, text, ok := strings.Cut(constant(args, 1), "/")
	if !ok {
		return nil, arg.Error(1, "expected operator/value, not %q", constant(args, 1))
	}
	right, rest, err := cutOperand(b, text, true)
	if err != nil {
		return nil, wrong(1, err)
	}
	f, err := flags(rest, "gi")
	if err != nil {
		return nil, wrong(1, err)
	}
	all := f.has("g")
	if operator == "re" {
		return compileCheckRE(b, left, right, all)
	}
	mk := comparisons[strings.ToLower(operator)]
	if mk == nil {
		return nil, arg.Error(1, "unknown operator %q; expected eq, ne, lt, le, gt, ge, re, fm, and, or or xor", operator)
	}
	if operator == "fm" && right.value.Kind() == value.Int {
		return nil, arg.Error(1, "fm compares with a text, not with a number")
	}
	cmp := mk(f.has("i"))
	return func(c *rt.Ctx) int32 {
		return truth(left.any(c, all, func(v value.Value) bool {
			if !right.list.given() {
				return cmp.holds(c, v, right.value)
			}
			return right.list.any(c, all, func(w value.Value) bool { return cmp.holds(c, v, w) })
		}))
	}, nil
}

// holds compares a with b; an undefined b is the empty text.
func (m *comparison) holds(c *rt.Ctx, a, b value.Value) bool {
	switch a.Kind() {
	case value.Int:
		return b.Kind() == value.Int && m.integers != nil && m.integers(a.Int(), b.Int())
	case value.Str:
		return b.Kind() != value.Int && m.texts != nil && m.texts(c.Bytes(a), c.Bytes(b))
	}
	return false
}

// compileCheckRE makes the operator re: texts against POSIX extended patterns,
// in any case, a line at a time.
func compileCheckRE(b registry.Build, left list, right operand, all bool) (rt.Func, error) {
	if right.list.given() {
		return func(c *rt.Ctx) int32 {
			return truth(left.any(c, all, func(v value.Value) bool {
				return v.Kind() == value.Str && right.list.any(c, all, func(w value.Value) bool {
					if w.Kind() == value.Int {
						return false
					}
					re, err := b.RegexCached(c.Bytes(w), true)
					if err != nil {
						c.LogError("bad regular expression: "+err.Error(), nil)
						return false
					}
					return arg.MatchLine(re, c.Bytes(v))
				})
			}))
		}, nil
	}
	if right.value.Kind() == value.Int {
		return nil, arg.Error(1, "re compares with a pattern, not with a number")
	}
	re, err := b.Regex(right.text, true)
	if err != nil {
		return nil, wrong(1, err)
	}
	return func(c *rt.Ctx) int32 {
		return truth(left.any(c, all, func(v value.Value) bool {
			return v.Kind() == value.Str && arg.MatchLine(re, c.Bytes(v))
		}))
	}, nil
}
