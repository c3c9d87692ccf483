package arg

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Pattern is an argument of kind ArgRegex, matched without regard to case: the
// way of the functions of Kamailio's modules.
type Pattern struct {
	b    registry.Build
	re   registry.Matcher // nil where the pattern is computed
	eval rt.Expr
}

// NewPattern makes a Pattern of argument i. A constant is compiled now.
func NewPattern(b registry.Build, args []registry.Actual, i int) (Pattern, error) {
	text, ok := Const(&args[i])
	if !ok {
		return Pattern{b: b, eval: args[i].Eval}, nil
	}
	re, err := b.Regex(text, true)
	if err != nil {
		return Pattern{}, &registry.ArgError{Index: i, Err: err}
	}
	return Pattern{re: re}, nil
}

// Matcher is the compiled pattern; nil where it was computed and is none. A
// pattern that was used lately costs no allocation.
func (p *Pattern) Matcher(c *rt.Ctx) registry.Matcher {
	if p.re != nil {
		return p.re
	}
	re, err := p.b.RegexCached(c.Text(p.eval(c)), true)
	if err != nil {
		c.LogError("bad regular expression: "+err.Error(), nil)
		return nil
	}
	return re
}

// Match reports whether text holds a match of the pattern.
func (p *Pattern) Match(c *rt.Ctx, text []byte) bool {
	re := p.Matcher(c)
	return re != nil && re.Match(text)
}

// MatchLine reports whether one of the text's lines holds a match: ^ and $ stand
// for the ends of a line, and nothing matches a line end (as POSIX's
// REG_NEWLINE). A line keeps its CR.
func (p *Pattern) MatchLine(c *rt.Ctx, text []byte) bool {
	re := p.Matcher(c)
	return re != nil && MatchLine(re, text)
}

// MatchLine is Pattern.MatchLine of a compiled pattern.
func MatchLine(re registry.Matcher, text []byte) bool {
	for {
		n := bytes.IndexByte(text, '\n')
		if n < 0 {
			return re.Match(text)
		}
		if re.Match(text[:n]) {
			return true
		}
		text = text[n+1:]
	}
}

// fromFinder is a matcher that searches from an offset on, without allocating.
type fromFinder interface {
	FindFrom(dst []int, b []byte, from int) []int
}

// FindLine is the first match in one of the lines of text that begins at from or
// behind it, with its groups, as offsets in text; nil if there is none. ^ and $
// stand for the ends of a line. The result is good until the next match of the
// context.
func FindLine(c *rt.Ctx, re registry.Matcher, text []byte, from int) []int {
	begin := bytes.LastIndexByte(text[:from], '\n') + 1
	for {
		end := len(text)
		if n := bytes.IndexByte(text[begin:], '\n'); n >= 0 {
			end = begin + n
		}
		if loc := findFrom(c, re, text[begin:end], from-begin); loc != nil {
			for i := range loc {
				if loc[i] >= 0 {
					loc[i] += begin
				}
			}
			return loc
		}
		if end == len(text) {
			return nil
		}
		begin = end + 1
		from = begin
	}
}

// FindText is FindLine for a text that is not taken for lines.
func FindText(c *rt.Ctx, re registry.Matcher, text []byte, from int) []int {
	return findFrom(c, re, text, from)
}

func findFrom(c *rt.Ctx, re registry.Matcher, text []byte, from int) []int {
	if f, ok := re.(fromFinder); ok {
		return f.FindFrom(c.ScratchInts(), text, from)
	}
	loc := re.Find(text[from:])
	for i := range loc {
		if loc[i] >= 0 {
			loc[i] += from
		}
	}
	return loc
}
