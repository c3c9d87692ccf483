package lex

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"sipedge/script/diag"
)

// read is a script's tokens as text, and what was said about it.
func read(text string, o Options) (string, string) {
	set := diag.NewSet()
	l := diag.NewList(set)
	var b strings.Builder
	toks, _ := Tokens(set, "x.cfg", []byte(text), o, l)
	for _, t := range toks {
		switch t.Kind {
		case EOF:
			continue
		case Int:
			fmt.Fprintf(&b, "%d ", t.Int)
		case String:
			fmt.Fprintf(&b, "%q ", t.Text)
		case PV:
			fmt.Fprintf(&b, "$<%s> ", t.Text)
		case Select:
			fmt.Fprintf(&b, "@<%s> ", t.Text)
		case Addr:
			fmt.Fprintf(&b, "<%s> ", t.Text)
		default:
			b.WriteString(t.Text + " ")
		}
	}
	l.Sort()
	var e strings.Builder
	for _, d := range l.Items {
		e.WriteString(l.Line(d) + "\n")
	}
	return strings.TrimSpace(b.String()), strings.TrimSpace(e.String())
}

// files is a file system of the tests.
func files(m map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if t, ok := m[name]; ok {
			return []byte(t), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func TestTokens(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`if (a==1 && b != 0x1F || !c) { x(); }`, `if ( a == 1 && b != 31 || ! c ) { x ( ) ; }`},
		{`017 101b 0 42 101`, `15 5 0 42 101`},
		{`"a\n\t\"\\\x41\102\q" 'raw \n $x'`, `"a\n\t\"\\AB\\q" "raw \\n $x"`},
		{"\"two\nlines\"", `"two\nlines"`},
		{`$ru $avp(s:x) $(avp(x)[1]{s.len}) $f.did $? $var(a) $sht(a=>b::$var(x)).`, `$<ru> $<avp(s:x)> $<avp(x)[1]{s.len}> $<f.did> $<?> $<var(a)> $<sht(a=>b::$var(x))> .`},
		{`@ruri.user @hf_value["x-y"].a[1] + "s"`, `@<ruri.user> @<hf_value["x-y"].a[1]> + "s"`},
		{`10.0.0.1 10.0.0.0/8 10.0.0.0/255.0.0.0 10.0.0.1:5060`, `<10.0.0.1> <10.0.0.0/8> <10.0.0.0/255.0.0.0> <10.0.0.1:5060>`},
		{`[::1] [2001:db8::1]:5060 2001:db8::1 ::1 [fe80::1%eth0]`, `<[::1]> <[2001:db8::1]:5060> <2001:db8::1> <::1> <[fe80::1%eth0]>`},
		{`{ force_send_socket(udp:10.0.0.1:5060); forward(uri:host, uri:port); msg:len > 5 }`, `{ force_send_socket ( <udp:10.0.0.1:5060> ) ; forward ( uri:host , uri:port ) ; msg:len > 5 }`},
		{`listen=udp:eth0:5060 alias=my-host.example.com:5080 listen=tls:*:5061`, `listen = <udp:eth0:5060> alias = <my-host.example.com:5080> listen = <tls:*:5061>`},
		{`listen=(eth0, eth1):5065`, `listen = ( eth0 , eth1 ) : 5065`},
		{`{ case 2: case /"^10": a-b; x.y.z; }`, `{ case 2 : case / "^10" : a - b ; x.y.z ; }`},
		{`a /* b /* c */ d */ e # f` + "\ng", `a e g`},
		{"{ a; // b\n c / d; }", `{ a ; c / d ; }`},
		{`"\1\2 \101 \12 \8"`, `"\\1\\2 A \n \\8"`},
		{`a << 1 >> 2 =~ "x" !~ b <= >=`, `a << 1 >> 2 =~ "x" !~ b <= >=`},
		{`route[tm:local-request] {}`, `route [ tm : local - request ] { }`},
		{"#!KAMAILIO\n#!/usr/sbin/kamailio -f\nx", `x`},
	} {
		got, errs := read(tc.in, Options{})
		if got != tc.want || errs != "" {
			t.Errorf("%s\n got %s\nwant %s\n%s", tc.in, got, tc.want, errs)
		}
	}
}

