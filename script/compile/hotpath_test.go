package compile_test

import (
	"net/netip"
	"strings"
	"testing"

	"sipedge/script/rt"
)

// thirty is a script of thirty statements: conditions, assignments,
// comparisons, string building, a pattern, a switch, a loop and route calls.
const thirty = `route {
	$var(n) = 1;
	$var(host) = "example.com";
	if (method == BYE) { exit; }
	if (uri == myself && src_port != 0) { $var(mine) = 1; }
	if ($ru =~ "^sip:[a-z]+@example\.(com|org)") { $var(kind) = "known"; } else { $var(kind) = "other"; }
	$var(next) = "sip:" + $num + "@" + $var(host) + ";n=" + $var(n);
	if ($var(next) == "sip:42@example.com;n=1") { $var(n) = $var(n) + 1; }
	$avp(route) = $var(next);
	if (defined $avp(route) && strlen($avp(route)) > 5) { quiet("to $avp(route) for $ru (${n})"); }
	switch ($rm) {
	case "REGISTER": $var(m) = 1; break;
	case "INVITE": $var(m) = 2; break;
	default: $var(m) = 3;
	}
	while ($var(i) < 3) { $var(i) = $var(i) + 1; }
	route(CHECK);
	if ($rc < 0) { exit; }
	if (!route(CHECK)) { drop; }
	$(avp(route)[*]) = "sip:" + $var(kind);
	if (src_ip == 10.0.0.0/8) { $var(net) = "internal"; }
	$var(flags) = ($var(n) << 3) | 5;
	if ($var(flags) & 4) { quiet("flags $var(flags)"); }
	if ($rm == "INVITE" && quiet("x") && $var(n) == 2) { $var(done) = 1; }
}
route[CHECK] {
	if ($var(kind) == "known") return 1;
	return -1;
}`

func hotCtx(t testing.TB, text string) (*rt.Ctx, *rt.Program, []byte) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(t, w, strings.ReplaceAll(text, "${n}", "$var(n)"))
	return &rt.Ctx{Env: w.env, Src: netip.MustParseAddrPort("10.1.2.3:5070"), Proto: rt.ProtoUDP}, p, []byte(sample)
}

func TestThirtyStatementsDoNotAllocate(t *testing.T) {
	c, p, msg := hotCtx(t, thirty)
	run := func() {
		c.Reset(p, msg)
		c.Route = rt.RequestRoute
		if st, err := c.Run(p.Request); st != rt.Exited || err != nil {
			t.Fatal(st, err)
		}
	}
	if n := testing.AllocsPerRun(200, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for i, name := range p.VarNames {
		if name == "done" && c.Vars[i].Int() != 1 {
			t.Error("the script did not come to its end")
		}
	}
}

func TestParkingAndResumingDoNotAllocate(t *testing.T) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(t, w, `route { $var(a) = $rm + "x"; $var(b) = "y" + $var(a) + pending() + $ru; }`)
	c := &rt.Ctx{Env: w.env}
	msg, buf := []byte(sample), make([]byte, 1024)
	if n := testing.AllocsPerRun(200, func() {
		c.Reset(p, msg)
		if st, _ := c.Run(p.Request); st != rt.Suspended {
			t.Fatal(st)
		}
		c.Park(buf[:c.ParkSize()])
		if st, err := c.Resume(1); st != rt.Exited || err != nil {
			t.Fatal(st, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkThirtyStatements(b *testing.B) {
	c, p, msg := hotCtx(b, thirty)
	b.ReportAllocs()
	for b.Loop() {
		c.Reset(p, msg)
		c.Run(p.Request)
	}
}

// sixty is thirty twice over, the second time with another pattern.
var sixty = strings.Replace(thirty, "route {", "route {\n"+strings.ReplaceAll(
	strings.TrimSuffix(strings.TrimPrefix(thirty[:strings.Index(thirty, "route[CHECK]")], "route {"), "}\n"), "(com|org)", "(net|com)"), 1)

func BenchmarkSixtyStatements(b *testing.B) {
	c, p, msg := hotCtx(b, sixty)
	b.ReportAllocs()
	for b.Loop() {
		c.Reset(p, msg)
		c.Run(p.Request)
	}
}
