package regex

import (
	"fmt"
	"regexp"
	"strings"
)

// compile compiles a pattern; its error says what is wrong with it, or which
// part of Perl's syntax cannot be matched in linear time.
func compile(pattern string, o options) (*regexp.Regexp, error) {
	p := pattern
	if o.Extended {
		p = stripExtended(p)
	}
	flags := ""
	for _, f := range []struct {
		set    bool
		letter string
	}{{o.Caseless, "i"}, {o.Multiline, "m"}, {o.DotAll, "s"}} {
		if f.set {
			flags += f.letter
		}
	}
	if flags != "" {
		p = "(?" + flags + ")" + p
	}
	re, err := regexp.Compile(p)
	if err == nil {
		return re, nil
	}
	if what := beyond(p); what != "" {
		return nil, fmt.Errorf("the pattern %q uses %s, which cannot be matched in linear time", pattern, what)
	}
	return nil, fmt.Errorf("the pattern %q is no regular expression: %s", pattern, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// groupForms are the kinds of (?… that Go's regexp does not have.
var groupForms = []struct{ prefix, what string }{
	{"?<=", "look-behind (?<=…)"},
	{"?<!", "look-behind (?<!…)"},
	{"?=", "look-ahead (?=…)"},
	{"?!", "look-ahead (?!…)"},
	{"?>", "an atomic group (?>…)"},
	{"?|", "a branch reset (?|…)"},
	{"?(", "a conditional (?(…)…)"},
	{"?R", "recursion (?R)"},
	{"?&", "recursion (?&…)"},
	{"?P>", "recursion (?P>…)"},
	{"?P=", "a back reference (?P=…)"},
	{"?#", "a comment (?#…)"},
	{"*", "a verb (*…)"},
}

// beyond names what a pattern uses that Go's regexp does not have; "" for nothing.
func beyond(p string) string {
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
			if i == len(p) {
				return ""
			}
			switch c := p[i]; {
			case c >= '1' && c <= '9', c == 'g', c == 'k':
				return fmt.Sprintf(`a back reference \%c`, c)
			case c == 'K', c == 'G', c == 'R', c == 'X', c == 'Z':
				return fmt.Sprintf(`\%c`, c)
			}
		case '[':
			if end := classEnd(p, i); end > i {
				i = end
			}
		case '(':
			for _, f := range groupForms {
				if strings.HasPrefix(p[i+1:], f.prefix) {
					return f.what
				}
			}
		case '+':
			if i > 0 && (p[i-1] == '+' || p[i-1] == '*' || p[i-1] == '?' || p[i-1] == '}') {
				return fmt.Sprintf("a possessive repetition %s", p[i-1:i+1])
			}
		}
	}
	return ""
}

// classEnd is the offset of the ] that closes the [ at i; -1 for none.
func classEnd(p string, i int) int {
	first := i + 1
	if first < len(p) && p[first] == '^' {
		first++
	}
	for j := first; j < len(p); j++ {
		switch {
		case p[j] == '\\':
			j++
		case p[j] == ']' && j > first:
			return j
		}
	}
	return -1
}

// stripExtended removes what means nothing with pcre_extended: white space and
// comments from # to the end of the line, outside of classes and not escaped.
func stripExtended(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; c {
		case '\\':
			if i+1 == len(p) {
				b.WriteByte(c)
				break
			}
			if i++; p[i] == ' ' || p[i] == '#' {
				b.WriteString(regexp.QuoteMeta(p[i : i+1])) // Go knows no such escape
				break
			}
			b.WriteString(p[i-1 : i+1])
		case '[':
			if end := classEnd(p, i); end > i {
				b.WriteString(p[i : end+1])
				i = end
				break
			}
			b.WriteByte(c)
		case ' ', '\t', '\n', '\r', '\f':
		case '#':
			for i+1 < len(p) && p[i+1] != '\n' {
				i++
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
