package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"sipedge/script/rt"
)

// $avp(x) =~ $var(pattern): a pattern that is none, or too large, fails the
// expression with a line in the log; the script goes on.
func TestPatternsComputedByAScript(t *testing.T) {
	for _, tt := range []struct{ pattern, want, log string }{
		{`"^sip:" + "a"`, "yes", ""},
		{`$rm`, "no", ""},
		{`"(["`, "failed", "bad regular expression"},
		{`$var(long)`, "failed", "bad regular expression: a pattern of 5120 bytes is too long"},
		{`".{1000}.{1000}"`, "failed", "too large"},
	} {
		w := &world{}
		got := says(t, w, `route {
			$var(i) = 0; $var(long) = "`+strings.Repeat("x", 80)+`";
			while ($var(i) < 6) { $var(long) = $var(long) + $var(long); $var(i) = $var(i) + 1; }
			$avp(x) = $ru; $var(pattern) = `+tt.pattern+`; $var(r) = "failed";
			$var(r) = ($avp(x) =~ $var(pattern));
			if ($var(r) == 1) say("yes"); else if ($var(r) eq "failed") say("failed"); else say("no");
		}`)
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.pattern, got, tt.want)
		}
		if log := strings.Join(w.env.log, "\n"); !strings.Contains(log, tt.log) || tt.log == "" && log != "" {
			t.Errorf("%s: log %q", tt.pattern, log)
		}
	}
}

// A pattern that was used lately is compiled and costs nothing.
func TestComputedPatternsDoNotAllocateAgain(t *testing.T) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(t, w, `route { $var(p) = "^sip:" + $num; if ($ru =~ $var(p)) { $var(a) = 1; } if ($ru !~ $var(p)) { $var(b) = 1; } }`)
	c := &rt.Ctx{Env: w.env}
	msg := []byte(sample)
	run := func() {
		c.Reset(p, msg)
		c.Run(p.Request)
	}
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkComputedPattern(b *testing.B) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(b, w, `route { $var(p) = "^sip:" + $num; if ($ru =~ $var(p)) { $var(a) = 1; } }`)
	c := &rt.Ctx{Env: w.env}
	msg := []byte(sample)
	b.ReportAllocs()
	for b.Loop() {
		c.Reset(p, msg)
		c.Run(p.Request)
	}
}

// BenchmarkNewPattern is the cost of a pattern that was not there before, as a
// peer causes it.
func BenchmarkNewPattern(b *testing.B) {
	w := &world{env: &testEnv{limit: 100}}
	p := mustCompile(b, w, `route { if ($ru =~ $avp(p)) { $var(a) = 1; } }`)
	c := &rt.Ctx{Env: w.env}
	name := rt.AVPName(0)
	n := 0
	for b.Loop() {
		c.Reset(p, []byte(sample))
		n++
		c.AddAVP(name, c.NewString(fmt.Appendf(nil, "^sip:[a-z0-9]+%d@(example|test)", n)))
		c.Run(p.Request)
	}
}
