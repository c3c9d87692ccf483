package rows

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rowCase is one file of testdata/rows.
type rowCase struct {
	file    string // its name without .txt: the row's id, or the id, "-" and a word
	row     string
	shows   string
	without []string // features; the case fails without any one of them
	needs   []string // modules and functions ("setavpflag()") without which it cannot run
	parts   []part
}

// part is one "-- title --" with the lines below it.
type part struct {
	title string
	line  int // of the title
	text  string
}

// readCases reads all cases of a directory.
func readCases(t *testing.T, dir string) (cases []rowCase) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s (%v)", dir, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCase(strings.TrimSuffix(filepath.Base(f), ".txt"), text)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		cases = append(cases, c)
	}
	return cases
}

func parseCase(file string, text []byte) (rowCase, error) {
	c := rowCase{file: file}
	c.row, _, _ = strings.Cut(file, "-")
	lines := bufio.NewScanner(bytes.NewReader(text))
	var cur *part
	for n := 1; lines.Scan(); n++ {
		l := lines.Text()
		title, isTitle := strings.CutPrefix(l, "-- ")
		if title, ok := strings.CutSuffix(title, " --"); isTitle && ok {
			c.parts = append(c.parts, part{title: title, line: n})
			cur = &c.parts[len(c.parts)-1]
			continue
		}
		switch {
		case cur != nil:
			s, err := repeated(l)
			if err != nil {
				return c, fmt.Errorf("line %d: %w", n, err)
			}
			cur.text += s
		case strings.HasPrefix(l, "without: "):
			c.without = append(c.without, strings.TrimPrefix(l, "without: "))
		case strings.HasPrefix(l, "needs: "):
			c.needs = append(c.needs, strings.TrimPrefix(l, "needs: "))
		case l != "":
			c.shows += l + "\n"
		}
	}
	switch {
	case c.shows == "":
		return c, fmt.Errorf("nothing says what it shows")
	case len(c.without) == 0:
		return c, fmt.Errorf("no \"without:\"")
	case len(c.parts) == 0:
		return c, fmt.Errorf("no parts")
	}
	return c, nil
}

// parts are the first words of the titles that a case may have.
var parts = []string{"values", "before", "route", "script", "name", "arguments", "file", "send", "reply", "local", "advance", "log", "sent", "refused", "warned", "typed"}

// repeated is a line, or for "%repeat FROM TO TEXT" the text once for each number,
// which stands for %d.
func repeated(l string) (string, error) {
	rest, ok := strings.CutPrefix(l, "%repeat ")
	if !ok {
		return l + "\n", nil
	}
	f := strings.SplitN(rest, " ", 3)
	if len(f) != 3 {
		return "", fmt.Errorf("%%repeat takes two numbers and a text")
	}
	from, err := strconv.Atoi(f[0])
	if err != nil {
		return "", err
	}
	to, err := strconv.Atoi(f[1])
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString(strings.ReplaceAll(f[2], "%d", strconv.Itoa(i)) + "\n")
	}
	return b.String(), nil
}

// lines are the lines of a part that are not empty.
func (p part) lines() (ls []string) {
	for l := range strings.SplitSeq(p.text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			ls = append(ls, l)
		}
	}
	return ls
}

// get is the text of the part with a title.
func (c *rowCase) get(title string) (text string, ok bool) {
	for _, p := range c.parts {
		if p.title == title {
			return p.text, true
		}
	}
	return "", false
}

// valueLine is a line of the part "values": an expression and its value as a text.
type valueLine struct{ expr, want string }

func (c *rowCase) values() (vs []valueLine, err error) {
	for _, p := range c.parts {
		if p.title != "values" {
			continue
		}
		for _, l := range p.lines() {
			i := strings.LastIndex(l, "->")
			if i < 0 {
				return nil, fmt.Errorf("no \"->\" in %q", l)
			}
			vs = append(vs, valueLine{strings.TrimSpace(l[:i]), strings.TrimSpace(l[i+2:])})
		}
	}
	return vs, nil
}

// script is the configuration that the case runs. "script" is one, "route" the
// statements of the main route, "before" and "values" expressions that it
// computes and logs.
func (c *rowCase) script() (string, error) {
	if s, ok := c.get("script"); ok {
		return s, nil
	}
	if s, ok := c.get("route"); ok {
		return "loadmodule \"xlog\"; route {\n" + s + "}\n", nil
	}
	vs, err := c.values()
	if err != nil || len(vs) == 0 {
		return "", fmt.Errorf("the case has no script (%w)", err)
	}
	before, _ := c.get("before")
	var b strings.Builder
	b.WriteString("loadmodule \"xlog\"\nroute {\n" + before)
	for _, v := range vs {
		fmt.Fprintf(&b, "\t$var(value) = %s; xlog(\"$var(value)\\n\");\n", v.expr)
	}
	b.WriteString("}\n")
	return b.String(), nil
}
