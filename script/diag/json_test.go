package diag

import (
	"strings"
	"testing"
)

// The document that editors read: a change to this text is a change of the
// interface.
func TestReportAsJSON(t *testing.T) {
	set := NewSet()
	main := set.Add("main.cfg", []byte("route {\n\tfoo(\"a $b<\");\n}\n"))
	main.Mark(9, 12)
	main.Mark(13, 20)
	inc := set.Add("inc.cfg", []byte("x\n"))
	inc.From = main.Pos(0)
	l := NewList(set)
	l.Warnf(UnusedRoute, inc.Pos(0), "odd")
	l.Errorf(UnknownFunction, main.Pos(9), "unknown function %q", "foo").Suggestion = "for"
	l.Errorf(UnknownPV, main.Pos(16), "unknown")
	l.Errorf(MissingSemicolon, main.Pos(21), "missing")
	l.Infof(ParameterRemark, 0, "no place")
	var b strings.Builder
	if err := l.Report("main.cfg").Write(&b); err != nil {
		t.Fatal(err)
	}
	want := `{
  "version": 1,
  "file": "main.cfg",
  "ok": false,
  "summary": {
    "errors": 3,
    "warnings": 1,
    "infos": 1,
    "omitted": 0
  },
  "diagnostics": [
    {
      "severity": "info",
      "code": "parameter-remark",
      "message": "no place"
    },
    {
      "file": "main.cfg",
      "line": 2,
      "column": 2,
      "endLine": 2,
      "endColumn": 5,
      "severity": "error",
      "code": "unknown-function",
      "message": "unknown function \"foo\"",
      "suggestion": "for",
      "source": "\tfoo(\"a $b<\");"
    },
    {
      "file": "main.cfg",
      "line": 2,
      "column": 9,
      "endLine": 2,
      "endColumn": 11,
      "severity": "error",
      "code": "unknown-pv",
      "message": "unknown",
      "source": "\tfoo(\"a $b<\");"
    },
    {
      "file": "main.cfg",
      "line": 2,
      "column": 14,
      "severity": "error",
      "code": "missing-semicolon",
      "message": "missing",
      "source": "\tfoo(\"a $b<\");"
    },
    {
      "file": "inc.cfg",
      "line": 1,
      "column": 1,
      "severity": "warning",
      "code": "unused-route",
      "message": "odd",
      "source": "x",
      "includedFrom": [
        {
          "file": "main.cfg",
          "line": 1
        }
      ]
    }
  ]
}
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	clean := NewList(set).Report("main.cfg")
	if !clean.OK || clean.Diagnostics == nil {
		t.Errorf("a clean script: %+v", clean)
	}
}
