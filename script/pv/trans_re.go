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
	nth   int // its number among the expressions
}

// substitution is a compiled /pattern/replacement/flags.
type substitution struct {
	match    registry.Matcher
	pieces   []substPiece
	all      bool // g
	anchored bool // the pattern begins with ^
}

// cutEscaped is the text up to the separator, past \separator, and the rest
// behind it.
func cutEscaped(s string, sep byte) (part, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

func parseSubst(b registry.Build, s string) (*substitution, bool, error) {
	if len(s) < 3 {
		return nil, false, errors.New("expected /pattern/replacement/flags")
	}
	sep := s[0]
	if sep == '\\' {
		return nil, false, errors.New("a backslash cannot be the separator")
	}
	pattern, rest, ok := cutEscaped(s[1:], sep)
	if !ok {
		return nil, false, fmt.Errorf("the pattern has no closing %q", sep)
	}
	repl, flags, ok := cutEscaped(rest, sep)
	if !ok {
		return nil, false, fmt.Errorf("the replacement has no closing %q", sep)
	}
	x := &substitution{anchored: strings.HasPrefix(pattern, "^")}
	fold, multi := false, false
	for _, f := range []byte(strings.TrimSpace(flags)) {
		switch f {
		case 'i':
			fold = true
		case 'g':
			x.all = true
		case 's':
			multi = true
		default:
			return nil, false, fmt.Errorf("unknown flag %q; expected i, g or s", f)
		}
	}
	var err error
	if x.match, err = b.Regex(strings.ReplaceAll(pattern, `\`+string(sep), string(sep)), fold); err != nil {
		return nil, false, err
	}
	if x.pieces, err = parseReplacement(b, repl, x.match.NumSubexp(), sep); err != nil {
		return nil, false, err
	}
	return x, multi, nil
}

// parseReplacement takes a replacement apart: \0 to \9, \n \r \t, a backslash
// before any other character, and pseudo-variables.
func parseReplacement(b registry.Build, s string, groups int, sep byte) ([]substPiece, error) {
	var pieces []substPiece
	var text strings.Builder
	vars := 0
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
			p.expr, p.nth = expr, vars
			if vars++; vars > maxSubstVars {
				return fmt.Errorf("more than %d stretches of the replacement hold pseudo-variables", maxSubstVars)
			}
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
		default:
			text.WriteByte(ch)
		}
	}
	return pieces, flush()
}

// line substitutes in one stretch of text and appends the result; hit tells
// whether anything matched. ok is false for a match of nothing, with which a
// substitution could not go on.
func (x *substitution) line(c *rt.Ctx, b []byte, vars []value.Value) (hit, ok bool) {
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
		for i := range x.pieces {
			p := &x.pieces[i]
			switch {
			case p.expr != nil:
				c.AppendValue(vars[p.nth])
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
	x, multi, err := parseSubst(b, args[0].Text)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		// Variables come first: they use the arena, in which the result grows.
		var room [maxSubstVars]value.Value
		vars := room[:0]
		for i := range x.pieces {
			if p := &x.pieces[i]; p.expr != nil {
				vars = append(vars, p.expr(c))
			}
		}
		m := c.Mark()
		hit := false
		for rest := b; ; {
			line := rest
			end := -1
			// Without the flag s a match does not reach over a line end.
			if !multi {
				if end = bytes.IndexByte(rest, '\n'); end >= 0 {
					line = rest[:end]
				}
			}
			if hit && !x.all {
				c.Append(line)
			} else if h, ok := x.line(c, line, vars); !ok {
				c.Truncate(m)
				return undef
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
			return v
		}
		return c.FromMark(m)
	}, nil
}

// reTrans is the class re.
func reTrans() []registry.Transformation {
	return []registry.Transformation{
		trans("re", "subst", 1, 1, "subst,/pattern/replacement/flags: POSIX extended pattern; \\1 to \\9 are its groups, \\0 the match; flags i any case, g all matches, s across lines. Undefined where the pattern matches nothing at a place", bindSubst),
	}
}