func TestDirectives(t *testing.T) {
	env := func(n string) (string, bool) { return map[string]string{"PORT": "5070"}[n], n == "PORT" }
	inc := files(map[string]string{"a.cfg": "in_a\ninclude_file \"b.cfg\"\nend_a", "b.cfg": "in_b"})
	for _, tc := range []struct{ in, want string }{
		{"#!define A 1\n#!define S \"x y\"\nA S \"A\" AA", `1 "x y" "A" AA`},
		{"#!define LOOP $var(i) = 0; \\\n  while($var(i)<5) { \\\n x(); }\nLOOP\nend", `$<var(i)> = 0 ; while ( $<var(i)> < 5 ) { x ( ) ; } end`},
		{"#!define A B\n#!define B 7\nA", `7`},
		{"#!define FLAG\nFLAG", `FLAG`},
		{"loadmodule \"modules/xlog.so\"\n#!ifdef MOD_xlog\nyes\n#!endif\n#!ifdef MOD_tm\nno\n#!endif", `loadmodule "modules/xlog.so" yes`},
		{"#!ifdef KAMAILIO_5\nyes\n#!endif", `yes`},
		{"#!ifdef A\nno \"unclosed\n#!else\nyes\n#!endif\nend", `yes end`},
		{"#!define A\n#!ifdef A\nyes\n#!else\nno\n#!endif", `yes`},
		{"#!ifndef A\nyes\n#!endif", `yes`},
		{"#!ifdef A\n#!ifdef B\nno\n#!else\nno\n#!endif\nno\n#!else\nyes\n#!endif", `yes`},
		{"!!define A 3\n!!ifdef A\nA\n!!endif\n{ x = !!y; }", `3 { x = ! ! y ; }`},
		{"#!trydef A 1\n#!trydef A 2\nA", `1`},
		{"#!define A 1\n#!redefine A 2\nA", `2`},
		{"#!define A 1\n#!undef A\nA", `A`},
		{"#!define V 5\n#!ifexp V >= 5 && (V + 1) * 2 == 12\nyes\n#!endif", `yes`},
		{"#!define M \"udp\"\n#!ifexp M == \"udp\"\nyes\n#!endif\n#!ifexp !M\nno\n#!endif", `yes`},
		{"#!ifexp UNKNOWN\nno\n#!else\nyes\n#!endif", `yes`},
		{"#!subst \"/PASS/secret/\"\n\"a PASS b PASS\" PASS", `"a secret b PASS" PASS`},
		{"#!subst \"/pass/x/gi\"\n'PASS pass'", `"x x"`},
		{"#!subst \"!/etc/(.*)!/opt/\\1!\"\n\"/etc/x\"", `"/opt/x"`},
		{"#!substdef \"!HOST!10.0.0.1!g\"\nlisten=HOST \"HOST HOST\"", `listen = <10.0.0.1> "10.0.0.1 10.0.0.1"`},
		{"#!substdefs \"!NAME!joe!g\"\nNAME \"NAME\"", `"joe" "joe"`},
		{"#!defenv P=PORT\n#!trydefenv NONE\nP", `5070`},
		{"#!defexp N 2 * 21\nN", `42`},
		{"before\ninclude_file \"a.cfg\"\nafter", `before in_a in_b end_a after`},
		{"#!include_file \"b.cfg\"\n#!import_file \"missing.cfg\"\nimport_file \"missing.cfg\"\nx", `in_b x`},
	} {
		got, errs := read(tc.in, Options{Getenv: env, ReadFile: inc})
		if got != tc.want || errs != "" {
			t.Errorf("%s\n got %s\nwant %s\n%s", tc.in, got, tc.want, errs)
		}
	}
}

func TestCommandLineDefinitions(t *testing.T) {
	got, errs := read("A B \"joe\"\n#!ifdef C\nc\n#!endif", Options{Defines: []string{"A=1", `B="x"`, "C"}, Substs: []string{`subst "/joe/jane/"`}})
	if got != `1 "x" "jane" c` || errs != "" {
		t.Errorf("%s\n%s", got, errs)
	}
}

