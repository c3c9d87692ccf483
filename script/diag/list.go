package diag

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Severity is how bad a finding is.
type Severity uint8

// The severities: an Error refuses the configuration, a Warning is probably a
// mistake, an Info says what is different here than in the reference.
const (
	Error Severity = iota
	Warning
	Info
)

// String is "error", "warning" or "info".
func (s Severity) String() string { return [...]string{"error", "warning", "info"}[s] }

// Diagnostic is one finding.
type Diagnostic struct {
	// Pos is where it is; End, where that is known, lies behind the last byte
	// that it is about.
	Pos, End Pos
	Severity Severity
	Code     Code
	Message  string
	// Suggestion is the name that was probably meant, "" for none.
	Suggestion string
}

// MaxErrors is the number of errors that a List keeps; ours.
const MaxErrors = 100

// List collects the findings about one configuration. The same text at the same
// place is kept once. A nil List takes no notice.
type List struct {
	Set   *Set
	Items []*Diagnostic

	errors  int
	dropped int
	sorted  bool
}

// NewList makes an empty list for positions of the set.
func NewList(s *Set) *List { return &List{Set: s} }

// Errorf adds an error; Warnf and Infof the others. The result may be given a
// Suggestion.
func (l *List) Errorf(c Code, p Pos, format string, args ...any) *Diagnostic {
	return l.add(c, p, Error, format, args)
}

// Warnf adds a warning.
func (l *List) Warnf(c Code, p Pos, format string, args ...any) *Diagnostic {
	return l.add(c, p, Warning, format, args)
}

// Infof adds a remark.
func (l *List) Infof(c Code, p Pos, format string, args ...any) *Diagnostic {
	return l.add(c, p, Info, format, args)
}

func (l *List) add(c Code, p Pos, s Severity, format string, args []any) *Diagnostic {
	d := &Diagnostic{Pos: p, Severity: s, Code: c, Message: fmt.Sprintf(format, args...)}
	for _, o := range l.Items {
		if o.Pos == p && o.Message == d.Message {
			return o
		}
	}
	if s == Error {
		if l.errors == MaxErrors {
			l.dropped++
			return d
		}
		l.errors++
	}
	l.Items = append(l.Items, d)
	l.sorted = false
	return d
}

// HasErrors reports whether the configuration is refused.
func (l *List) HasErrors() bool { return l.errors > 0 }

// Has reports whether there is a finding of the kind.
func (l *List) Has(c Code) bool {
	return slices.ContainsFunc(l.Items, func(d *Diagnostic) bool { return d.Code == c })
}

// Errors is the number of errors.
func (l *List) Errors() int { return l.errors + l.dropped }

// Sort puts the findings into the order of their places.
func (l *List) Sort() {
	if !l.sorted {
		slices.SortStableFunc(l.Items, func(a, b *Diagnostic) int { return cmp.Compare(a.Pos, b.Pos) })
		l.sorted = true
	}
}

// Write renders all findings, in the order of their places.
func (l *List) Write(w io.Writer) error {
	_, err := io.WriteString(w, l.String())
	return err
}

// String renders all findings: for each its place, the message, the line and a
// caret under the column.
func (l *List) String() string {
	l.Sort()
	var b strings.Builder
	for _, d := range l.Items {
		l.render(&b, d)
	}
	if l.dropped > 0 {
		fmt.Fprintf(&b, "too many errors, %d more\n", l.dropped)
	}
	return b.String()
}

// Line is a finding without the text of its line: "file:line:column: message".
func (l *List) Line(d *Diagnostic) string {
	var b strings.Builder
	if p := l.Set.Position(d.Pos); p.Line > 0 {
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	}
	if d.Severity != Error {
		b.WriteString(d.Severity.String() + ": ")
	}
	b.WriteString(d.Message)
	if d.Suggestion != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", d.Suggestion)
	}
	return b.String()
}

func (l *List) render(b *strings.Builder, d *Diagnostic) {
	b.WriteString(l.Line(d) + "\n")
	f := l.Set.File(d.Pos)
	if f == nil {
		return
	}
	p := l.Set.Position(d.Pos)
	text := f.Line(p.Line)
	if len(text) > 0 {
		fmt.Fprintf(b, "    %s\n    %s^\n", printable(text), indent(text, p.Column-1))
	}
	for f != nil && f.From != 0 {
		at := l.Set.Position(f.From)
		fmt.Fprintf(b, "    included from %s:%d\n", at.File, at.Line)
		f = l.Set.File(f.From)
	}
}

// printable is a source line fit for a terminal: its tabs stay, other control
// bytes become dots.
func printable(line []byte) string {
	out := []byte(string(line))
	for i, c := range out {
		if c < 0x20 && c != '\t' || c == 0x7f {
			out[i] = '.'
		}
	}
	return string(out)
}

// indent is the white space before the caret: tabs stay tabs, so that it stands
// under its byte, and the continuation bytes of UTF-8 take no room.
func indent(line []byte, n int) string {
	var out []byte
	for _, c := range line[:min(n, len(line))] {
		switch {
		case c == '\t':
			out = append(out, '\t')
		case c&0xc0 != 0x80:
			out = append(out, ' ')
		}
	}
	return string(out)
}
