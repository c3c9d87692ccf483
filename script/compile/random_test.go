package compile_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/compile"
	"sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Random programs are written as scripts, read, compiled and run, with calls
// that wait, and compared with what the evaluator says about the tree that they
// were written from: every call with its arguments, all variables at the end,
// the return code and how the script ended.

// answers is a deterministic world: results depend on the call alone.
func answers(seed uint64) func(name, arg string, call int) int32 {
	return func(name, arg string, call int) int32 {
		h := fnv.New64a()
		fmt.Fprint(h, seed, name, arg, call)
		return []int32{1, 1, 1, 2, 7, -1, -1, -3, 1, 1, 0, -2, 5, 1, -1, 1, 1, 1, -1, 3}[h.Sum64()%20]
	}
}

// tooLong is the panic of an evaluation that makes too many calls or too long
// texts.
const tooLong = "too long"

// randomRounds is max_while_loops of random programs, mostCalls what they may
// call in all.
const (
	randomRounds = 5
	mostCalls    = 20_000
)

// randomWorld is the world of the run that goes on, randomRows the table of all
// of them: making it takes longer than a run.
var (
	randomWorld world
	randomRows  *registry.Table
)

// randomTable adds to the rows of these tests $xavp and the transformations.
func randomTable(t testing.TB) *registry.Table {
	if randomRows != nil {
		return randomRows
	}
	randomRows = tableWith(t, &randomWorld, func(core *registry.Core) {
		core.Transformations = pv.Transformations()
		for _, row := range pv.Vars() {
			if row.Name == "xavp" {
				core.PVs = append(core.PVs, row)
			}
		}
		core.Selects = append(core.Selects, registry.Select{Prefix: "user", Bind: func(registry.Build, []registry.SelectStep) (rt.Expr, error) { return word(11, 5), nil }})
	})
	return randomRows
}

// outcome is what a run leaves behind.
type outcome struct {
	dropped bool
	rc      int32
	trace   []string
	state   []string
}

// diff is the first difference, "" for none.
func (got outcome) diff(want outcome) string {
	for _, l := range [][2][]string{{got.trace, want.trace}, {got.state, want.state}} {
		for i := range max(len(l[0]), len(l[1])) {
			a, b := "(nothing)", "(nothing)"
			if i < len(l[0]) {
				a = l[0][i]
			}
			if i < len(l[1]) {
				b = l[1][i]
			}
			if a != b {
				return fmt.Sprintf("%s, want %s", a, b)
			}
		}
	}
	if got.dropped != want.dropped || got.rc != want.rc {
		return fmt.Sprintf("dropped %v with code %d, want %v with %d", got.dropped, got.rc, want.dropped, want.rc)
	}
	return ""
}

var (
	stateVars  = []string{"a", "b", "c", "i"}
	stateAVPs  = []string{"x", "i:5", "f.t"}
	stateXAVPs = []string{"x", "x[0]=>f", "x[0]=>f[1]", "x[1]", "x[1]=>f", "x[2]"}
)

// evaluate is what the evaluator makes of a program; ok is false where that is
// too much.
func evaluate(cfg *ast.Config, seed uint64) (o outcome, ok bool) {
	w := &world{answer: func(name, arg string, call int) int32 {
		if call > mostCalls {
			panic(tooLong)
		}
		return answers(seed)(name, arg, call)
	}}
	e := &evaluator{w: w, vars: map[string]val{}, avps: map[string][]val{}, routes: map[string]*ast.Block{}, limit: randomRounds}
	for _, b := range cfg.Routes {
		e.routes[b.Name] = b.Body
	}
	defer func() {
		if r := recover(); r != nil {
			if r != any(tooLong) {
				panic(r)
			}
			ok = false
		}
	}()
	o.dropped = e.main(cfg.Routes[0].Body)
	o.rc, o.trace = e.rc, w.trace
	for _, n := range stateVars {
		o.state = append(o.state, describe("var("+n+")", e.get("var("+n+")")))
	}
	for _, n := range stateAVPs {
		for _, v := range e.avps[n] {
			o.state = append(o.state, describe("avp("+n+")", v))
		}
	}
	for _, p := range stateXAVPs {
		o.state = append(o.state, describe("xavp("+p+")", e.getXAVP(p)))
	}
	return o, true
}

