package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"sipedge/engine/mod"
	"sipedge/script/lex"
	"sipedge/script/manual"
	"sipedge/script/registry"
)

func reference(t *testing.T) *manual.Manual {
	t.Helper()
	m, err := newManual()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Whoever adds a row to a table says what it does and where that is written.
func TestEveryRowHasATextAndASource(t *testing.T) {
	entries := reference(t).Entries()
	if len(entries) < 600 {
		t.Fatalf("only %d entries", len(entries))
	}
	for _, e := range entries {
		what := e.Kind + " " + e.Name
		if e.Module != "" {
			what += " of module " + e.Module
		}
		switch {
		case len(e.Doc) < 4 && e.Kind == "event":
			t.Errorf("%s has no text; it belongs into EventDocs of the descriptor", what)
		case len(e.Doc) < 4:
			t.Errorf("%s has no text (Doc)", what)
		case e.Source == "":
			t.Errorf("%s has no Source", what)
		}
	}
}

func TestEveryDirectiveIsInTheManual(t *testing.T) {
	m := reference(t)
	for _, d := range lex.Directives() {
		if len(m.Find("directive", "#!"+d)) != 1 {
			t.Errorf("#!%s is not described", d)
		}
	}
}

// Every entry is found by its name, and fits a terminal of 80 columns unless a
// word of it does not.
func TestEveryEntryIsReadableIn80Columns(t *testing.T) {
	m := reference(t)
	for _, e := range m.Entries() {
		found := false
		for _, f := range m.Find(e.Kind, e.Name) {
			found = found || f == e
		}
		if !found {
			t.Errorf("%s %s is not found", e.Kind, e.Name)
		}
		var b strings.Builder
		m.WriteEntry(&b, e)
		for _, line := range strings.Split(b.String(), "\n") {
			if utf8.RuneCountInString(line) > 80 && line != e.Title && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s %s: %q", e.Kind, e.Name, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s %s: white space at the end of %q", e.Kind, e.Name, line)
			}
		}
	}
}

func TestDocDescribes(t *testing.T) {
	for name, want := range map[string][]string{
		"sl_send_reply":    {"sl_send_reply(code, reason)", "function of module sl", "allowed in", "sl_reply"},
		"sl_send_reply()":  {"function of module sl"},
		"$ru":              {"variable", "Request-URI"},
		"children":         {"parameter", "number, 1 to 4096", "default", "8", "reloadable", "here", "processes"},
		"maxfwd.max_limit": {"parameter of module maxfwd", "1 to 256", "70"},
		"{s.len}":          {"transformation", "arguments", "none"},
		"s.len":            {"transformation"},
		"@ruri":            {"select"},
		"maxfwd":           {"module", "max_limit", "mf_process_maxfwd_header(max_value)"},
		"maxfwd.so":        {"module"},
		"src_ip":           {"keyword", "compared with", "See also: sipedge doc variable '$src_ip'"},
		"while":            {"statement", "max_while_loops"},
		"#!ifdef":          {"directive"},
		"modules":          {"maxfwd", "textops"},
		"functions":        {"sl: Answers the request", "forward"},
		"unknown-pv":       {"code"},
		"SL_SEND_REPLY":    {"function of module sl"},
		"keyword method":   {"keyword"},
		"select @method":   {"select"},
		"":                 {"parameters", "functions", "variables", "transformations", "keywords", "selects", "events", "modules"},
	} {
		status, out, errs := outcome(t, "", append([]string{"doc"}, strings.Fields(name)...)...)
		if status != 0 || errs != "" {
			t.Errorf("%q: status %d, %q", name, status, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%q: %q is missing in\n%s", name, w, out)
			}
		}
	}
}

func TestDocOfAnUnknownNameSuggests(t *testing.T) {
	for name, want := range map[string]string{
		"sl_send_replay": "did you mean sl_send_reply?",
		"$ruu":           "did you mean $ru",
		"childern":       "did you mean children?",
		"send_repl":      "sl_send_reply",
		"zzzzzzzzzz":     "lists the areas",
	} {
		status, out, errs := outcome(t, "", "doc", name)
		if status != 255 || out != "" || !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: status %d, %q, %q", name, status, out, errs)
		}
	}
}

// The whole reference holds every entry, on standard output and as files.
func TestDocAsMarkdown(t *testing.T) {
	status, all, errs := outcome(t, "", "doc", "--markdown")
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %q", status, errs)
	}
	dir := filepath.Join(t.TempDir(), "reference")
	if status, out, errs := outcome(t, "", "doc", "--markdown", "-o", dir); status != 0 || out+errs != "" {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	var files strings.Builder
	for _, p := range reference(t).Pages() {
		text, err := os.ReadFile(filepath.Join(dir, p.File))
		if err != nil {
			t.Fatal(err)
		}
		files.Write(text)
	}
	for _, e := range reference(t).Entries() {
		title := "# `" + e.Title + "`\n"
		switch {
		case e.Kind == "module":
			title = "# Module " + e.Name + "\n"
		case e.Param:
			title = "### `" + e.Name + "`\n"
		}
		if !strings.Contains(all, title) || !strings.Contains(files.String(), title) {
			t.Errorf("%s %s is missing (%q)", e.Kind, e.Name, title)
		}
	}
}

func TestDocNamesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"doc -o x", "--markdown"}, {"doc --markdown x", "no name"}, {"doc a b c", "one name"}, {"doc --nothing", "unknown option"},
	} {
		if status, out, errs := outcome(t, "", strings.Fields(c.args)...); status != 255 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%q: status %d, %q, %q", c.args, status, out, errs)
		}
	}
	if status, out, _ := outcome(t, "", "doc", "-h"); status != 0 || !strings.HasPrefix(out, "Usage: sipedge doc") {
		t.Errorf("-h: status %d, %q", status, out)
	}
}

// The checker can only refuse what the rows say: every function names its blocks
// and its arguments, and an argument that is a block's name says of which kind.
func TestEveryFunctionSaysWhatItTakesAndWhere(t *testing.T) {
	table, err := registry.NewTable(mod.Core(), mod.All()...)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range table.Functions {
		optional := false
		if f.Routes == 0 {
			t.Errorf("%s() names no blocks (Routes)", name)
		}
		for _, a := range f.Args {
			switch {
			case a.Name == "":
				t.Errorf("%s(): an argument has no name", name)
			case a.Kind == registry.ArgRoute && a.RouteKind == 0:
				t.Errorf("%s(%s) does not say which kind of block", name, a.Name)
			case optional && !a.Optional:
				t.Errorf("%s(%s) must be given behind one that may be left out", name, a.Name)
			}
			optional = optional || a.Optional
		}
	}
}
