package diag

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	names := []string{"sl_send_reply", "sl_reply", "forward", "record_route", "loose_route", "xlog"}
	for in, want := range map[string]string{
		"sl_send_replay": "sl_send_reply",
		"sl_sendreply":   "sl_send_reply",
		"forwrad":        "forward",
		"RECORD_ROUTE":   "record_route",
		"xlg":            "xlog",
		"something_else": "",
		"x":              "",
		"forward":        "",
	} {
		if got := Suggest(in, names); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestRendering(t *testing.T) {
	set := NewSet()
	main := set.Add("main.cfg", []byte("route {\n\tfoo(1);\n}\n"))
	inc := set.Add("inc.cfg", []byte("ünknown = 1\n"))
	inc.From = main.Pos(0)
	l := NewList(set)
	l.Warnf(Syntax, inc.Pos(3), "odd")
	l.Errorf(UnknownFunction, main.Pos(9), "unknown function %q", "foo").Suggestion = "for"
	l.Errorf(UnknownFunction, main.Pos(9), "unknown function %q", "foo")
	want := `main.cfg:2:2: unknown function "foo" (did you mean "for"?)
    	foo(1);
    	^
inc.cfg:1:4: warning: odd
    ünknown = 1
      ^
    included from main.cfg:1
`
	if got := l.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !l.HasErrors() || l.Errors() != 1 {
		t.Errorf("%d errors", l.Errors())
	}
}

func TestErrorsAreBounded(t *testing.T) {
	set := NewSet()
	f := set.Add("f", []byte(strings.Repeat("x\n", 2*MaxErrors)))
	l := NewList(set)
	for i := range 2 * MaxErrors {
		l.Errorf(Syntax, f.Pos(2*i), "bad %d", i)
	}
	if !strings.HasSuffix(l.String(), "too many errors, 100 more\n") || l.Errors() != 2*MaxErrors {
		t.Errorf("%d errors", l.Errors())
	}
}

func TestPositions(t *testing.T) {
	set := NewSet()
	a := set.Add("a", []byte("one\r\ntwo\n"))
	b := set.Add("b", []byte("three"))
	for _, tc := range []struct {
		pos  Pos
		want Position
	}{
		{a.Pos(0), Position{"a", 1, 1}},
		{a.Pos(5), Position{"a", 2, 1}},
		{a.Pos(8), Position{"a", 2, 4}},
		{b.Pos(4), Position{"b", 1, 5}},
		{0, Position{}},
	} {
		if got := set.Position(tc.pos); got != tc.want {
			t.Errorf("%d: %v, want %v", tc.pos, got, tc.want)
		}
	}
	if got := string(a.Line(1)); got != "one" {
		t.Errorf("line 1 is %q", got)
	}
}
