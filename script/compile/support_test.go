package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// testEnv is the server of these tests.
type testEnv struct {
	log   []string
	limit int
}

func (e *testEnv) IsMyself(host []byte, port uint16, proto rt.Proto) bool {
	return string(host) == "own.example.com"
}
func (e *testEnv) Log(level int, text []byte) {
	e.log = append(e.log, fmt.Sprintf("%d %s", level, text))
}
func (e *testEnv) LogEnabled(level int) bool { return level <= 3 }
func (e *testEnv) WallClock() int64          { return 1e18 }
func (e *testEnv) WhileLimit() int           { return e.limit }

// world is what the functions of these tests note and how they answer.
type world struct {
	env     *testEnv
	trace   []string
	answer  func(name, arg string, call int) int32 // result of f() and g(); nil: 1
	suspend func(call int) bool                    // whether a call waits
	calls   int
	pending int32 // the result that the call that waits will have
}

// sample is the message of these tests; it is no SIP, the language does not mind.
const sample = "INVITE sip:alice@example.com SIP/2.0 0123456789 abc 42 end"

var ownName = []byte("own.example.com")

func word(off, n int) rt.Expr {
	return func(*rt.Ctx) value.Value { return value.FromSpan(value.Msg, off, n) }
}

// table makes the rows of these tests around a world.
func table(t testing.TB, w *world) *registry.Table {
	t.Helper()
	return tableWith(t, w, func(*registry.Core) {})
}

