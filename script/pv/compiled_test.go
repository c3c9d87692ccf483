package pv_test

import (
	"net/netip"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/compile"
	"sipedge/script/diag"
	"sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

type quietEnv struct{}

func (quietEnv) IsMyself(host []byte, _ uint16, _ rt.Proto) bool {
	return string(host) == "own.example.com"
}
func (quietEnv) Log(int, []byte)     {}
func (quietEnv) LogEnabled(int) bool { return false }
func (quietEnv) WallClock() int64    { return 0 }
func (quietEnv) WhileLimit() int     { return 100 }

const compiledMsg = "INVITE sip:bob@own.example.com;transport=tcp SIP/2.0\r\nVia: SIP/2.0/UDP h.example.com;branch=z9hG4bK1\r\n" +
	"From: <sip:alice@a.example.com>;tag=1\r\nTo: <sip:bob@b.example.com>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nX-Test: one\r\nX-Test: two\r\nContent-Length: 0\r\n\r\n"

// table holds the rows of this package alone.
func table(t testing.TB) *registry.Table {
	t.Helper()
	tab, err := registry.NewTable(registry.Core{PVs: pv.Vars(), Keywords: pv.Keywords(), Transformations: pv.Transformations(), Selects: pv.Selects()})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func set(spec string, x ast.Expr) ast.Stmt { return &ast.Assign{Target: &ast.PV{Spec: spec}, Value: x} }

// program is a request route of statements, compiled with the rows of this
// package.
func program(t testing.TB, stmts ...ast.Stmt) (*rt.Program, *diag.List) {
	t.Helper()
	cfg := &ast.Config{Files: diag.NewSet(), Routes: []*ast.RouteBlock{{Kind: ast.RequestRoute, Body: &ast.Block{Stmts: stmts}}}}
	diags := diag.NewList(cfg.Files)
	return compile.Compile(cfg, table(t), map[string]any{}, nil, diags), diags
}

func TestRowsWorkInACompiledScript(t *testing.T) {
	prog, diags := program(t,
		set("rU", &ast.PV{Spec: "fU{s.toupper}"}),
		set("rd", &ast.Select{Path: "to.uri.host"}),
		set("var(list)", &ast.PV{Spec: "_s(a=1;b=$(hdr(X-Test)[-1]))"}),
		set("du", &ast.Binary{Op: "+", L: &ast.StringLit{Value: "sip:"}, R: &ast.Binary{Op: "+", L: &ast.PV{Spec: "var(list){param.value,$(var(list){param.name,1})}"}, R: &ast.StringLit{Value: ".example.com"}}}),
		&ast.If{Cond: &ast.Binary{Op: "==", L: &ast.Ident{Name: "src_ip"}, R: &ast.AddrLit{Text: "198.51.100.0/24"}}, Then: &ast.Block{Stmts: []ast.Stmt{set("mf", &ast.IntLit{Value: 3})}}},
		&ast.If{Cond: &ast.Binary{Op: "==", L: &ast.Ident{Name: "proto"}, R: &ast.Ident{Name: "UDP"}}, Then: &ast.Block{Stmts: []ast.Stmt{set("sf", &ast.IntLit{Value: 5})}}},
		set("avp(re)", &ast.PV{Spec: `ru{re.subst,/^sip:([^@]*)@(.*)$/\2,\1/}`}),
		set("shv(compiled)", &ast.PV{Spec: "avp(re){s.select,1,,}"}),
		set("bf", &ast.PV{Spec: "shv(compiled){s.len}"}),
	)
	if prog == nil {
		t.Fatal(diags.String())
	}
	c := &rt.Ctx{Env: quietEnv{}}
	run := func() {
		c.Reset(prog, []byte(compiledMsg))
		if err := sipparse.Parse(c.Msg, &c.Index); err != sipparse.OK {
			t.Fatal(err)
		}
		c.Src, c.Dst, c.Proto, c.Route = netip.MustParseAddrPort("198.51.100.7:5066"), netip.MustParseAddrPort("192.0.2.1:5060"), rt.ProtoUDP, rt.RequestRoute
		if _, err := c.Run(prog.Request); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if got, want := string(c.Bytes(c.URI())), "sip:ALICE@b.example.com;transport=tcp"; got != want {
		t.Errorf("$ru: got %q, want %q", got, want)
	}
	if got, want := string(c.Bytes(c.DstURI)), "sip:two.example.com"; got != want {
		t.Errorf("$du: got %q, want %q", got, want)
	}
	if c.Flags != 3 || c.ScriptFlags != 5 || c.BranchFlags != 5 {
		t.Errorf("flags: %d %d %d", c.Flags, c.ScriptFlags, c.BranchFlags)
	}
	msg := []byte(compiledMsg)
	if n := testing.AllocsPerRun(50, func() {
		c.Reset(prog, msg)
		sipparse.Parse(c.Msg, &c.Index)
		c.Run(prog.Request)
	}); n != 0 {
		t.Errorf("%.0f allocations per message", n)
	}
}

func TestUnknownNamesAreErrorsOfTheScript(t *testing.T) {
	for _, x := range []ast.Expr{
		&ast.PV{Spec: "nosuch"}, &ast.PV{Spec: "ru{s.nosuch}"}, &ast.PV{Spec: "ru[1]"}, &ast.PV{Spec: "ru(x)"}, &ast.PV{Spec: "hdr"},
		&ast.PV{Spec: "time(century)"}, &ast.PV{Spec: "ru{s.substr,a,b}"}, &ast.PV{Spec: "branch(x)"}, &ast.Select{Path: "ruri.nosuch"}, &ast.Select{Path: "nosuch"},
	} {
		prog, diags := program(t, set("var(x)", x))
		if prog != nil || !diags.HasErrors() {
			t.Errorf("%+v was taken", x)
		}
	}
	if prog, _ := program(t, set("si", &ast.StringLit{Value: "x"})); prog != nil {
		t.Error("an assignment to $si was taken")
	}
}
