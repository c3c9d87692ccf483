package parse

import (
	"fmt"
	"strings"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/diag"
)

// show writes a tree on one line.
func show(n any) string {
	switch n := n.(type) {
	case nil:
		return "-"
	case *ast.Block:
		var s []string
		for _, x := range n.Stmts {
			s = append(s, show(x))
		}
		return "{" + strings.Join(s, "; ") + "}"
	case *ast.If:
		s := "if " + show(n.Cond) + " " + show(n.Then)
		if n.Else != nil {
			s += " else " + show(n.Else)
		}
		return s
	case *ast.While:
		return "while " + show(n.Cond) + " " + show(n.Body)
	case *ast.Switch:
		s := "switch " + show(n.Value) + " {"
		for _, c := range n.Cases {
			switch {
			case c.Default:
				s += "default:"
			case c.Regex:
				s += "case /" + show(c.Value) + ":"
			default:
				s += "case " + show(c.Value) + ":"
			}
			for _, x := range c.Stmts {
				s += " " + show(x) + ";"
			}
		}
		return s + "}"
	case *ast.Assign:
		return show(n.Target) + " = " + show(n.Value)
	case *ast.ExprStmt:
		return show(n.X)
	case *ast.Jump:
		if n.Value == nil {
			return n.Kind.String()
		}
		return n.Kind.String() + " " + show(n.Value)
	case *ast.RouteCall:
		return "route(" + show(n.Target) + ")"
	case *ast.IntLit:
		return fmt.Sprint(n.Value)
	case *ast.StringLit:
		return fmt.Sprintf("%q", n.Value)
	case *ast.Ident:
		return n.Name
	case *ast.AddrLit:
		return "<" + n.Text + ">"
	case *ast.PV:
		return "$" + n.Spec
	case *ast.Select:
		return "@" + n.Path
	case *ast.Unary:
		return "(" + n.Op + " " + show(n.X) + ")"
	case *ast.Binary:
		return "(" + show(n.L) + " " + n.Op + " " + show(n.R) + ")"
	case *ast.Paren:
		return show(n.X)
	case *ast.Call:
		if n.Bare {
			return n.Name + "!"
		}
		var s []string
		for _, x := range n.Args {
			s = append(s, show(x))
		}
		return n.Name + "(" + strings.Join(s, ", ") + ")"
	}
	return fmt.Sprintf("?%T", n)
}

func body(t *testing.T, stmts string) (string, string) {
	t.Helper()
	cfg, l := File("x.cfg", []byte("route {\n"+stmts+"\n}\n"), Options{})
	s := ""
	if len(cfg.Routes) == 1 {
		s = show(cfg.Routes[0].Body)
	}
	return s, lines(l)
}

func lines(l *diag.List) string {
	l.Sort()
	var s []string
	for _, d := range l.Items {
		s = append(s, l.Line(d))
	}
	return strings.Join(s, "\n")
}

func TestStatements(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`if (a()) b();`, `{if a() {b()}}`},
		{`if (a()) { b(); } else c();`, `{if a() {b()} else {c()}}`},
		{`if (a()) b(); else if (c()) { d(); } else { e(); };`, `{if a() {b()} else if c() {d()} else {e()}}`},
		{`if (a()) { b(); }; else { c(); }`, `{if a() {b()} else {c()}}`},
		{`while ($var(i) < 5) { $var(i) = $var(i) + 1; }`, `{while ($var(i) < 5) {$var(i) = ($var(i) + 1)}}`},
		{`switch ($rU) { case "a": case /"^b": x(); break; default: y(); }`, `{switch $rU {case "a":case /"^b": x(); break;default: y();}}`},
		{`switch ($rc) { case -1: exit; case 2: drop; };`, `{switch $rc {case -1: exit;case 2: drop;}}`},
		{`return; return(); return(-1); return 5; exit(); exit 3; drop; drop(); drop(1); return $var(x) + 1;`, `{return; return; return -1; return 5; exit; exit 3; drop; drop; drop 1; return ($var(x) + 1)}`},
		{`force_rport; force_rport(); exit`, ""},
		{`route(X); route(3); route("a b"); route(@ruri.user + "x"); if (route(Y)) exit;`, `{route("X"); route("3"); route("a b"); route((@ruri.user + "x")); if route("Y") {exit}}`},
		{`$(avp(i:3)[*]) = 123; $avp(x) = "a" "b" 'c';`, `{$avp(i:3)[*] = 123; $avp(x) = "abc"}`},
		{`forward(uri:host, uri:port); forward(10.0.0.1, 5060); forward(mail.example.com);`, `{forward(uri:host, uri:port); forward(<10.0.0.1>, 5060); forward(mail.example.com)}`},
		{`{ a(); { b(); } };`, `{{a(); {b()}}}`},
		{`;;`, `{}`},
	} {
		got, errs := body(t, tc.in)
		if tc.want == "" {
			if !strings.Contains(errs, `";" is missing`) {
				t.Errorf("%s\n%s", tc.in, errs)
			}
			continue
		}
		if got != tc.want || errs != "" {
			t.Errorf("%s\n got %s\nwant %s\n%s", tc.in, got, tc.want, errs)
		}
	}
}

