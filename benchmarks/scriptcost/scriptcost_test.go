package main

import (
	"os"
	"strings"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/parse"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func invite(t testing.TB) []byte {
	t.Helper()
	m, err := os.ReadFile("../../sipparse/testdata/invite.sip")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sixtyOf(t testing.TB) *runner {
	t.Helper()
	r, err := newRunner("sixty.cfg", sixty, invite(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSixtyStatementsRunToTheirEnd(t *testing.T) {
	r := sixtyOf(t)
	if st, err := r.whole(); st != rt.Exited || err != nil {
		t.Fatal(st, err)
	}
	for name, want := range map[string]string{"done": "1", "class": "17", "prio": "high", "key": "alice@atlanta.example.com", "local": "1", "limit": "30", "body": "1", "diverted": ""} {
		if got := r.variable(name); got != want {
			t.Errorf("$var(%s) is %q, want %q", name, got, want)
		}
	}
	if got := string(r.ctx.Bytes(r.ctx.DstURI)); got != "sip:192.0.2.20:5062;lr" {
		t.Errorf("$du is %q", got)
	}
	if r.ctx.Flags != 1<<3|1<<5 {
		t.Errorf("flags %b", r.ctx.Flags)
	}
}

// The script is what it is called: statements are counted in its tree, those of
// other branches too.
func TestSixtyStatementsAreSixty(t *testing.T) {
	cfg, diags := parse.File("sixty.cfg", sixty, parse.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	n := 0
	var count func(ss []ast.Stmt)
	count = func(ss []ast.Stmt) {
		for _, s := range ss {
			n++
			switch s := s.(type) {
			case *ast.If:
				count(s.Then.Stmts)
				switch e := s.Else.(type) {
				case *ast.Block:
					count(e.Stmts)
				case *ast.If:
					count([]ast.Stmt{e})
				}
			case *ast.Switch:
				for _, c := range s.Cases {
					count(c.Stmts)
				}
			}
		}
	}
	for _, b := range cfg.Routes {
		count(b.Body.Stmts)
	}
	if n < statements {
		t.Errorf("%d statements", n)
	}
	if k := strings.Count(string(sixty), "=~"); k != 2 {
		t.Errorf("%d regular expressions", k)
	}
}

func TestSixtyStatementsDoNotAllocate(t *testing.T) {
	r := sixtyOf(t)
	if n := testing.AllocsPerRun(200, func() { r.whole() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCoreParse(b *testing.B) {
	r := sixtyOf(b)
	b.ReportAllocs()
	for b.Loop() {
		if r.parse() != sipparse.OK {
			b.Fatal("not parsed")
		}
	}
}

func BenchmarkSixtyStatements(b *testing.B) {
	r := sixtyOf(b)
	b.ReportAllocs()
	for b.Loop() {
		r.whole()
	}
}
