package scripts

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// hostile are kinds of script that are as slow or large to read as their author
// can make them; make gives one of about n bytes.
var hostile = []struct {
	name string
	make func(n int) string
}{
	{"nested parentheses", func(n int) string { return "route { if (" + strings.Repeat("(", n) + "1" }},
	{"closed parentheses", func(n int) string {
		return "route { if (" + strings.Repeat("(", n/2) + "1" + strings.Repeat(")", n/2) + ") exit; }"
	}},
	{"nested blocks", func(n int) string { return "route " + strings.Repeat("{", n) }},
	{"blocks on one line", func(n int) string { return "route {" + strings.Repeat("{}", n/2) + "}" }},
	{"ifs on one line", func(n int) string { return "route {" + strings.Repeat("if($rU)exit;", n/12) + "}" }},
	{"else if", func(n int) string { return "route {" + strings.Repeat("if($rU)drop;else ", n/17) + "exit;}" }},
	{"negations", func(n int) string { return "route { if (" + strings.Repeat("!", n) + "1) exit; }" }},
	{"a sum", func(n int) string { return "route { $var(x) = 1" + strings.Repeat("+$var(x)", n/8) + "; }" }},
	{"sums", func(n int) string {
		return "route {" + strings.Repeat("$var(x) = 1"+strings.Repeat("+$rU", 1000)+";", n/4020) + "}"
	}},
	{"sums of texts", func(n int) string {
		return "route {" + strings.Repeat("$var(x) = \""+strings.Repeat("a", 4000)+"\""+strings.Repeat("+\"b\"", 1000)+";", n/8020) + "}"
	}},
	{"conditions", func(n int) string {
		return "route {" + strings.Repeat("if ($rU"+strings.Repeat("&&0||$rd", 500)+") drop;", n/4020) + "}"
	}},
	{"calls in conditions", func(n int) string {
		return "route {" + strings.Repeat("if (forward()"+strings.Repeat("&&forward()", 500)+") drop;", n/5520) + "}"
	}},
	{"calls in sums", func(n int) string {
		return "route {" + strings.Repeat("$var(a) = forward()"+strings.Repeat("+forward()", 500)+";", n/5020) + "}"
	}},
	{"many laughs", laughs("A%d A%d ", false)},
	{"many silent laughs", laughs("/**/A%d/**/A%d", true)},
	{"a define that names itself", func(n int) string { return "#!define A A A\nroute { " + strings.Repeat("A ", n/2) + "}" }},
	{"includes of itself", func(n int) string { return strings.Repeat("include_file \"main.cfg\"\n", n/24) }},
	{"includes of each other", func(n int) string { return strings.Repeat("include_file \"a.cfg\"\n", n/21) }},
	{"includes of nothing", func(n int) string { return strings.Repeat("include_file \"empty.cfg\"\n", n/25) }},
	{"growing substitutions", func(n int) string {
		return strings.Repeat("#!subst \"/a/aa/g\"\n", 60) + "route { xlog(\"" + strings.Repeat("a", n) + "\"); }"
	}},
	{"many substitutions", func(n int) string { return strings.Repeat("#!subst \"/a/b/g\"\n", n/17) }},
	{"many substitutions and strings", func(n int) string {
		return strings.Repeat("#!subst \"/x*y/b/g\"\n", 256) + "route {" + strings.Repeat("say(\"xxxx\");", n/12) + "}"
	}},
	{"growing expressions of defines", func(n int) string {
		var b strings.Builder
		b.WriteString("#!defexp A0 \"aaaaaaaa\" + \"b\"\n")
		for i := 1; b.Len() < n; i++ {
			fmt.Fprintf(&b, "#!defexp A%d A%d + A%d\n", i, i-1, i-1)
		}
		return b.String()
	}},
	{"a long expression of a define", func(n int) string { return "#!ifexp \"a\"" + strings.Repeat("+\"a\"", n/4) + "\n#!endif" }},
	{"parentheses in #!ifexp", func(n int) string { return "#!ifexp " + strings.Repeat("(", n) + "\n#!endif" }},
	{"open regions", func(n int) string { return strings.Repeat("#!ifdef A\n", n/10) }},
	{"regions", func(n int) string { return strings.Repeat("#!ifdef A\n#!else\n#!endif\n", n/26) }},
	{"misspelt directives", func(n int) string { return strings.Repeat("#!definee A\n", n/12) }},
	{"digits", func(n int) string { return "route { $var(x) = " + strings.Repeat("9", n) + "; }" }},
	{"numbers too large", func(n int) string {
		return "route { $var(x) = 1;" + strings.Repeat("$var(x)=99999999999999999999;", n/29) + "}"
	}},
	{"numbers beyond 32 bits", func(n int) string { return "route {" + strings.Repeat("$var(x)=9999999999;", n/19) + "}" }},
	{"colons", func(n int) string { return "listen=1" + strings.Repeat(":", n) }},
	{"hexadecimal and colons", func(n int) string { return "listen=" + strings.Repeat("a:", n/2) }},
	{"full stops", func(n int) string { return "listen=1" + strings.Repeat(".1", n/2) }},
	{"dotted words on one line", func(n int) string { return strings.Repeat("a.b ", n/4) }},
	{"hyphens on one line", func(n int) string { return "alias" + strings.Repeat(" a-b", n/4) }},
	{"strings side by side", func(n int) string { return "route { $var(x) = " + strings.Repeat("\"a\" ", n/4) + "; }" }},
	{"open strings", func(n int) string { return "route { " + strings.Repeat("xlog(\"a);\n", n/10) }},
	{"open selects", func(n int) string { return "route { " + strings.Repeat("$var(x) = @a[\"\n", n/15) }},
	{"open variables", func(n int) string { return "route { " + strings.Repeat("$(", n/2) }},
	{"open variables in a string", func(n int) string { return "route { $var(x) = 1; xlog(\"" + strings.Repeat("$(", n/2) + "\"); }" }},
	{"signs in a string", func(n int) string {
		return "loadmodule \"xlog\"\nroute { xlog(\"" + strings.Repeat("$ ", n/2) + "\"); }"
	}},
	{"open brackets in a string", func(n int) string {
		return "loadmodule \"xlog\"\nroute { xlog(\"" + strings.Repeat("$avp(a", n/6) + "\"); }"
	}},
	{"variables in a string", func(n int) string {
		return "loadmodule \"xlog\"\nroute { xlog(\"" + strings.Repeat("$ru", n/3) + "\"); }"
	}},
	{"unknown variables in a string", func(n int) string {
		return "loadmodule \"xlog\"\nroute { xlog(\"" + strings.Repeat("$nix ", n/5) + "\"); }"
	}},
	{"nested transformations", func(n int) string {
		return "route { $var(x) = $(ru" + strings.Repeat("{s.select,$(ru", n/16) + strings.Repeat("})", n/16) + "); }"
	}},
	{"transformations", func(n int) string { return "route { $var(x) = $(ru" + strings.Repeat("{s.len}", n/7) + "); }" }},
	{"arguments of a transformation", func(n int) string { return "route { $var(x) = $(ru{s.select," + strings.Repeat(",", n) + "}); }" }},
	{"selects", func(n int) string { return "route { $var(x) = @via" + strings.Repeat("[1]", n/3) + "; }" }},
	{"routes that call each other", func(n int) string {
		var b strings.Builder
		b.WriteString("route { route(R0); }\n")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "route[R%d] { route(R%d); route(R%d); route(\"R\" + $rU); }\n", i, i+1, i/2)
		}
		return b.String()
	}},
	{"a chain of routes, the last first", func(n int) string {
		var b strings.Builder
		last := n / 30
		for i := last; i >= 0; i-- {
			fmt.Fprintf(&b, "route[R%d] { route(R%d); }\n", i, min(i+1, last))
		}
		return b.String() + "route { route(R0); }\n"
	}},
	{"unknown routes", func(n int) string { return "route {" + strings.Repeat("route(X1);", n/10) + "}" }},
	{"many routes, unknown calls", func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "route[ROUTE%d] { route(ROUTEX%d); }\n", i, i)
		}
		return b.String()
	}},
	{"unknown functions", func(n int) string {
		var b strings.Builder
		b.WriteString("route {")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "sl_send_replay%d();\n", i)
		}
		return b.String() + "}"
	}},
	{"a giant switch", func(n int) string {
		var b strings.Builder
		b.WriteString("route { switch ($rU) {")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "case \"%d\": ", i)
		}
		return b.String() + "exit; } }"
	}},
	{"a giant switch of patterns", func(n int) string {
		var b strings.Builder
		b.WriteString("route { switch ($rU) {")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "case /\"^[0-9]+%d.*x\": ", i)
		}
		return b.String() + "exit; } }"
	}},
	{"the same label", func(n int) string { return "route { switch ($rU) {" + strings.Repeat("case 1: ", n/8) + "exit; } }" }},
	{"patterns", func(n int) string {
		return "route {" + strings.Repeat("if ($ru =~ \"(a|b)*c.{50}x\") drop;", n/34) + "}"
	}},
	{"repeated repetitions", func(n int) string {
		return "route { if ($ru =~ \"" + strings.Repeat(".{1000}", n/7) + "\") drop; }"
	}},
	{"groups", func(n int) string {
		return "route { if ($ru =~ \"" + strings.Repeat("(", n/2) + strings.Repeat(")", n/2) + "\") drop; }"
	}},
	{"unreachable statements", func(n int) string { return "route {" + strings.Repeat("exit;", n/5) + "}" }},
	{"flags", func(n int) string { return "flags a" + strings.Repeat(",a", n/2) }},
	{"addresses", func(n int) string { return strings.Repeat("listen=udp:127.0.0.1:5060\n", n/26) }},
	{"aliases on one line", func(n int) string { return "alias=a.b" + strings.Repeat(" a.b", n/4) }},
	{"NULs", func(n int) string { return strings.Repeat("\x00", n) }},
	{"broken UTF-8", func(n int) string { return "route { " + strings.Repeat("\xff\xc3 \"\xe2\x28\" ", n/8) + "}" }},
	{"white space", func(n int) string { return strings.Repeat(" \t\r\n", n/4) }},
	{"comments", func(n int) string { return strings.Repeat("/*", n/2) }},
	{"continued lines", func(n int) string { return "#!define A " + strings.Repeat("a\\\n", n/3) }},
	{"module parameters", func(n int) string {
		return "loadmodule \"rr\"\n" + strings.Repeat("modparam(\"rr\", \"nix\", 1)\n", n/25)
	}},
	{"modules", func(n int) string { return strings.Repeat("loadmodule \"nix\"\n", n/17) }},
	{"globals", func(n int) string { return strings.Repeat("a.b = 1 desc \"x\"\n", n/17) }},
	{"switches in switches", func(n int) string { return "route {" + strings.Repeat("switch(1){case 1:", n/17) }},
	{"whiles in whiles", func(n int) string { return "route {" + strings.Repeat("while(1){", n/9) }},
	{"arguments", func(n int) string { return "route { forward(" + strings.Repeat("1,", n/2) + "1); }" }},
	{"calls in calls", func(n int) string { return "route { " + strings.Repeat("forward(", n/8) }},
	{"unclosed blocks", func(n int) string { return strings.Repeat("route {\nif (1) {\n", n/17) }},
	{"closing braces", func(n int) string { return strings.Repeat("}\n", n/2) }},
}