func TestErrorsNameTheirCause(t *testing.T) {
	inc := files(map[string]string{"self.cfg": "include_file \"self.cfg\"", "bad.cfg": "ok\n\"open"})
	for _, tc := range []struct{ in, want string }{
		{"a\n\"b", "x.cfg:2:1: string is not closed"},
		{"log(\"abc);\nfoo(\"200\",\"OK\");", "x.cfg:1:5: string is not closed"},
		{"a\n/* b", "x.cfg:2:1: comment is not closed"},
		{"#!ifdef A\n#!ifdef B\n#!endif", "x.cfg:1:1: the region that begins here is not closed"},
		{"#!endif", "x.cfg:1:1: #!endif without #!ifdef"},
		{"#!else", "x.cfg:1:1: #!else without #!ifdef"},
		{"#!ifdef A\n#!else\n#!else\n#!endif", "x.cfg:3:1: a second #!else"},
		{"#!define A 1\n#!define A 2", "x.cfg:2:1: A is defined already, at x.cfg:1"},
		{"#!define A B\n#!define B A\nA", "x.cfg:3:1: the value of A names A itself"},
		{"#!subst \"/[/x/\"", "x.cfg:1:1: bad regular expression"},
		{"#!subst \"/a\"", "x.cfg:1:1: expected \"/expression/replacement/flags\""},
		{"#!ifexp (1\n#!endif", "x.cfg:1:1: #!ifexp: \")\" is missing"},
		{"#!ifexp 1 / 0\n#!endif", "x.cfg:1:1: #!ifexp: division by zero"},
		{"#!defin A", `x.cfg:1:1: warning: #!defin is no directive and is taken as a comment (did you mean "#!define"?)`},
		{"#!defenv NO_SUCH_VARIABLE_HERE", "x.cfg:1:1: the environment has no variable"},
		{"a\ninclude_file \"no.cfg\"", "x.cfg:2:1: cannot include \"no.cfg\""},
		{"include_file \"self.cfg\"", "self.cfg:1:1: includes are nested more than 10 deep: self.cfg includes itself"},
		{"include_file \"bad.cfg\"", "bad.cfg:2:1: string is not closed"},
		{"$(ru{s.len\nx", "x.cfg:1:1: pseudo-variable is not closed"},
		{"$ x", "x.cfg:1:1: a name is expected behind $"},
		{"12ab", "x.cfg:1:1: \"12ab\" is not a number"},
		{"a \x01", "x.cfg:1:3: unexpected character"},
	} {
		_, errs := read(tc.in, Options{ReadFile: inc, Getenv: func(string) (string, bool) { return "", false }})
		if first, _, _ := strings.Cut(errs, "\n"); !strings.HasPrefix(first, tc.want) {
			t.Errorf("%q\n got %s\nwant %s", tc.in, errs, tc.want)
		}
	}
}

// TestExpansionIsBounded: defines that double each other and files that include
// themselves end with an error, soon.
func TestExpansionIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("#!define D0 x x\n")
	for i := 1; i < 31; i++ {
		fmt.Fprintf(&b, "#!define D%d D%d D%d\n", i, i-1, i-1)
	}
	b.WriteString("D30\n")
	if _, errs := read(b.String(), Options{}); !strings.Contains(errs, "tokens") && !strings.Contains(errs, "longer than") {
		t.Errorf("not refused: %s", errs)
	}
	inc := files(map[string]string{"a": strings.Repeat("include_file \"b\"\n", 100), "b": strings.Repeat("include_file \"c\"\n", 100), "c": strings.Repeat("x ", 1000)})
	if _, errs := read(strings.Repeat("include_file \"a\"\n", 1000), Options{ReadFile: inc}); !strings.Contains(errs, "tokens") && !strings.Contains(errs, "longer than") {
		t.Errorf("not refused: %s", errs)
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{
		"#!define A B\n#!ifdef A\nroute { A(\"x$ru\"); }\n#!endif", "\"a\\x4", "$(avp(x)[1]{s.sel,1,,})", "[::1]:5 udp:1.2.3.4:5 @a[\"b\"]", "#!subst \"/(a)/\\1/g\"\n'aaa'", "#!ifexp !(A==1)\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		set := diag.NewSet()
		toks, _ := Tokens(set, "x", []byte(text), Options{ReadFile: files(nil), MaxDefines: 64}, diag.NewList(set))
		if toks[len(toks)-1].Kind != EOF {
			t.Fatal("no EOF")
		}
		for i, k := range toks {
			if k.Pos < 1 || int(k.Pos) > len(text)+1 || k.End < k.Pos {
				t.Fatalf("token %d stands at %d to %d", i, k.Pos, k.End)
			}
		}
	})
}
