package pv

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// A spanFinder is a registry.Matcher that writes its result into memory of the
// caller.
type spanFinder interface {
	// FindInto is Find with the offsets appended to dst; nil if there is no match.
	FindInto(dst []int, b []byte) []int
}

// find is the leftmost-longest match and its groups, in dst where the matcher can.
func find(m registry.Matcher, dst []int, b []byte) []int {
	if f, ok := m.(spanFinder); ok {
		return f.FindInto(dst, b)
	}
	return m.Find(b)
}

// A substPiece is a part of a replacement: text, a group of the match, or an
// expression.
type substPiece struct {
	text  []byte
	group int // -1 for none
	expr  rt.Expr
}

// Substitution is a compiled /pattern/replacement/flags, as {re.subst} and the
// functions of modules take it: a POSIX extended pattern, \0 to \9 and
// pseudo-variables in the replacement, the flags i (any case), g (all matches)
// and s (across lines).
type Substitution struct {
	match    registry.Matcher
	pieces   []substPiece
	all      bool   // g
	multi    bool   // s
	anchored bool   // the pattern begins with ^
	raw      []byte // the replacement in place of pieces, where the text was computed
}

// cutEscaped is the text up to the separator, past \separator, and the rest
// behind it.
func cutEscaped[T string | []byte](s T, sep byte) (part, rest T, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			return s[:i], s[i+1:], true
		}
	}
	return s[:0], s[:0], false
}

