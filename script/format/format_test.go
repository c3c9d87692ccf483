package format

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sipedge/script/diag"
	"sipedge/script/lex"
	"sipedge/script/parse"
)

var update = flag.Bool("update", false, "write the golden files")

// stock is Kamailio's own script, looked at where it is installed.
const stock = "/etc/kamailio/kamailio.cfg"

func TestFormattedFormIsTheGoldenOne(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.in")
	if len(files) < 3 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out, diags := Source(file, text)
		if diags.HasErrors() {
			t.Errorf("%s", diags)
			continue
		}
		golden := strings.TrimSuffix(file, ".in") + ".golden"
		if *update {
			if err := os.WriteFile(golden, out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, out, want)
		}
	}
}

// scripts are all scripts of the tree, those in READMEs included, and the stock
// script where it is installed.
func scripts(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	fences := regexp.MustCompile("(?ms)^```kamailio\n(.*?)^```$")
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".cfg", ".in", ".inc":
			text, err := os.ReadFile(path)
			all[path] = text
			return err
		case ".md":
			text, err := os.ReadFile(path)
			for _, m := range fences.FindAllSubmatch(text, -1) {
				all[path+"#"+string(m[1][:min(len(m[1]), 20)])] = m[1]
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(stock); err == nil {
		all[stock] = text
	}
	return all
}

// holds are the promises about any script: the same form twice, the same tokens
// for the parser, the same comments and directives, the same findings.
func holds(t *testing.T, name string, text []byte) (formatted bool) {
	t.Helper()
	out, diags := Source(name, text)
	if diags.HasErrors() {
		if out != nil {
			t.Errorf("%s has errors and is formatted", name)
		}
		if diags.Has(diag.Internal) {
			t.Errorf("%s", diags)
		}
		return false
	}
	again, diags := Source(name, out)
	if diags.HasErrors() || !bytes.Equal(out, again) {
		t.Errorf("%s: formatted twice it is another:\n%s\nand\n%s%s", name, out, again, diags)
	}
	if !sameTokens(tokens(name, text), tokens(name, out)) {
		t.Errorf("%s: the tokens are others", name)
	}
	if a, b := said(name, text), said(name, out); a != b {
		t.Errorf("%s: the parser says\n%s\nabout it, and about the formatted one\n%s", name, a, b)
	}
	return true
}

// said is what the parser finds, without places.
func said(name string, text []byte) string {
	_, diags := parse.File(name, nonNil(text), alone)
	var b strings.Builder
	for _, d := range diags.Items {
		b.WriteString(regexp.MustCompile(`\d+`).ReplaceAllString(d.Message, "N") + "\n")
	}
	return b.String()
}

func TestEveryScriptKeepsItsTokens(t *testing.T) {
	n := 0
	for name, text := range scripts(t) {
		if holds(t, name, text) {
			n++
		}
		// The same in one line where that is possible, and with every token on a line.
		if out, ok := relaid(name, text, " "); ok {
			holds(t, name+" on few lines", out)
		}
		if out, ok := relaid(name, text, "\n"); ok {
			holds(t, name+" on many lines", out)
		}
	}
	if n < 50 {
		t.Errorf("only %d scripts were formatted", n)
	}
	t.Logf("PROOF fmt: %d scripts", n)
}

// relaid is a script with other white space between its pieces.
func relaid(name string, text []byte, between string) ([]byte, bool) {
	set := diag.NewSet()
	diags := diag.NewList(set)
	pieces := lex.Pieces(set, name, text, false, diags)
	if diags.HasErrors() {
		return nil, false
	}
	var b bytes.Buffer
	for i, p := range pieces {
		b.WriteString(p.Text)
		if p.Kind == lex.LineComment || p.Kind == lex.DirectivePiece || i+1 < len(pieces) && pieces[i+1].Kind != lex.TokenPiece {
			b.WriteString("\n")
		} else {
			b.WriteString(between)
		}
	}
	return b.Bytes(), true
}

func TestScriptWithSyntaxErrorsIsNotFormatted(t *testing.T) {
	for text, want := range map[string]diag.Code{
		"request_route {\n\tfoo(1;\n}\n":    diag.MissingParenthesis,
		"request_route {\n\tfoo(\"a);\n}\n": diag.UnclosedString,
		"request_route {\n":                 diag.MissingBrace,
		"#!ifdef A\nrequest_route { }\n":    diag.Region,
		"/* a":                              diag.UnclosedComment,
	} {
		out, diags := Source("x.cfg", []byte(text))
		if out != nil || !diags.Has(want) {
			t.Errorf("%q: %q, %s", text, out, diags)
		}
	}
}

func TestEmptyScriptStaysEmpty(t *testing.T) {
	for in, want := range map[string]string{"": "", "\n\n": "", "# a": "# a\n", "\r\n# a\r\n\r\n\r\n# b\r\n": "# a\n\n# b\n"} {
		if out, diags := Source("x.cfg", []byte(in)); string(out) != want || diags.HasErrors() {
			t.Errorf("%q: %q, %s", in, out, diags)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range scripts(f) {
		if len(text) < 4000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 20_000 {
			t.Skip()
		}
		holds(t, "fuzz.cfg", text)
	})
}

// Time and memory grow with the script and no faster.
func TestLongScriptsAreFormattedInLinearTime(t *testing.T) {
	for name, text := range map[string]string{
		"comments":   strings.Repeat("# a comment\n", 20_000),
		"one line":   "request_route {" + strings.Repeat("if ("+strings.Repeat("$var(a) == 1 || ", 400)+"1) { drop; } ", 50) + "}\n",
		"statements": "request_route {\n" + strings.Repeat("\t$var(a) = 1; # set\n", 10_000) + "}\n",
	} {
		start := time.Now()
		if _, diags := Source(name, []byte(text)); diags.HasErrors() {
			t.Errorf("%s: %s", name, diags)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}