func describe(name string, v val) string { return fmt.Sprintf("%s is %d %q", name, v.k, v.text()) }

// execute compiles and runs a program. refused is what the compiler says where it
// does not take it; ok is false where the run passes a bound of the runtime.
func execute(t testing.TB, cfg *ast.Config, seed uint64) (o outcome, refused string, ok bool) {
	waits := rand.New(rand.NewPCG(seed, 99))
	w := &randomWorld
	*w = world{answer: answers(seed), env: &testEnv{limit: randomRounds},
		suspend: func(int) bool { return waits.IntN(3) == 0 }}
	parsed, diags := parseText(print(cfg, seed))
	if parsed == nil || diags.HasErrors() {
		return o, render(diags), false
	}
	p := compile.Compile(parsed, randomTable(t), nil, nil, diags)
	if p == nil {
		return o, render(diags), false
	}
	c := &rt.Ctx{Src: netip.MustParseAddrPort("10.1.2.3:5070"), Proto: rt.ProtoUDP}
	st, err := w.run(t, c, p, p.Request)
	if err != nil {
		for _, bound := range []error{rt.ErrArena, rt.ErrAVPs, rt.ErrLoopBudget} {
			if errors.Is(err, bound) {
				return o, "", false
			}
		}
		t.Fatalf("seed %d: %v", seed, err)
	}
	o = outcome{dropped: st == rt.Dropped, rc: c.Ret(), trace: w.trace}
	kinds := map[value.Kind]kind{value.Undef: undef, value.Int: num, value.Str: str}
	note := func(name string, v value.Value) {
		o.state = append(o.state, fmt.Sprintf("%s is %d %q", name, kinds[v.Kind()], c.Text(v)))
	}
	for _, n := range stateVars {
		v := value.FromInt(0)
		for i, name := range p.VarNames {
			if name == n && !c.Vars[i].IsUndef() {
				v = c.Vars[i]
			}
		}
		note("var("+n+")", v)
	}
	name := func(n string) rt.AVPName {
		for i, s := range p.AVPNames {
			if s == n {
				return rt.AVPName(i)
			}
		}
		return rt.AVPName(len(p.AVPNames)) // the program does not use it
	}
	for _, n := range stateAVPs {
		c.EachAVP(name(n), func(v value.Value) bool { note("avp("+n+")", v); return true })
	}
	for i, at := range []rt.XPath{{RootIndex: 0}, {RootIndex: 0, HasField: true}, {RootIndex: 0, HasField: true, FieldIndex: 1},
		{RootIndex: 1}, {RootIndex: 1, HasField: true}, {RootIndex: 2}} {
		at.Root, at.Field = name("x"), name("f")
		v, node := c.XAVP(at)
		if node {
			v = c.NewString([]byte("<<xavp>>"))
		}
		note("xavp("+stateXAVPs[i]+")", v)
	}
	return o, "", true
}

func checkSeed(t *testing.T, seed uint64) {
	want, ok := evaluate(program(seed), seed)
	if !ok {
		return
	}
	got, refused, ok := execute(t, program(seed), seed)
	if refused != "" {
		t.Fatalf("seed %d is refused:\n%s", seed, refused)
	}
	if ok {
		if d := got.diff(want); d != "" {
			t.Fatalf("seed %d: %s\n%s", seed, d, print(program(seed), seed))
		}
	}
}

func TestCompiledGraphAgreesWithTheEvaluator(t *testing.T) {
	n := uint64(3000)
	if testing.Short() {
		n = 300
	}
	for seed := range n {
		checkSeed(t, seed)
	}
}

func FuzzCompiledGraphAgreesWithTheEvaluator(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkSeed)
}
