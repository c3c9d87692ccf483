package ipops

import (
	"net/netip"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }

// test makes a function that looks at the kind of a text.
func test(name, doc string, is func(kind) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source, Args: []registry.Arg{address("ip")},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			x := args[0].Eval
			return func(c *rt.Ctx) int32 {
				_, k := parse(text(c, x))
				return truth(is(k))
			}, nil
		},
	}
}

func compileType(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	x := args[0].Eval
	return func(c *rt.Ctx) int32 {
		if _, k := parse(text(c, x)); k != notIP {
			return int32(k)
		}
		return -1
	}, nil
}

// detailed makes a function that writes the name of an address's kind.
func detailed(name, what string, takes func(kind) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Source: source + "; RFC 6890",
		Doc:  "Writes the name of the block that " + what + " is in (PUBLIC, PRIVATE, LOOPBACK, GLOBAL-UNICAST …) to the variable; false if the text is none.",
		Args: []registry.Arg{address("ip"), {Name: "result", Kind: registry.ArgPV}},
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			out := args[1].PV
			if out.Set == nil {
				return nil, arg.Error(1, "$%s cannot be written", out.Name)
			}
			x, names := args[0].Eval, map[string]value.Value{}
			for _, bl := range blocks {
				names[bl.name] = b.Const(bl.name)
			}
			public, reserved := b.Const(publicName), b.Const(reservedName)
			return func(c *rt.Ctx) int32 {
				a, k := parse(text(c, x))
				if !takes(k) {
					return -1
				}
				v := public
				if a.Is6() {
					v = reserved
				}
				if bl := blockOf(a); bl != nil {
					v = names[bl.name]
				}
				return truth(out.Set(c, v))
			}, nil
		},
	}
}

// pair makes a function that compares two addresses.
func pair(name, doc string, takes func(kind) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source, Args: []registry.Arg{address("ip1"), address("ip2")},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			x, y := args[0].Eval, args[1].Eval
			return func(c *rt.Ctx) int32 {
				// One after the other: an integer's text is good until the next one.
				a, k := parse(text(c, x))
				b, l := parse(text(c, y))
				return truth(k != notIP && l != notIP && takes(k) && takes(l) && a == b)
			}, nil
		},
	}
}

var rfc1918 = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
}

func compilePrivate(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	x := args[0].Eval
	return func(c *rt.Ctx) int32 {
		a, k := parse(text(c, x))
		return truth(k == ipv4 && within(a, rfc1918))
	}, nil
}
