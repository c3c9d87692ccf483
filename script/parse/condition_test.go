package parse

import (
	"testing"

	"sipedge/script/ast"
)

// condition is the condition of the only if of a block.
func condition(t *testing.T, text string) ast.Expr {
	t.Helper()
	cfg, diags := File("x.cfg", []byte("route {\n\t"+text+"\n}\n"), Options{})
	if diags.HasErrors() || len(cfg.Routes) != 1 {
		t.Errorf("%s: %s", text, diags)
		return nil
	}
	n, ok := cfg.Routes[0].Body.Stmts[0].(*ast.If)
	if !ok {
		t.Errorf("%s: no if", text)
		return nil
	}
	return n.Cond
}

// The reference takes any expression behind if; parentheses are only usual.
func TestIfNeedsNoParentheses(t *testing.T) {
	for text, op := range map[string]string{
		`if !($rU =~ "a") { exit; }`:           "!",
		`if $rU == "a" exit;`:                  "==",
		`if (a()) && (b()) { exit; }`:          "&&",
		`if (a()) && (b()) || (c()) { exit; }`: "||",
		`if (a()) || (b()) && (c()) { exit; }`: "||",
		"if (a())\n\t\tand (b()) { exit; }":    "&&",
		`if (a() && b()) { exit; } else exit;`: "&&",
		`if ($var(a) + 1) == 2 { exit; }`:      "==",
	} {
		got := ""
		switch x := condition(t, text).(type) {
		case *ast.Unary:
			got = x.Op
		case *ast.Binary:
			got = x.Op
		}
		if got != op {
			t.Errorf("%s: the operator is %q", text, got)
		}
	}
}

// A block's name may look like an address in brackets, and an address may be put
// together of defines.
func TestNamesAndAddressesOfSeveralParts(t *testing.T) {
	cfg, diags := File("x.cfg", []byte("#!define P udp\n#!define H 127.0.0.1\n#!define N 5060\nlisten=P:H:N\nalias=*:5061\n"+
		"event_route[htable:expired:a::b] { exit; }\n"), Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if v := cfg.Settings[0].Values; len(v) != 1 || v[0].Str != "udp:127.0.0.1:5060" {
		t.Errorf("%+v", v)
	}
	if v := cfg.Settings[1].Values; len(v) != 1 || v[0].Str != "*:5061" {
		t.Errorf("%+v", v)
	}
	if n := cfg.Routes[0].Name; n != "htable:expired:a::b" {
		t.Errorf("%q", n)
	}
}

// As the reference: ! before a keyword negates the comparison, ! before a value
// the value.
func TestNegationOfAKeywordIsThatOfItsComparison(t *testing.T) {
	for text, want := range map[string]string{
		`if (!src_ip==10.0.0.1) exit;`:        "!(==)",
		`if (!uri==myself) exit;`:             "!(==)",
		`if (!method=="INVITE" && a()) exit;`: "&&",
		`if (not msg:len > 5) exit;`:          "!(>)",
		`if (!uri=~"alice") exit;`:            "!(=~)",
		`if (!$var(a)==1) exit;`:              "==",
		`if (!a()) exit;`:                     "!",
	} {
		got := ""
		switch x := condition(t, text).(type) {
		case *ast.Unary:
			got = x.Op
			if b, ok := x.X.(*ast.Binary); ok {
				got += "(" + b.Op + ")"
			}
		case *ast.Binary:
			got = x.Op
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
