package parse

import (
	"strings"
	"testing"

	"sipedge/script/ast"
)

// TestFilesOfAllEditors: a byte order mark, CR LF, no line end at the end; lines
// and columns are counted as an editor shows them.
func TestFilesOfAllEditors(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	for _, text := range []string{
		"#!KAMAILIO\ndebug=2\nroute {\n\txlog(\"a\\\nb\");\n}",
		mark + "#!KAMAILIO\r\ndebug=2\r\nroute {\r\n\txlog(\"a\\\r\nb\");\r\n}",
		mark + "!!KAMAILIO\r\n#!define X 1 \\\r\n + 2\r\ndebug=2\r\nroute {\r\n\txlog(\"ab\");\r\n}\r\n#!ifdef Y\r\n\"\r\n#!endif",
	} {
		cfg, diags := File("t.cfg", []byte(text), Options{})
		if len(diags.String()) > 0 {
			t.Errorf("%q:\n%s", text, diags)
			continue
		}
		if got := show(cfg.Routes[0].Body); got != `{xlog("ab")}` {
			t.Errorf("%q: %s", text, got)
		}
	}
	_, diags := File("t.cfg", []byte(mark+"debug 2\r\n  route { exit }\r\n"), Options{})
	for _, want := range []string{"t.cfg:1:1: ", "t.cfg:2:15: "} {
		if !strings.Contains(diags.String(), want) {
			t.Errorf("no %q in\n%s", want, diags)
		}
	}
}

// TestIncludeWithByteOrderMark: in an included file it means as little.
func TestIncludeWithByteOrderMark(t *testing.T) {
	read := func(string) ([]byte, error) { return []byte("\xef\xbb\xbfdebug=3\r\n"), nil }
	cfg, diags := File("t.cfg", []byte("include_file \"x\"\n"), Options{ReadFile: read})
	if len(cfg.Settings) != 1 || diags.HasErrors() {
		t.Errorf("%v", diags)
	}
}

// TestEmptyFileIsRefused: a file that was cut to nothing must not take the place
// of a running configuration.
func TestEmptyFileIsRefused(t *testing.T) {
	for _, text := range []string{"", "\n# only a comment\n", "#!ifdef X\nroute { exit; }\n#!endif\n"} {
		if _, diags := File("t.cfg", []byte(text), Options{}); !strings.Contains(diags.String(), "empty") {
			t.Errorf("%q: %v", text, diags)
		}
	}
}

// TestDirectiveInStringIsText: what looks like a directive inside of a string is
// part of the string.
func TestDirectiveInStringIsText(t *testing.T) {
	cfg, diags := File("t.cfg", []byte("route {\n\txlog(\"a\n#!ifdef B\nb\");\n}\n"), Options{})
	if diags.HasErrors() || show(cfg.Routes[0].Body) != `{xlog("a\n#!ifdef B\nb")}` {
		t.Errorf("%s\n%v", show(cfg.Routes[0].Body), diags)
	}
}

// TestPathWithoutQuotes is how the cookbook writes chroot and wdir.
func TestPathWithoutQuotes(t *testing.T) {
	cfg, diags := File("t.cfg", []byte("chroot=/other/fake-root.d\nwdir = /usr # here\ndebug=2\n"), Options{})
	if diags.HasErrors() || len(cfg.Settings) != 3 {
		t.Fatalf("%v", diags)
	}
	for i, want := range []string{"/other/fake-root.d", "/usr"} {
		if v := cfg.Settings[i].Values; len(v) != 1 || v[0].Str != want || v[0].Kind != ast.SettingIdent {
			t.Errorf("%+v", v)
		}
	}
}

// TestMissingBraceKeepsWhatIsInTheBlock: the routes around a missing brace are
// there with their statements, so that what else is wrong in them is found too.
func TestMissingBraceKeepsWhatIsInTheBlock(t *testing.T) {
	for _, tc := range []struct{ text, errors, tree string }{
		{"route {\n  if (a()) {\n    b();\n  c();\n}\nroute[X] {\n  d();\n}\n", "t.cfg:2:12", "{if a() {b(); c()}} {d()}"},
		{"route {\n  switch ($rm) {\n    case 1:\n      a();\n  b();\n\nroute[X] {\n  d();\n}\n", "t.cfg:2:16", "{switch $rm {case 1: a(); b();}} {d()}"},
		{"route {\n  while (a()) {\n    b();\n", "t.cfg:2:15", "{while a() {b()}}"},
		{"route {\n  a();\n  b(\nroute[X] {\n  d();\n}\n", "t.cfg:3:5", "{a()} {d()}"},
	} {
		cfg, diags := File("t.cfg", []byte(tc.text), Options{})
		var trees []string
		for _, r := range cfg.Routes {
			trees = append(trees, show(r.Body))
		}
		if got := strings.Join(trees, " "); got != tc.tree {
			t.Errorf("%q: %s, want %s", tc.text, got, tc.tree)
		}
		if got := diags.String(); strings.Count(got, "t.cfg:") != 1 || !strings.HasPrefix(got, tc.errors) {
			t.Errorf("%q: want one error at %s, have\n%s", tc.text, tc.errors, got)
		}
	}
}
