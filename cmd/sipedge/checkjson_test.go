package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/script/diag"
)

// jsonReport runs -c --json, which prints one document and nothing else.
func jsonReport(t *testing.T, stdin string, args ...string) (status int, r diag.Report) {
	t.Helper()
	status, out, errs := outcome(t, stdin, append([]string{"-c", "--json"}, args...)...)
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if d.More() || errs != "" {
		t.Errorf("more than one document, or standard error %q", errs)
	}
	return status, r
}

func TestCheckAsJSONOfABadScript(t *testing.T) {
	path := script(t, "children=none\nrequest_route {\n\tfoo();\n\t$ru = $nosuch;\n}\n")
	status, r := jsonReport(t, "", "-f", path)
	if status != 255 || r.OK || r.Summary.Errors != 3 || r.File != path {
		t.Fatalf("status %d, %+v", status, r)
	}
	want := map[diag.Code][4]int{ // line, column, end line, end column
		diag.ParameterValue: {1, 10, 1, 14}, diag.UnknownFunction: {3, 2, 3, 5}, diag.UnknownPV: {4, 8, 4, 15},
	}
	for _, d := range r.Diagnostics {
		if d.Severity != "error" {
			continue
		}
		if got := [4]int{d.Line, d.Column, d.EndLine, d.EndColumn}; got != want[d.Code] {
			t.Errorf("%s: %v, want %v", d.Code, got, want[d.Code])
		}
		if d.File != path || d.Source == "" || d.Message == "" {
			t.Errorf("%+v", d)
		}
		delete(want, d.Code)
	}
	if len(want) != 0 {
		t.Errorf("not reported: %v", want)
	}
}

func TestCheckAsJSONOfAGoodScript(t *testing.T) {
	status, r := jsonReport(t, goodScript, "-f", "-")
	if status != 0 || !r.OK || r.Summary.Errors != 0 || r.File != stdinName {
		t.Errorf("status %d, %+v", status, r)
	}
}

func TestCheckAsJSONOfAScriptThatCannotBeRead(t *testing.T) {
	status, r := jsonReport(t, "", "-f", filepath.Join(t.TempDir(), "none.cfg"))
	if status != 255 || len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != diag.Unreadable {
		t.Errorf("status %d, %+v", status, r)
	}
}

func TestJSONGoesWithTheCheckOnly(t *testing.T) {
	if status, _, errs := outcome(t, "", "--json"); status != 255 || !strings.Contains(errs, "-c") {
		t.Errorf("status %d, %q", status, errs)
	}
}