// tableWith is table with changes to the core's rows.
func tableWith(t testing.TB, w *world, change func(core *registry.Core)) *registry.Table {
	t.Helper()
	any := rt.AnyRoute
	note := func(name string, args []registry.Actual) rt.Func {
		return func(c *rt.Ctx) int32 {
			var b strings.Builder
			for i, a := range args {
				if i > 0 && a.Given {
					b.WriteByte('|')
				}
				if a.Given {
					b.Write(c.Text(a.Eval(c)))
				}
			}
			w.trace = append(w.trace, name+"("+b.String()+")")
			w.calls++
			r := int32(1)
			if w.answer != nil {
				r = w.answer(name, b.String(), w.calls)
			}
			if w.suspend != nil && w.suspend(w.calls) {
				w.pending = r
				return rt.Pending
			}
			return r
		}
	}
	fn := func(name string, args ...registry.Arg) registry.Function {
		return registry.Function{Name: name, Args: args, Routes: any, Compile: func(_ registry.Build, as []registry.Actual) (rt.Func, error) {
			return note(name, as), nil
		}}
	}
	pv := func(name string, get rt.Expr) registry.PV {
		return registry.PV{Name: name, Bind: func(registry.Build, string, string) (*registry.Var, error) {
			return &registry.Var{Name: name, Get: get}, nil
		}}
	}
	wait := fn("wait", registry.Arg{Name: "text", Kind: registry.ArgFormat, Optional: true})
	wait.Stateful = true
	bare := fn("bare")
	bare.Bare = true
	sending := fn("sending")
	sending.Routes = rt.SendRoute
	ends := fn("finish")
	ends.Ends = true
	core := registry.Core{
		Functions: []registry.Function{
			fn("f", registry.Arg{Name: "value", Kind: registry.ArgValue}),
			fn("g", registry.Arg{Name: "a", Kind: registry.ArgValue}, registry.Arg{Name: "b", Kind: registry.ArgValue}),
			fn("say", registry.Arg{Name: "text", Kind: registry.ArgFormat}),
			fn("num", registry.Arg{Name: "n", Kind: registry.ArgInt, Min: 0, Max: 100}),
			fn("setflag", registry.Arg{Name: "flag", Kind: registry.ArgFlag}),
			fn("static", registry.Arg{Name: "s", Kind: registry.ArgStatic}),
			fn("inspect", registry.Arg{Name: "pv", Kind: registry.ArgPV}),
			fn("matches", registry.Arg{Name: "re", Kind: registry.ArgRegex}),
			fn("send_to", registry.Arg{Name: "host", Kind: registry.ArgIdent, Words: []string{"uri:host", "uri:port"}}),
			fn("on_failure", registry.Arg{Name: "route", Kind: registry.ArgRoute, RouteKind: rt.FailureRoute}),
			wait, bare, sending, ends,
			{Name: "quiet", Routes: any, Args: []registry.Arg{{Name: "text", Kind: registry.ArgFormat}}, Compile: func(_ registry.Build, as []registry.Actual) (rt.Func, error) {
				text := as[0].Eval
				return func(c *rt.Ctx) int32 { return int32(c.TextLen(text(c))) }, nil
			}},
			{Name: "pending", Routes: any, Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(*rt.Ctx) int32 { return rt.Pending }, nil
			}},
		},
		PVs: []registry.PV{pv("user", word(11, 5)),
			pv("ru", word(7, 21)), pv("rm", word(0, 6)), pv("num", word(52, 2)), pv("undef", func(*rt.Ctx) value.Value { return value.Value{} }),
			{Name: "hdr", Inner: registry.Always, Bind: func(_ registry.Build, inner, index string) (*registry.Var, error) {
				return &registry.Var{Name: "hdr", Get: word(0, 6)}, nil
			}},
		},
		Transformations: []registry.Transformation{
			{Class: "s", Name: "len", Bind: func(registry.Build, []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
				return func(c *rt.Ctx, v value.Value) value.Value { return value.FromInt(c.TextLen(v)) }, nil
			}},
			{Class: "s", Name: "add", MinArgs: 1, MaxArgs: 2, Bind: func(_ registry.Build, as []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
				return func(c *rt.Ctx, v value.Value) value.Value {
					m := c.Mark()
					c.AppendValue(v)
					for _, a := range as {
						if a.Eval != nil {
							w := a.Eval(c)
							c.AppendValue(w)
						} else {
							c.AppendString(a.Text)
						}
					}
					return c.FromMark(m)
				}, nil
			}},
		},
		Keywords: []registry.Keyword{
			{Name: "method", Type: registry.OperandMethod, Get: word(0, 6)},
			{Name: "uri", Type: registry.OperandString, Get: word(7, 21), Myself: func(c *rt.Ctx) bool { return c.Env.IsMyself(ownName, 0, 0) }},
			{Name: "src_ip", Type: registry.OperandAddr, Addr: func(c *rt.Ctx) registry.Addr { return c.Src.Addr() }},
			{Name: "src_port", Type: registry.OperandInt, Get: func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.Src.Port())) }},
			{Name: "proto", Type: registry.OperandProto, Get: func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.Proto)) }},
			{Name: "af", Type: registry.OperandAF, Get: func(c *rt.Ctx) value.Value { return value.FromInt(registry.AFInet) }},
			{Name: "msg:len", Type: registry.OperandInt, Get: func(c *rt.Ctx) value.Value { return value.FromInt(int64(len(c.Msg))) }},
			{Name: "snd_ip", Type: registry.OperandAddr, Routes: rt.SendRoute, Addr: func(c *rt.Ctx) registry.Addr { return c.SendFrom.Addr() }},
		},
		Selects: []registry.Select{{Prefix: "ruri", Bind: func(registry.Build, []registry.SelectStep) (rt.Expr, error) { return word(7, 21), nil }}},
	}
	change(&core)
	other := &registry.Module{Name: "other", Functions: []registry.Function{fn("elsewhere")}}
	// The functions are those of a module, but for one of the core.
	own := &registry.Module{Name: "own", Functions: core.Functions}
	core.Functions = []registry.Function{fn("corefn")}
	tab, err := registry.NewTable(core, other, own)
	if err != nil {
		t.Fatal(err)
	}
	return tab.WithLoaded([]*registry.Module{own})
}

// run executes a block of a program on the sample message, resuming it as often
// as it waits; each time the message moves to another buffer and the old one is
// overwritten.
func (w *world) run(t testing.TB, c *rt.Ctx, p *rt.Program, entry rt.Op) (rt.State, error) {
	msg := []byte(sample)
	c.Reset(p, msg)
	c.Env = w.env
	c.Route = rt.RequestRoute
	st, err := c.Run(entry)
	for st == rt.Suspended {
		old := c.Msg
		buf := make([]byte, c.ParkSize())
		c.Park(buf)
		for i := range old {
			old[i] = 0xDB
		}
		st, err = c.Resume(w.pending)
	}
	return st, err
}
