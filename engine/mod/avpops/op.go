package avpops

import (
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func opFunctions() []registry.Function {
	return []registry.Function{{
		Name: "avp_op", Routes: rt.AnyRoute,
		Args: []registry.Arg{{Name: "name", Kind: registry.ArgStatic}, {Name: "operator/value", Kind: registry.ArgStatic}},
		Doc: "Computes with every integer value of an AVP: add sub mul div mod and or xor with i:number or a variable; not is the value's complement. " +
			"The results are added to the AVP, or to the one behind a slash; the flag d takes the operands away. False where nothing was computed.",
		Source:  source,
		Compile: compileOp,
	}}
}

// operators compute in the language's 32 bits. Division by 0 gives 0.
var operators = map[string]func(a, b int64) int64{
	"add": func(a, b int64) int64 { return a + b },
	"sub": func(a, b int64) int64 { return a - b },
	"mul": func(a, b int64) int64 { return a * b },
	"div": func(a, b int64) int64 {
		if b == 0 {
			return 0
		}
		return a / b
	},
	"mod": func(a, b int64) int64 {
		if b == 0 {
			return 0
		}
		return a % b
	},
	"and": func(a, b int64) int64 { return a & b },
	"or":  func(a, b int64) int64 { return a | b },
	"xor": func(a, b int64) int64 { return a ^ b },
	"not": func(_, b int64) int64 { return ^b },
}

func compileOp(b registry.Build, args []registry.Actual) (rt.Func, error) {
	from, rest, err := cutAVP(b, constant(args, 0))
	if err != nil {
		return nil, wrong(0, err)
	}
	to := from
	if target, ok := strings.CutPrefix(rest, "/"); ok && target != "" {
		if to, rest, err = cutAVP(b, target); err != nil {
			return nil, wrong(0, err)
		}
	}
	if _, err := flags(rest, ""); err != nil {
		return nil, wrong(0, err)
	}
	operator, text, ok := strings.Cut(constant(args, 1), "/")
	if !ok {
		return nil, arg.Error(1, "expected operator/value, not %q", constant(args, 1))
	}
	compute := operators[strings.ToLower(operator)]
	if compute == nil {
		return nil, arg.Error(1, "unknown operator %q; expected add, sub, mul, div, mod, and, or, xor or not", operator)
	}
	right, rest, err := cutOperand(b, text, false)
	if err != nil {
		return nil, wrong(1, err)
	}
	f, err := flags(rest, "gd")
	if err != nil {
		return nil, wrong(1, err)
	}
	if lower := strings.ToLower(operator); (lower == "div" || lower == "mod") && !right.list.given() && right.value.Int() == 0 {
		return nil, arg.Error(1, "division by 0")
	}
	move := f.has("d")
	return func(c *rt.Ctx) int32 {
		operand := right.value
		if right.list.given() {
			operand = right.list.newest(c)
		}
		if operand.Kind() != value.Int {
			return -1
		}
		done := false
		for k := c.AVPs(from); c.NextAVP(&k); {
			_, v := c.AVPAt(&k)
			if v.Kind() != value.Int {
				continue
			}
			c.AddAVP(to, value.FromInt(rt.Wrap(compute(v.Int(), operand.Int()))))
			if move {
				c.RemoveAVP(&k)
			}
			done = true
		}
		return truth(done)
	}, nil
}