// TestPrecedence holds the table of the decisions, from = over || to casts.
func TestPrecedence(t *testing.T) {
	for in, want := range map[string]string{
		`a || b && c`:                    `(a || (b && c))`,
		`a && b | c`:                     `(a && (b | c))`,
		`a | b & c`:                      `(a | (b & c))`,
		`a & b ^ c`:                      `(a & (b ^ c))`,
		`a ^ b << c`:                     `(a ^ (b << c))`,
		`a << b == c`:                    `(a << (b == c))`,
		`a == b > c`:                     `(a == (b > c))`,
		`a > b + c`:                      `(a > (b + c))`,
		`a + b * c`:                      `(a + (b * c))`,
		`a mod -b`:                       `(a mod (- b))`,
		`!a && b`:                        `((! a) && b)`,
		`!$a == b`:                       `((! $a) == b)`,
		`!a == b`:                        `(! (a == b))`, // a keyword: its comparison is negated
		`a - b - c`:                      `((a - b) - c)`,
		`(int)$a + 1`:                    `(((int) $a) + 1)`,
		`(str)1 + "x"`:                   `(((str) 1) + "x")`,
		`defined $avp(x) && y`:           `((defined $avp(x)) && y)`,
		`not a or b and c`:               `((! a) || (b && c))`,
		`a =~ "x" || b !~ "y"`:           `((a =~ "x") || (b !~ "y"))`,
		`a eq b && c ieq d`:              `((a eq b) && (c ieq d))`,
		`strlen($a) > 2 && strempty($b)`: `(((strlen $a) > 2) && (strempty $b))`,
		`[ $a + 1 ] == 2`:                `(($a + 1) == 2)`,
		`src_ip == 10.0.0.0/8`:           `(src_ip == <10.0.0.0/8>)`,
		`src_ip == [::1]`:                `(src_ip == <[::1]>)`,
		`method == INVITE`:               `(method == INVITE)`,
		`-1 + 4 + ( 7 & ( ~2 ) )`:        `((-1 + 4) + (7 & (~ 2)))`,
		`f(1, "x" + g(2)) + 1`:           `(f(1, ("x" + g(2))) + 1)`,
		`yes`:                            `1`,
	} {
		got, errs := body(t, "x = 0; if ("+in+") y();")
		got, _ = strings.CutPrefix(got, "{x = 0; if ")
		got, _ = strings.CutSuffix(got, " {y()}}")
		if errs = strings.ReplaceAll(errs, "x.cfg:2:1: only a pseudo-variable can be assigned to", ""); got != want || errs != "" {
			t.Errorf("%s\n got %s\nwant %s\n%s", in, got, want, errs)
		}
	}
}

