package compile_test

import (
	"net/netip"
	"strings"
	"testing"

	"sipedge/script/compile"
	"sipedge/script/rt"
)

// mustCompile compiles a script text that has no errors.
func mustCompile(t testing.TB, w *world, text string) *rt.Program {
	t.Helper()
	cfg, diags := parseText(text)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", text, render(diags))
	}
	p := compile.Compile(cfg, table(t, w), nil, nil, diags)
	if p == nil {
		t.Fatalf("%s\n%s", text, render(diags))
	}
	return p
}

// says runs a script's main block and returns what say() got, joined by spaces.
func says(t testing.TB, w *world, text string) string {
	t.Helper()
	if w.env == nil {
		w.env = &testEnv{limit: 100}
	}
	p := mustCompile(t, w, text)
	c := &rt.Ctx{Src: netip.MustParseAddrPort("10.1.2.3:5070"), Proto: rt.ProtoUDP}
	if _, err := w.run(t, c, p, p.Request); err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	var out []string
	for _, s := range w.trace {
		if s, ok := strings.CutPrefix(s, "say("); ok {
			out = append(out, strings.TrimSuffix(s, ")"))
		}
	}
	return strings.Join(out, " ")
}

// Values and operators as the cookbook's "Operators" says and the reference
// 5.6.3 was observed to do.
func TestExpressions(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`1 + 2 * 3`, "7"},
		{`(1 + 2) * 3`, "9"},
		{`7 / 2`, "3"}, {`-7 / 2`, "-3"}, {`-7 mod 2`, "-1"},
		{`1 << 33`, "2"}, {`1 << 31`, "-2147483648"}, {`-8 >> 1`, "-4"}, {`~5`, "-6"}, {`4 + ( 7 & ( ~2 ) )`, "9"}, {`6 ^ 3`, "5"}, {`6 | 1`, "7"},
		{`2147483647 + 1`, "-2147483648"},
		{`$var(max) + 1`, "-2147483648"},
		{`3000000000`, "-1294967296"},
		{`$var(x) + 1`, "12abc1"},
		{`$var(one) + $var(x)`, "1"}, {`$var(one) + $var(five)`, "6"},
		{`$undef + 5`, "5"}, {`$undef + "x"`, "x"}, {`5 + $undef`, "5"}, {`"5" + $undef`, "5"},
		{`$undef + 1 + 2`, "12"}, {`$var(one) + 1 + $var(x)`, "2"}, {`$var(x) + 1 + 2`, "12abc12"}, {`"a" + "b" + 3`, "ab3"}, {`1 + 2 + $var(x)`, "3"},
		{`"sip:" + $var(x) + "@" + $rm`, "sip:12abc@INVITE"},
		{`"" + 5 + 2`, "52"}, {`"" + $var(one) + 2`, "12"},
		{`!5`, "0"}, {`!0`, "1"}, {`!$var(abc)`, "1"}, {`!$undef`, "1"}, {`!$var(neg)`, "0"},
		{`5 && -1`, "1"}, {`0 || -1`, "1"}, {`0 || $var(abc)`, "0"}, {`0 || $var(five)`, "5"}, {`$var(neg) && $var(five)`, "1"}, {`$var(five) && 1`, "5"}, {`$var(five) && 3`, "1"}, {`$var(neg) || 0`, "-5"}, {`$var(neg) || 3`, "1"},
		{`($var(five) + $var(five)) - 0`, "10"}, {`$var(five) + $var(five)`, "55"}, {`$var(zero) != ""`, "0"}, {`$var(zero) == ""`, "0"},
		{`0 / $var(zero)`, "0"}, {`$var(zero) eq $null`, "0"}, {`$undef ieq $null`, "1"}, {`$null ieq $var(zero)`, "1"}, {`$var(e) ne $null`, "1"},
		{`$undef == $undef`, "1"}, {`$undef == 0`, "1"}, {`$undef == ""`, "1"}, {`$undef != ""`, "0"}, {`$var(zero) == $undef`, "1"}, {`$var(e) == $undef`, "1"},
		{`$var(zero) == $null`, "0"}, {`$undef == $null`, "1"}, {`$var(e) != $null`, "1"}, {`$null == $var(zero)`, "1"},
		{`$var(zero) == $var(abc)`, "1"}, {`$var(abc) == $var(zero)`, "0"}, {`$var(zero) == $var(e)`, "1"}, {`$var(e) == $var(zero)`, "0"},
		{`$var(zero) == "abc"`, "1"}, {`"abc" == $var(zero)`, "0"}, {`0 == $var(abc)`, "1"}, {`0 == $var(e)`, "1"}, {`$var(e) == 0`, "0"},
		{`$var(five) == 5`, "1"}, {`5 == $var(five)`, "1"}, {`$var(one) == "1x"`, "0"},
		{`0 == ""`, "1"}, {`0 eq ""`, "0"}, {`"a" ieq "b"`, "1"}, {`"a" == "b"`, "0"}, {`"a" ine "b"`, "0"}, {`$var(one) ne "1"`, "0"},
		{`$var(zero) eq $var(e)`, "0"},
		{`$var(abc) > $var(e)`, "0"}, {`$undef > -1`, "1"}, {`$var(five) >= 5`, "1"}, {`$var(five) <= 4`, "0"}, {`3 < $var(five)`, "1"},
		{`$var(abc) =~ "^A"`, "1"}, {`$var(abc) !~ "^A"`, "0"}, {`$var(abc) =~ $undef`, "1"}, {`$undef =~ "x*"`, "1"}, {`$var(one) =~ "^1$"`, "1"},
		{`defined $undef`, "0"}, {`defined $var(nothing)`, "1"}, {`defined $avp(nothing)`, "0"}, {`defined 5`, "1"}, {`not defined $undef`, "1"},
		{`strlen($undef)`, "0"}, {`strlen(12345)`, "5"}, {`strlen($var(abc) + "de")`, "5"}, {`strempty($undef)`, "1"}, {`strempty($var(zero))`, "0"},
		{`(int)"12abc"`, "0"}, {`(str)5 + 6`, "56"}, {`(int)$undef`, "0"}, {`(int)$var(hex)`, "255"}, {`-$var(five)`, "-5"}, {`$var(five) * "6"`, "30"},
		{`1 == 1 && 2 == 2`, "1"}, {`[ 1 + 1 ]`, "2"},
		{`$num + 1`, "421"}, {`$num - 1`, "41"}, {`$num * 1`, "42"},
		{`$(ru{s.len})`, "21"}, {`$(rm{s.add,-x}{s.add,$var(one),y})`, "INVITE-x1y"},
		{`@ruri`, "sip:alice@example.com"}, {`$sel(ruri)`, "sip:alice@example.com"},
		{`uri == "SIP:ALICE@EXAMPLE.COM"`, "1"}, {`method == INVITE`, "1"}, {`method == "invite"`, "1"}, {`method != BYE`, "1"}, {`method =~ "^inv"`, "1"},
		{`uri == myself`, "1"}, {`uri != myself`, "0"}, {`myself == uri`, "1"},
		{`src_ip == 10.0.0.0/8`, "1"}, {`src_ip == 10.1.2.3`, "1"}, {`src_ip != 10.1.2.4`, "1"}, {`src_ip == "10.1.2.0/255.255.255.0"`, "1"}, {`src_ip =~ "^10\.1"`, "1"}, {`src_ip == [::1]`, "0"},
		{`src_port == 5070`, "1"}, {`src_port > 5069`, "1"}, {`proto == UDP`, "1"}, {`proto == TCP`, "0"}, {`proto != "tls"`, "1"}, {`af == INET`, "1"}, {`af == INET6`, "0"},
		{`$undef =~ $null`, "1"}, {`$var(e) =~ $null`, "0"}, {`$var(abc) =~ $null`, "0"}, {`defined @ruri`, "1"},
		{`msg:len > 10`, "1"}, {`msg:len + 0`, "58"},
	} {
		script := `route {
			$var(max) = 2147483647; $var(x) = "12abc"; $var(one) = 1; $var(five) = "5"; $var(abc) = "abc"; $var(neg) = -5;
			$var(zero) = 0; $var(e) = ""; $var(hex) = "0xff";
			$var(r) = ` + tt.expr + `;
			say("$var(r)");
		}`
		t.Run(tt.expr, func(t *testing.T) {
			if got := says(t, &world{}, script); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Conditions and jumps, observed on the reference unless the cookbook says
// otherwise.
func TestStatements(t *testing.T) {
	for _, tt := range []struct{ name, script, want string }{
		{"if is true above 0", `route { $var(n) = -5; if ($var(n)) say("t"); else say("f"); if (!$var(n)) say("t"); else say("f"); }`, "f f"},
		{"a text as a condition is its number", `route { $var(s) = "abc"; if ($var(s)) say("t"); else say("f"); $var(s) = "5"; if ($var(s)) say("t"); if ($undef) say("x"); }`, "f t"},
		{"while is true for all but 0", `route { $var(i) = -3; while ($var(i)) { say("$var(i)"); $var(i) = $var(i) + 1; } }`, "-3 -2 -1"},
		{"else if", `route { if (1 == 2) { say("a"); } else if (2 == 2) { say("b"); } else { say("c"); } say("d"); }`, "b d"},
		{"break leaves a loop from within if", `route { $var(i) = 0; while ($var(i) < 9) { $var(i) = $var(i) + 1; if ($var(i) == 2) break; } say("$var(i)"); }`, "2"},
		{"break in a switch does not leave the loop", `route { $var(i) = 0; while ($var(i) < 5) { $var(i) = $var(i) + 1; switch ($var(i)) { case 2: break; } } say("$var(i)"); }`, "5"},
		{"while ends after max_while_loops", `route { $var(i) = 0; while (1) { $var(i) = $var(i) + 1; } say("$var(i)"); }`, "100"},
		{"switch falls through", `route { $var(o) = 1; switch ($var(o)) { default: say("d"); case 1: say("1"); case 2: say("2"); break; case 3: say("3"); } }`, "1 2"},
		{"default wherever it stands", `route { $var(o) = 7; switch ($var(o)) { default: say("d"); case 1: say("1"); break; case 2: say("2"); } }`, "d 1"},
		{"switch converts to its labels' type", `route { $var(s) = "abc"; switch ($var(s)) { case 0: say("0"); break; default: say("d"); } $var(s) = 5; switch ($var(s)) { case "5": say("five"); } switch ($undef) { case "": say("empty"); } }`, "0 five empty"},
		{"switch patterns regard case", `route { $var(s) = "103"; switch ($var(s)) { case "x": case /"^10[1-3]": say("r"); break; default: say("d"); } $var(s) = "ABC"; switch ($var(s)) { case /"^a": say("r"); break; default: say("d"); } }`, "r d"},
		{"many labels", `route { $var(s) = "k7"; switch ($var(s)) { case "k1": case "k2": case "k3": case "k4": say("low"); break; case "k5": case "k6": case "k7": say("high"); break; case "k8": say("8"); } $var(n) = 9; switch ($var(n)) { case 1: case 2: case 3: case 4: case 5: case 6: case 7: say("low"); break; case -9: case 9: say("nine"); } }`, "high nine"},
		{"return codes", `route { route(NEG); say("$rc"); route(FIVE); say("$retcode"); route(NONE); say("$?"); route(ZERO); say("$rc"); if (route(ZERO)) say("t"); else say("f"); if (route(NEG)) say("t"); else say("f"); }
			route[NEG] { return -3; } route[FIVE] { return(5); } route[NONE] { f(1); } route[ZERO] { return 0; }`, "-3 5 1 0 f f"},
		{"rc begins with 0", `route { say("$rc"); }`, "0"},
		{"a route without return gives 1", `route { route(X); say("$rc"); } route[X] { f(-1); }`, "1"},
		{"a return code wraps to 32 bits", `route { route(X); say("$rc"); } route[X] { return 5000000000; }`, "705032704"},
		{"assignment of a call gives its code", `route { $var(x) = route(NEG); say("$var(x)"); $var(x) = route(NEG) + 1; say("$var(x)"); $var(x) = (route(FIVE)); say("$var(x)"); } route[NEG] { return -3; } route[FIVE] { return 5; }`, "-3 1 5"},
		{"return of a call gives 1 or 0", `route { route(A); say("$rc"); } route[A] { return route(B); } route[B] { return 5; }`, "1"},
		{"exit ends everything", `route { route(X); say("no"); } route[X] { if (1) { exit; } }`, ""},
		{"return in the main route ends it", `route { if ($rc == 0) return; say("no"); }`, ""},
		{"$rc is of routes and modules", `route { route(FIVE); corefn(); say("$rc"); route(FIVE); if (corefn()) $var(x) = 1; say("$rc$var(x)"); route(FIVE); f(7); say("$rc"); route(FIVE); route("n" + $rm); say("$rc"); } route[FIVE] { return 5; }`, "5 51 1 5"},
		{"a computed route", `route { $var(d) = "FI"; route($var(d) + "VE"); say("$rc"); route("no" + $var(d)); say("$rc"); route(1); say("$rc"); route("1"); say("$rc"); } route[FIVE] { return 5; } route[1] { return 11; }`, "5 1 11 11"},
		{"a failing condition is false either way", `route { $var(z) = 0; if (7 / $var(z)) say("t"); else say("f"); if (!(7 / $var(z) == 1)) say("t"); else say("f"); $var(p) = "(["; if (!($rm =~ $var(p))) say("t"); else say("f"); say("on"); }`, "f f f on"},
		{"a failing assignment does nothing", `route { $var(z) = 0; $var(a) = 5; $var(a) = 7 / $var(z); say("$var(a)"); }`, "5"},
		{"avp is a stack", `route { $avp(l) = 1; $avp(s:l) = 2; $avp(l) = 3; say("$avp(l)$(avp(l)[1])$(avp(l)[2])$(avp(l)[-1])"); $(avp(l)[*]) = 9; say("$(avp(l)[*])"); $avp(l) = 8; $avp(l) = $null; say("$avp(l)"); $avp(l) = $undef; if (!defined $avp(l)) say("gone"); }`, "321<null> 9 9 gone"},
		{"avp names by number are others", `route { $avp(i:5) = "b"; say("$avp(i:5)$avp(5)"); $f.uid = "u"; say("$f.uid"); }`, "b<null> u"},
		{"a variable is 0 until it is set, and after $null", `route { say("$var(n)"); $var(n) = "x"; $var(n) = $null; say("$var(n)"); $var(n) = $undef; say("$var(n)"); }`, "0 0 0"},
		{"text with variables", `route { $var(a) = 5; say("$$ $rm. $(rm{s.len}) [$undef] $var(a)$var(a)"); }`, "$ INVITE. 6 [<null>] 55"},
		{"$vn is undefined until it is set, $vz is $var", `route { $var(a) = 1; $vz(b) = 2; say("[$vn(a)]"); $vn(a) = 3; say("$vn(a)$var(a)$vz(a)$var(b)"); $vn(a) = $null; say("[$vn(a)]"); }`, "[<null>] 3112 [<null>]"},
		{"a string in an expression is no format", `route { $var(a) = "$rm"; say("" + $var(a)); }`, "$rm"},
		{"bare calls and words", `route { bare; if (bare) say("t"); }`, "t"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := says(t, &world{}, tt.script); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A function that returns 0 ends the script, wherever it stands.
func TestZeroFromAFunctionEndsTheScript(t *testing.T) {
	for _, body := range []string{`f(0);`, `if (f(0)) say("no");`, `if (!f(0) || 1 == 1) say("no");`, `$var(x) = f(0);`, `$var(x) = f(0) + 1;`, `route(X); say("no");`, `while (f(0)) say("no");`, `say("" + f(0));`} {
		w := &world{answer: func(name, arg string, _ int) int32 {
			if name == "f" {
				return 0
			}
			return 1
		}}
		if got := says(t, w, "route { "+body+` say("after"); } route[X] { f(0); }`); got != "" {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// Suspension: every call may wait, and the script goes on rightly.
func TestScriptGoesOnAfterWaiting(t *testing.T) {
	for _, tt := range []struct{ name, script, want string }{
		{"a statement", `route { $var(a) = $rm + "1"; wait("x"); say("$var(a) $rc"); }`, "INVITE1 1"},
		{"left of &&", `route { if (wait("x") && $rm == "INVITE") say("t"); }`, "t"},
		{"right of &&", `route { if ($rm == "INVITE" && wait("x")) say("t $ru"); }`, "t sip:alice@example.com"},
		{"left of ||", `route { if (!wait("x") || $rm == "INVITE") say("t"); }`, "t"},
		{"right of ||", `route { if ($rm == "BYE" || wait("x")) say("t"); }`, "t"},
		{"arithmetic", `route { $var(a) = 40; $var(b) = $var(a) + wait("$var(a)") + wait("y") * 2 ; say("$var(b)"); }`, "43"},
		{"arithmetic keeps what was before the call", `route { $var(a) = "x" + $rm; $var(b) = $var(a) + $ru + wait("1") + route(C); say("$var(b)"); } route[C] { $var(a) = "other"; wait("c"); return 3; }`, "xINVITEsip:alice@example.com11"},
		{"a string argument", `route { $avp(x) = $rm; say("a" + wait("$avp(x)") + $avp(x)); }`, "a1INVITE"},
		{"a called route", `route { $var(k) = "k" + $rm; if (route(R)) say("$var(k) $rc"); } route[R] { $var(k) = $var(k) + "1"; wait("x"); wait("y"); return 7; }`, "kINVITE1 7"},
		{"while", `route { $var(i) = 0; while (wait("c") && $var(i) < 3) { $var(i) = $var(i) + 1; wait("b"); say("$var(i)"); } }`, "1 2 3"},
		{"switch", `route { switch (wait("x") + 1) { case 2: wait("y"); say("two"); break; default: say("d"); } }`, "two"},
		{"return", `route { route(R); say("$rc"); } route[R] { return wait("x") + 4; }`, "5"},
		{"a call in a call's arguments", `route { say("" + wait("in" + wait("$rm"))); }`, "1"},
		{"a route computed from a call", `route { route("R" + wait("x")); } route[R1] { say("r1"); }`, "r1"},
		{"a loop counted across waiting", `route { $var(i) = 0; while (1) { $var(i) = $var(i) + 1; wait("x"); } say("$var(i)"); }`, "100"},
	} {
		for _, when := range []struct {
			name string
			f    func(int) bool
		}{{"never", nil}, {"always", func(int) bool { return true }}, {"odd", func(n int) bool { return n%2 == 1 }}} {
			w := &world{suspend: when.f}
			if got := says(t, w, tt.script); got != tt.want {
				t.Errorf("%s, waiting %s: %q, want %q", tt.name, when.name, got, tt.want)
			}
		}
	}
}

func TestLongExpressionsNeedFewTemporaries(t *testing.T) {
	many := strings.Repeat("f(1) + ", 2*rt.StackSlots) + "f(1)"
	if got := says(t, &world{suspend: func(n int) bool { return n%3 == 0 }}, `route { $var(n) = `+many+`; say("$var(n)"); }`); got != "513" {
		t.Error(got)
	}
}

func TestProgramKnowsItsBlocks(t *testing.T) {
	p := mustCompile(t, &world{}, `
		info.name = "edge" desc "who we are"
		info.count = 7
		route { on_failure("F"); wait("x"); route(1); say(@cfg_get.info.name + $sel(cfg_get.info.count)); }
		route[1] { return; }
		onreply_route { drop; }
		failure_route[F] { exit; }
		onsend_route { sending(); }
	`)
	if p.Request == nil || p.Reply == nil || p.Send == nil || !p.Stateful || p.CallDepth != rt.MaxCallDepth {
		t.Errorf("%+v", p)
	}
	for _, k := range []rt.RouteKey{{Kind: rt.FailureRoute, Name: "F"}, {Kind: rt.RequestRoute, Name: "1"}, {Kind: rt.RequestRoute}, {Kind: rt.SendRoute}} {
		if p.Routes[k] == nil {
			t.Errorf("no block %+v", k)
		}
	}
	if len(p.Globals) != 2 || p.Globals[0].Str != "edge" || p.Globals[1].Int != 7 {
		t.Errorf("%+v", p.Globals)
	}
	if p := mustCompile(t, &world{}, `route { f(1); }`); p.Stateful || p.Reply != nil {
		t.Errorf("%+v", p)
	}
}

func TestErrorsAtRunTimeNameTheirPlace(t *testing.T) {
	w := &world{}
	says(t, w, "route {\n\t$var(z) = 0;\n\t$var(a) = 1 / $var(z);\n\troute(\"x\" + $var(z));\n\twhile (1) { f(1); }\n}")
	want := []string{"3:2: division by zero", "4:2: route() found no block of this name: x0", "5:2: while ended after max_while_loops rounds"}
	if len(w.env.log) != len(want) {
		t.Fatalf("%q", w.env.log)
	}
	for i, l := range w.env.log {
		if !strings.HasSuffix(l, want[i]) || !strings.HasPrefix(l, "-1 ") {
			t.Errorf("%q, want …%q", l, want[i])
		}
	}
}

func TestFunctionIsRefusedAtRunTimeInTheWrongBlock(t *testing.T) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(t, w, `route { route(X); say("$rc"); } onsend_route { route(X); } route[X] { return sending() + 1; }`)
	c := &rt.Ctx{}
	w.run(t, c, p, p.Request)
	if len(w.env.log) != 1 || !strings.Contains(w.env.log[0], "sending() was called in a block where it is not allowed") {
		t.Errorf("%q", w.env.log)
	}
}