// NewSubstitution compiles /pattern/replacement/flags; any character but a
// backslash may stand for the slash.
func NewSubstitution(b registry.Build, s string) (*Substitution, error) {
	if len(s) < 3 {
		return nil, errors.New("expected /pattern/replacement/flags")
	}
	sep := s[0]
	if sep == '\\' {
		return nil, errors.New("a backslash cannot be the separator")
	}
	pattern, rest, ok := cutEscaped(s[1:], sep)
	if !ok {
		return nil, fmt.Errorf("the pattern has no closing %q", sep)
	}
	repl, flags, ok := cutEscaped(rest, sep)
	if !ok {
		return nil, fmt.Errorf("the replacement has no closing %q", sep)
	}
	x := &Substitution{anchored: strings.HasPrefix(pattern, "^")}
	fold := false
	for _, f := range []byte(strings.TrimSpace(flags)) {
		switch f {
		case 'i':
			fold = true
		case 'g':
			x.all = true
		case 's':
			x.multi = true
		default:
			return nil, fmt.Errorf("unknown flag %q; expected i, g or s", f)
		}
	}
	var err error
	if x.match, err = b.Regex(strings.ReplaceAll(pattern, `\`+string(sep), string(sep)), fold); err != nil {
		return nil, err
	}
	if x.pieces, err = parseReplacement(b, repl, x.match.NumSubexp()); err != nil {
		return nil, err
	}
	return x, nil
}

// parseReplacement takes a replacement apart: \0 to \9, \n \r \t, a backslash
// before any other character, and pseudo-variables.
func parseReplacement(b registry.Build, s string, groups int) ([]substPiece, error) {
	var pieces []substPiece
	var text strings.Builder
	flush := func() error {
		if text.Len() == 0 {
			return nil
		}
		p := substPiece{text: []byte(text.String()), group: -1}
		if strings.Contains(text.String(), "$") {
			expr, err := b.Format(text.String())
			if err != nil {
				return err
			}
			p.expr = expr
		}
		pieces = append(pieces, p)
		text.Reset()
		return nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			text.WriteByte(s[i])
			continue
		}
		i++
		switch ch := s[i]; {
		case ch >= '0' && ch <= '9':
			n := int(ch - '0')
			if n > groups {
				return nil, fmt.Errorf("the replacement names group %d of a pattern with %d", n, groups)
			}
			if err := flush(); err != nil {
				return nil, err
			}
			pieces = append(pieces, substPiece{group: n})
		case ch == 'n':
			text.WriteByte('\n')
		case ch == 'r':
			text.WriteByte('\r')
		case ch == 't':
			text.WriteByte('\t')
		case ch == '$':
			if err := flush(); err != nil {
				return nil, err
			}
			pieces = append(pieces, substPiece{text: []byte("$"), group: -1})
		default:
			text.WriteByte(ch)
		}
	}
	err := flush()
	exprs := 0
	for i := range pieces {
		if pieces[i].expr != nil {
			if exprs++; exprs > maxSubstExprs {
				return nil, fmt.Errorf("the replacement has more than %d stretches with pseudo-variables", maxSubstExprs)
			}
		}
	}
	return pieces, err
}

// line substitutes in one stretch of text and appends the result; hit tells
// whether anything matched. ok is false for a match of nothing, with which a
// substitution could not go on.
func (x *Substitution) line(c *rt.Ctx, b []byte, vals *[maxSubstExprs]value.Value) (hit, ok bool) {
	for {
		loc := find(x.match, c.ScratchInts(), b)
		if loc == nil {
			break
		}
		if loc[1] == loc[0] {
			return hit, false
		}
		hit = true
		c.Append(b[:loc[0]])
		if x.raw != nil {
			appendRaw(c, x.raw, b, loc)
		}
		computed := 0
		for i := range x.pieces {
			p := &x.pieces[i]
			switch {
			case p.expr != nil:
				c.AppendValue(vals[computed])
				computed++
			case p.group < 0:
				c.Append(p.text)
			case loc[2*p.group] >= 0:
				c.Append(b[loc[2*p.group]:loc[2*p.group+1]])
			}
		}
		b = b[loc[1]:]
		if !x.all || x.anchored {
			break
		}
	}
	c.Append(b)
	return hit, true
}

func bindSubst(b registry.Build, args []registry.TransArg) (transformer, error) {
	if args[0].Eval != nil {
		return nil, errors.New("the expression must be a constant /pattern/replacement/flags")
	}
	x, err := NewSubstitution(b, args[0].Text)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		w, hit, ok := x.Apply(c, b)
		switch {
		case !ok:
			return undef
		case !hit:
			return v
		}
		return w
	}, nil
}

// Apply substitutes in b. hit tells whether anything matched; where nothing did,
// there is no result. ok is false for a match of nothing, with which a
// substitution could not go on.
func (x *Substitution) Apply(c *rt.Ctx, b []byte) (v value.Value, hit, ok bool) {
	// What the variables stand for is computed first: it may be built where the
	// result will grow.
	var vals [maxSubstExprs]value.Value
	computed := 0
	for i := range x.pieces {
		if x.pieces[i].expr != nil {
			vals[computed] = x.pieces[i].expr(c)
			computed++
		}
	}
	m := c.Mark()
	for rest := b; ; {
		line := rest
		end := -1
		// Without the flag s a match does not reach over a line end.
		if !x.multi {
			if end = bytes.IndexByte(rest, '\n'); end >= 0 {
				line = rest[:end]
			}
		}
		if hit && !x.all {
			c.Append(line)
		} else if h, ok := x.line(c, line, &vals); !ok {
			c.Truncate(m)
			return undef, false, false
		} else {
			hit = hit || h
		}
		if end < 0 {
			break
		}
		c.AppendByte('\n')
		rest = rest[end+1:]
	}
	if !hit {
		c.Truncate(m)
		return undef, false, true
	}
	return c.FromMark(m), true, true
}

// reTrans is the class re.
func reTrans() []registry.Transformation {
	return []registry.Transformation{
		trans("re", "subst", 1, 1, "subst,/pattern/replacement/flags: POSIX extended pattern; \\1 to \\9 are its groups, \\0 the match; flags i any case, g all matches, s across lines. Undefined where the pattern matches nothing at a place", bindSubst),
	}
}
