package posix

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Error is a mistake in a pattern.
type Error struct {
	Off  int // the byte of the pattern that it is about
	Text string
}

// Error implements error.
func (e *Error) Error() string { return e.Text }

// Offset is the byte of the pattern that an error of Compile is about, -1 where
// it is not known.
func Offset(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Off
	}
	return -1
}

// translator turns a pattern into the syntax of Go's regexp.
type translator struct {
	s     string
	i     int
	out   strings.Builder
	depth int
	lines bool // ^ $ . [^…] stop at line ends
}

func (t *translator) fail(off int, format string, args ...any) error {
	return &Error{off, fmt.Sprintf(format, args...)}
}

// translate is the pattern in Go's syntax.
func translate(pattern string, lines bool) (string, error) {
	t := &translator{s: pattern, lines: lines}
	if err := t.alternatives(); err != nil {
		return "", err
	}
	return t.out.String(), nil
}

// alternatives reads branches up to the end or a closing parenthesis.
func (t *translator) alternatives() error {
	for {
		if err := t.branch(); err != nil {
			return err
		}
		if t.i == len(t.s) || t.s[t.i] != '|' {
			return nil
		}
		t.i++
		t.out.WriteByte('|')
	}
}

// branch reads a sequence of repeated atoms.
func (t *translator) branch() error {
	start := true // a repetition would have nothing to repeat
	for t.i < len(t.s) {
		c := t.s[t.i]
		switch {
		case c == '|', c == ')' && t.depth > 0:
			return nil
		case isRepeat(c) && start:
			return t.fail(t.i, "%q has nothing to repeat", c)
		}
		var atom strings.Builder
		anchor := c == '^'
		if err := t.atom(&atom); err != nil {
			return err
		}
		text := atom.String()
		for n := 0; t.i < len(t.s) && isRepeat(t.s[t.i]); n++ {
			if anchor {
				return t.fail(t.i, "%q has nothing to repeat", t.s[t.i])
			}
			rep, err := t.repeat()
			if err != nil {
				return err
			}
			if n > 0 { // in Go's syntax a second sign would change the meaning of the first
				text = "(?:" + text + ")"
			}
			text += rep
		}
		t.out.WriteString(text)
		start = anchor
	}
	return nil
}

func isRepeat(c byte) bool { return c == '*' || c == '+' || c == '?' || c == '{' }

// maxRepeat is the largest count in braces (Go's regexp takes 1000).
const maxRepeat = 1000

// repeat reads *, +, ? or {n,m}.
func (t *translator) repeat() (string, error) {
	c := t.s[t.i]
	if c != '{' {
		t.i++
		return string(c), nil
	}
	at := t.i
	end := strings.IndexByte(t.s[at:], '}')
	if end < 0 {
		return "", t.fail(at, "the { is not closed")
	}
	lo, hi, comma := strings.Cut(t.s[at+1:at+end], ",")
	n, err := t.count(at, lo, 0)
	if err != nil {
		return "", err
	}
	t.i = at + end + 1
	if !comma {
		if lo == "" {
			return "", t.fail(at, "the number in {} is missing")
		}
		return fmt.Sprintf("{%d}", n), nil
	}
	if hi == "" {
		return fmt.Sprintf("{%d,}", n), nil
	}
	m, err := t.count(at, hi, 0)
	if err != nil {
		return "", err
	}
	if m < n {
		return "", t.fail(at, "the numbers in {%s,%s} are in the wrong order", lo, hi)
	}
	return fmt.Sprintf("{%d,%d}", n, m), nil
}

func (t *translator) count(at int, s string, def int) (int, error) {
	n := def
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, t.fail(at, "%q in {} is not a number", s)
		}
		if n = n*10 + int(c-'0'); n > maxRepeat {
			return 0, t.fail(at, "a count in {} is above %d", maxRepeat)
		}
	}
	return n, nil
}

// atom reads what a repetition applies to.
func (t *translator) atom(out *strings.Builder) error {
	c := t.s[t.i]
	switch c {
	case '(':
		return t.group(out)
	case '[':
		return t.bracket(out)
	case '\\':
		return t.escape(out)
	case '.':
		out.WriteString(t.either(`(?s:.)`, `(?-s:.)`))
	case '^':
		out.WriteString(t.either(`\A`, `(?m:^)`))
	case '$':
		out.WriteString(t.either(`\z`, `(?m:$)`))
	default:
		r, n := utf8.DecodeRuneInString(t.s[t.i:])
		if r == utf8.RuneError && n == 1 {
			out.WriteString(`\x{FFFD}`)
		} else {
			out.WriteString(regexp.QuoteMeta(t.s[t.i : t.i+n]))
		}
		t.i += n
		return nil
	}
	t.i++
	return nil
}