// laughs are defines of which each names the one before it twice.
func laughs(format string, late bool) func(n int) string {
	return func(n int) string {
		var b strings.Builder
		b.WriteString("#!define A0 x\n")
		i := 1
		for ; i < 31 && b.Len() < n; i++ {
			fmt.Fprintf(&b, "#!define A%d "+format+"\n", i, i-1, i-1)
		}
		use := fmt.Sprintf("A%d\n", i-1)
		if late {
			use = strings.Repeat(use, max(1, (n-b.Len())/len(use)))
		}
		return b.String() + use
	}
}

// hostileFiles are what the includes of these scripts find.
func hostileFiles(main string) map[string]string {
	return map[string]string{"main.cfg": main, "empty.cfg": "",
		"a.cfg": strings.Repeat("include_file \"b.cfg\"\n", 50), "b.cfg": strings.Repeat("include_file \"a.cfg\"\n", 50)}
}

// dear is the time from which on a kind of script is not read at the largest size
// too, unless what it costs for each byte has grown between the sizes before.
const dear = 60 * time.Millisecond

func TestHostileScriptsAreReadWithinBounds(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // what is allocated is counted, not what is kept
	sizes := []int{16 << 10, 64 << 10, 256 << 10}
	if testing.Short() {
		sizes = sizes[:2]
	}
	var worst, worstTime string
	var most, longest float64
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			var last, before perByte
			for i, n := range sizes {
				text := h.make(n)
				read := 0
				c := bounded(t, func() int {
					f := newFront(t, hostileFiles(text))
					_, diags := f.compile(text)
					placed(t, diags)
					read = len(text) + f.read
					return read
				})
				before, last = last, perByte{float64(c.bytes) / float64(read), float64(c.time.Nanoseconds()) / float64(read)}
				t.Logf("%7d bytes: %6.0f bytes and %7.0f ns for each", read, last.bytes, last.ns)
				if i > 0 && c.time > dear && last.bytes < 2*before.bytes && last.ns < 2*before.ns {
					break
				}
			}
			if last.bytes > most {
				most, worst = last.bytes, h.name
			}
			if last.ns > longest {
				longest, worstTime = last.ns, h.name
			}
		})
	}
	t.Logf("PROOF script-hostile: %d kinds of script; the most memory for a byte is %.0f bytes (%s), the most time %.0f ns (%s)",
		len(hostile), most, worst, longest, worstTime)
}

// perByte is the cost of reading for each byte that is read.
type perByte struct{ bytes, ns float64 }