func TestTopLevel(t *testing.T) {
	cfg, l := File("x.cfg", []byte(`#!KAMAILIO
debug=-6
listen=udp:127.0.0.1:5060 advertise 10.0.0.1:5070
listen=eth0 tcp:eth1:5061
alias="a.example.com" alias=b.example.com:5060
check_via=no; syn_branch=off
tos=IPTOS_LOWDELAY
pstn.gw_ip = "" desc "PSTN gateway"
group.num = 5
loadpath "/usr/lib:/lib"
loadmodule "modules_k/usrloc.so"
modparam("a|b", "name", 7)
modparam("a", "s", "x" "y")
flags one:1, two, three;
avpflags av
route { exit; }
route[0] { exit; }
route["named"] { exit; }
route[7] { exit; }
onreply_route[r] { exit; }
reply_route { exit; }
event_route [tm:local-request] { exit; }
onsend_route { drop; }
failure_route[F] { exit; }
branch_route[1] { drop; }
request_route { exit; }
`), Options{})
	if errs := lines(l); errs != "" {
		t.Fatal(errs)
	}
	var b strings.Builder
	for _, s := range cfg.Settings {
		fmt.Fprintf(&b, "%s.%s", s.Group, s.Name)
		for _, v := range s.Values {
			fmt.Fprintf(&b, " %d/%d/%s/%s", v.Kind, v.Int, v.Str, v.Advertise)
		}
		b.WriteString(" " + s.Desc + "\n")
	}
	want := `.debug 0/-6/-6/ 
.listen 3/0/udp:127.0.0.1:5060/10.0.0.1:5070 
.listen 3/0/eth0/ 3/0/tcp:eth1:5061/ 
.alias 1/0/a.example.com/ 
.alias 3/0/b.example.com:5060/ 
.check_via 2/0/no/ 
.syn_branch 2/0/off/ 
.tos 3/0/IPTOS_LOWDELAY/ 
pstn.gw_ip 1/0// PSTN gateway
group.num 0/5/5/ 
.loadpath 1/0//usr/lib:/lib/ 
`
	if b.String() != want {
		t.Errorf("settings\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	for _, r := range cfg.Routes {
		fmt.Fprintf(&b, "%v[%s] ", r.Kind, r.Name)
	}
	if want := "route[] route[] route[named] route[7] onreply_route[r] onreply_route[] event_route[tm:local-request] onsend_route[] failure_route[F] branch_route[1] route[] "; b.String() != want {
		t.Errorf("routes %s", b.String())
	}
	if len(cfg.Flags) != 4 || cfg.Flags[0].Number != 1 || cfg.Flags[1].Number != -1 || !cfg.Flags[3].Avp {
		t.Errorf("flags %+v", cfg.Flags)
	}
	if len(cfg.Modules) != 1 || len(cfg.ModParams) != 2 || show(cfg.ModParams[1].Value) != `"xy"` {
		t.Errorf("modules %+v, parameters %+v", cfg.Modules, cfg.ModParams)
	}
}

// TestErrorsNameTheirCause: the place is that of the mistake, not where the
// parser stumbled, and all mistakes of a script come in one run.
func TestErrorsNameTheirCause(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"semicolon at the end of a line", "route {\n\ta()\n\tb();\n}", `x.cfg:2:5: ";" is missing behind the statement`},
		{"a protocol that there is not", "listen=upd:127.0.0.1:5060\nroute {\n\ta();\n}", `x.cfg:1:8: "upd" is no protocol to listen with`},
		{"semicolon before a brace", "route {\n\ta()\n}", `x.cfg:2:5: ";" is missing`},
		{"semicolon in a line", "route {\n\ta() b();\n}", `x.cfg:2:6: expected ";" behind the statement, found "b"`},
		{"brace of an inner block", "route {\n\tif (a()) {\n\t\tb();\n\tc();\n}\nroute[X] { exit; }", "x.cfg:2:11: the block that begins here is not closed"},
		{"brace of a route", "route {\n\ta();\n\nroute[X] { exit; }", "x.cfg:1:7: the block that begins here is not closed"},
		{"brace at the end", "route {\n\tif (a()) {\n\t\tb();\n\t}\n", "x.cfg:1:7: the block that begins here is not closed"},
		{"if without opening brace", "route {\n\tif (a())\n\t\tb();\n\t}\n\tc();\n}", `x.cfg:2:10: "{" is missing behind this if: there is a "}" for it in line 4`},
		{"brace too many", "route { a(); }\n}\nroute[X] { exit; }", `x.cfg:2:1: "}" without "{"`},
		{"parenthesis of a call", "route {\n\ta(\"x\";\n\tb();\n}", `x.cfg:2:7: ")" is missing behind the arguments of a()`},
		{"parenthesis of a condition", "route {\n\tif (a() {\n\t\tb();\n\t}\n}", `x.cfg:2:10: expected ")" behind the condition`},
		{"assignment as condition", "route { if ($ru = \"x\") exit; }", `x.cfg:1:17: "=" assigns`},
		{"modulo", "route { $var(x) = 5 % 2; }", "x.cfg:1:21: there is no operator %; use mod"},
		{"max_len", "route { if (msg:len > max_len) exit; }", "x.cfg:1:23: max_len was removed"},
		{"else alone", "route {\n else exit; }", `x.cfg:2:2: "else" without "if"`},
		{"case outside", "route { case 1: exit; }", `x.cfg:1:9: "case" outside of a switch`},
		{"value alone", "route { 1 + 2; }", "x.cfg:1:9: this is no statement"},
		{"statement outside", "if (a()) exit;", `x.cfg:1:1: "if" outside of a routing block`},
		{"misspelt keyword", "loadmodul \"sl\"\nroute { exit; }", `x.cfg:1:1: unexpected "loadmodul" (did you mean "loadmodule"?)`},
		{"setting without value", "debug=\nroute { exit; }", `x.cfg:1:7: expected a value for "debug"`},
		{"module without quotes", "loadmodule sl\nroute { exit; }", "loadmodule takes the module's name in quotes"},
		{"cookbook: text behind a string", "route {\n\txlog(\"x\"\\n);\n}", `x.cfg:2:10: expected "," or ")" in the arguments of xlog()`},
		{"switch without label", "route { switch ($rU) { a(); } }", `x.cfg:1:24: expected "case" or "default"`},
		{"operand missing", "route {\n\t$var(x) = 1 + ;\n}", `x.cfg:2:16: expected a value, found ";"`},
	} {
		_, l := File("x.cfg", []byte(tc.in), Options{})
		got := lines(l)
		if first, _, _ := strings.Cut(got, "\n"); !strings.Contains(first, tc.want) {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
	_, l := File("x.cfg", []byte("route {\n\ta()\n\tb(;\n\tif ($x == ) { c(); }\n\td();\n}\nroute[X] {\n\te()\n}\n"), Options{})
	if n := l.Errors(); n != 4 {
		t.Errorf("%d errors of four were found\n%s", n, lines(l))
	}
}

// TestCookbookIfsWithoutBrace: three ifs without "{" but with "}", each named.
func TestCookbookIfsWithoutBrace(t *testing.T) {
	_, l := File("x.cfg", []byte(`route[1]{
    if(a("INVITE"))
    {
        return(-1);
    };
    if(a("REGISTER"))
        return(1);
    }
    if(a("SUBSCRIBE"))
        return(2);
    }
    if(a("NOTIFY"))
        return(3);
    }
    return(-2);
}
`), Options{})
	for _, line := range []string{"x.cfg:6:22", "x.cfg:9:23", "x.cfg:12:20"} {
		if !strings.Contains(lines(l), line) {
			t.Errorf("%s is not named", line)
		}
	}
	if l.Errors() != 3 {
		t.Errorf("%s", lines(l))
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, in := range []string{
		"route { $var(x) = " + strings.Repeat("(", 100000) + "1; }",
		"route { $var(x) = " + strings.Repeat("!", 100000) + "1; }",
		"route " + strings.Repeat("{", 100000),
		"route { " + strings.Repeat("if (a()) ", 100000) + "b(); }",
		"route { " + strings.Repeat("if (a()) b(); else ", 50000) + "c(); }",
	} {
		if _, l := File("x", []byte(in), Options{}); !strings.Contains(lines(l), "nested more than") {
			t.Errorf("%.30s…: %.200s", in, lines(l))
		}
	}
}

// TestWhereReadingStopsNothingElseIsWrong: what stands before the bound is cut off
// in the middle; that its blocks are not closed is nobody's mistake.
func TestWhereReadingStopsNothingElseIsWrong(t *testing.T) {
	_, l := File("x", []byte("route { "+strings.Repeat("a(); ", 300000)+"}"), Options{})
	if l.Errors() != 1 || !strings.Contains(lines(l), "more than 1048576 tokens") {
		t.Errorf("%.300s", lines(l))
	}
}

func FuzzFile(f *testing.F) {
	for _, s := range []string{
		"route { if (a()) { b(); } else c(); }", "listen=udp:1.2.3.4:5 advertise a:1\nflags a:1,b;\nroute[x]{switch($rU){case 1: break; default: exit;}}",
		"route {\n\tif (a())\n\t\tb();\n\t}\n}\n", "#!define A {\nroute A exit; }", "event_route[a:b-c]{return(1+2*~3);}", "modparam(\"a\",\"b\",1)route{a(\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		File("x", []byte(text), Options{ReadFile: func(string) ([]byte, error) { return nil, fmt.Errorf("none") }})
	})
}

// TestAnEventsNameIsNoAddress: "[htable:expired:a]" is spelt like an address in
// brackets, but for what stands before it.
func TestAnEventsNameIsNoAddress(t *testing.T) {
	for _, name := range []string{"htable:expired:a", "dead:beef:cafe", "htable:expired:a-b.c", "tm:local-request", "htable:expired:a-long-name-of-six-words"} {
		cfg, diags := File("t.cfg", []byte("event_route["+name+"] { drop; }\n"), Options{})
		if diags.HasErrors() {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		if len(cfg.Routes) != 1 || cfg.Routes[0].Name != name {
			t.Errorf("%s: read as %+v", name, cfg.Routes)
		}
	}
}

// "!~" where a value is expected is not the operator of that name.
func TestNotOfAComplementIsReadAsTwoOperators(t *testing.T) {
	for _, text := range []string{"route { if (!~$var(a)) exit; }", "route { if ($var(a) !~ \"x\") exit; }", "route { $var(b) = 1 + !~2; }"} {
		if _, l := File("x", []byte(text), Options{}); l.HasErrors() {
			t.Errorf("%s: %s", text, l)
		}
	}
}
