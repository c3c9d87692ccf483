package check_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/script/check"
	"sipedge/script/compile"
	"sipedge/script/diag"
	"sipedge/script/parse"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

var update = flag.Bool("update", false, "write the golden files")

// testCore is the configuration of the core in these tests.
type testCore struct {
	Debug  int64
	Listen []string
}

// testModule is the configuration of the module other.
type testModule struct{ Size int64 }

func fn(name string, args ...registry.Arg) registry.Function {
	return registry.Function{Name: name, Args: args, Routes: rt.AnyRoute, Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
		return func(*rt.Ctx) int32 { return 1 }, nil
	}}
}

func arg(name string, kind registry.ArgKind) registry.Arg {
	return registry.Arg{Name: name, Kind: kind}
}

func undef(*rt.Ctx) value.Value { return value.Value{} }

func pv(name string) registry.PV {
	return registry.PV{Name: name, Bind: func(registry.Build, string, string) (*registry.Var, error) {
		return &registry.Var{Name: name, Get: undef}, nil
	}}
}

// testTable holds a little of each kind of row.
func testTable(t *testing.T) *registry.Table {
	t.Helper()
	optional := arg("text", registry.ArgFormat)
	optional.Optional = true
	bare, sending, finish, asking := fn("bare"), fn("sending"), fn("finish"), fn("asking")
	asking.Routes = rt.RequestRoute
	bare.Bare, sending.Routes, finish.Ends = true, rt.SendRoute, true
	trans := func(class, name string, lo, hi int) registry.Transformation {
		return registry.Transformation{Class: class, Name: name, MinArgs: lo, MaxArgs: hi,
			Bind: func(registry.Build, []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
				return func(_ *rt.Ctx, v value.Value) value.Value { return v }, nil
			}}
	}
	hdr := pv("hdr")
	hdr.Inner = registry.Always
	core := registry.Core{
		NewConfig: func() any { return &testCore{} },
		Params: []registry.Param{
			{Name: "debug", Type: registry.ParamInt, Min: -6, Max: 10, Field: func(c any) any { return &c.(*testCore).Debug }},
			{Name: "listen", Type: registry.ParamList, Field: func(c any) any { return &c.(*testCore).Listen }},
		},
		Functions: []registry.Function{
			fn("say", arg("text", registry.ArgFormat)),
			fn("g", arg("a", registry.ArgValue), arg("b", registry.ArgValue)),
			fn("num", registry.Arg{Name: "n", Kind: registry.ArgInt, Min: 0, Max: 100}),
			fn("setflag", arg("flag", registry.ArgFlag)),
			fn("static", arg("text", registry.ArgStatic)),
			fn("inspect", arg("variable", registry.ArgPV)),
			fn("matches", arg("pattern", registry.ArgRegex)),
			fn("send_to", registry.Arg{Name: "host", Kind: registry.ArgIdent, Words: []string{"uri:host", "uri:port"}}),
			fn("on_failure", registry.Arg{Name: "route", Kind: registry.ArgRoute, RouteKind: rt.FailureRoute}),
			fn("wait", optional), bare, sending, finish, asking,
		},
		PVs:             []registry.PV{pv("ru"), pv("rm"), pv("fu"), hdr},
		Transformations: []registry.Transformation{trans("s", "len", 0, 0), trans("s", "add", 1, 2), trans("uri", "user", 0, 0)},
		Keywords: []registry.Keyword{
			{Name: "method", Type: registry.OperandMethod, Get: undef},
			{Name: "uri", Type: registry.OperandString, Get: undef, Myself: func(*rt.Ctx) bool { return true }},
			{Name: "src_ip", Type: registry.OperandAddr, Addr: func(c *rt.Ctx) registry.Addr { return c.Src.Addr() }, Myself: func(*rt.Ctx) bool { return true }},
			{Name: "src_port", Type: registry.OperandInt, Get: undef},
			{Name: "proto", Type: registry.OperandProto, Get: undef},
			{Name: "af", Type: registry.OperandAF, Get: undef},
			{Name: "snd_ip", Type: registry.OperandAddr, Routes: rt.SendRoute, Addr: func(c *rt.Ctx) registry.Addr { return c.SendFrom.Addr() }},
		},
		Selects: []registry.Select{{Prefix: "ruri", Bind: func(registry.Build, []registry.SelectStep) (rt.Expr, error) { return undef, nil }}},
		Events:  []string{"core:start"},
	}
	table, err := registry.NewTable(core,
		&registry.Module{Name: "other", Functions: []registry.Function{fn("elsewhere"), fn("publish", arg("text", registry.ArgFormat), registry.Arg{Name: "n", Kind: registry.ArgInt, Min: 0, Max: 100})}, NewConfig: func() any { return &testModule{} },
			Params: []registry.Param{{Name: "size", Type: registry.ParamInt, Min: 1, Max: 100, Field: func(c any) any { return &c.(*testModule).Size }}}},
		&registry.Module{Name: "dependent", Requires: []string{"other"}})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// diagnose is all that is said about a script, as sipedge -c says it.
func diagnose(t *testing.T, name string, text []byte) (*diag.List, *rt.Program) {
	t.Helper()
	cfg, diags := parse.File(name, text, parse.Options{})
	if cfg == nil {
		return diags, nil
	}
	table := check.Modules(cfg, testTable(t), diags)
	configs := table.NewConfigs()
	check.Apply(cfg, table, configs, diags)
	return diags, compile.Compile(cfg, table, configs, nil, diags)
}

// Broken scripts, each with what is said about it: the line of the cause, and
// every error in one run.
func TestBrokenScriptsAreExplained(t *testing.T) {
	files, err := filepath.Glob("testdata/*.cfg")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			diags, p := diagnose(t, name, text)
			if (p == nil) != diags.HasErrors() {
				t.Errorf("a program: %v, errors: %v", p != nil, diags.HasErrors())
			}
			if clean := name == "clean.cfg"; clean && p == nil {
				t.Error("a script without errors is refused")
			}
			golden := strings.TrimSuffix(file, ".cfg") + ".golden"
			got := []byte(diags.String())
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
}