// either chooses by what a line end means.
func (t *translator) either(whole, line string) string {
	if t.lines {
		return line
	}
	return whole
}

// maxDepth bounds the nesting of groups.
const maxDepth = 200

func (t *translator) group(out *strings.Builder) error {
	at := t.i
	if t.depth++; t.depth > maxDepth {
		return t.fail(at, "groups are nested too deeply")
	}
	t.i++
	saved := t.out
	t.out = strings.Builder{}
	err := t.alternatives()
	inner := t.out.String()
	t.out = saved
	if err != nil {
		return err
	}
	if t.i == len(t.s) {
		return t.fail(at, "the ( is not closed")
	}
	t.i++
	t.depth--
	out.WriteString("(" + inner + ")")
	return nil
}

func (t *translator) escape(out *strings.Builder) error {
	if t.i+1 == len(t.s) {
		return t.fail(t.i, "a backslash ends the pattern")
	}
	c := t.s[t.i+1]
	switch {
	case strings.IndexByte("wWsSbB", c) >= 0:
		out.WriteString(`\` + string(c))
	case c == '<' || c == '>':
		out.WriteString(`\b`)
	case c == '`':
		out.WriteString(`\A`)
	case c == '\'':
		out.WriteString(`\z`)
	case c >= '1' && c <= '9':
		return t.fail(t.i, "back references (\\%c) are not supported", c)
	case c >= utf8.RuneSelf:
		t.i++
		return t.atom(out)
	default:
		out.WriteString(regexp.QuoteMeta(string(c)))
	}
	t.i += 2
	return nil
}

// classes are the names between [: and :].
var classes = map[string]bool{"alpha": true, "digit": true, "alnum": true, "upper": true, "lower": true, "space": true,
	"blank": true, "punct": true, "print": true, "graph": true, "cntrl": true, "xdigit": true}

// bracket reads [...]; a backslash in it is an ordinary character.
func (t *translator) bracket(out *strings.Builder) error {
	at := t.i
	t.i++
	out.WriteByte('[')
	if t.i < len(t.s) && t.s[t.i] == '^' {
		out.WriteString(t.either("^", `^\n`))
		t.i++
	}
	for first := true; ; first = false {
		if t.i >= len(t.s) {
			return t.fail(at, "the [ is not closed")
		}
		if t.s[t.i] == ']' && !first {
			t.i++
			out.WriteByte(']')
			return nil
		}
		if strings.HasPrefix(t.s[t.i:], "[:") {
			end := strings.Index(t.s[t.i+2:], ":]")
			if end < 0 {
				return t.fail(t.i, "the [: is not closed")
			}
			name := t.s[t.i+2 : t.i+2+end]
			if !classes[name] {
				return t.fail(t.i, "there is no character class [:%s:]", name)
			}
			out.WriteString("[:" + name + ":]")
			t.i += end + 4
			continue
		}
		from := t.i
		lo, err := t.member()
		if err != nil {
			return err
		}
		hi := lo
		if t.i+1 < len(t.s) && t.s[t.i] == '-' && t.s[t.i+1] != ']' {
			t.i++
			if hi, err = t.member(); err != nil {
				return err
			}
			if hi < lo {
				return t.fail(from, "the range in [] is in the wrong order")
			}
		}
		fmt.Fprintf(out, `\x{%X}`, lo)
		if hi > lo {
			fmt.Fprintf(out, `-\x{%X}`, hi)
		}
	}
}

// member reads one character of a bracket, also as [.x.] or [=x=].
func (t *translator) member() (rune, error) {
	for _, mark := range []string{".", "="} {
		if !strings.HasPrefix(t.s[t.i:], "["+mark) {
			continue
		}
		end := strings.Index(t.s[t.i+2:], mark+"]")
		if end < 0 {
			return 0, t.fail(t.i, "the [%s is not closed", mark)
		}
		r, n := utf8.DecodeRuneInString(t.s[t.i+2:])
		if n != end || n == 0 {
			return 0, t.fail(t.i, "there is no collating element %q", t.s[t.i+2:t.i+2+end])
		}
		t.i += end + 4
		return r, nil
	}
	r, n := utf8.DecodeRuneInString(t.s[t.i:])
	t.i += n
	return r, nil
}
