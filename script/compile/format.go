package compile

import (
	"errors"
	"slices"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// nullText is what an undefined variable without transformations prints as
// inside a format.
const nullText = "<null>"

// notClosed ends the messages about a bracket that is open.
const notClosed = "is not closed"

// part is a piece of a format: a text or, where get is set, a variable.
type part struct {
	text string
	get  rt.Expr
}

// scanVar reads a variable in a text, where s[0] is '$'. n is the number of
// bytes that it takes; known tells which names exist, since a text may go on
// right behind a name ("$fu.").
func (c *compiler) scanVar(s string) (spec string, n int, err error) {
	if len(s) > 1 && s[1] == '(' {
		end := balanced(s, 1)
		if end < 0 {
			return "", 0, specErrorf(diag.UnclosedBracket, 0, "the variable \"%s\" "+notClosed, shorten(s))
		}
		return s[2:end], end + 1, nil
	}
	i := 1
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	if i == 1 {
		return "", 0, specErrorf(diag.PVForm, 0, "a lone \"$\" in a text with variables; write \"$$\" for the sign itself")
	}
	if !c.knownVar(s[1:i]) {
		for j := i - 1; j > 1; j-- { // a full stop or question mark behind the name
			if (s[j] == '.' || s[j] == '?') && c.knownVar(s[1:j]) {
				i = j
				break
			}
		}
	}
	if i < len(s) && s[i] == '(' && c.takesInner(s[1:i]) {
		end := balanced(s, i)
		if end < 0 {
			return "", 0, specErrorf(diag.UnclosedBracket, i, "the parenthesis of %s "+notClosed, s[:i])
		}
		i = end + 1
	}
	return s[1:i], i, nil
}

func shorten(s string) string {
	if len(s) > 24 {
		return s[:24] + "…"
	}
	return s
}

func (c *compiler) knownVar(name string) bool {
	return c.coreRows[name] != nil || c.table.PVs[name] != nil || isTrackName(name)
}

func (c *compiler) takesInner(name string) bool {
	if r := c.coreRows[name]; r != nil {
		return r.Inner != registry.Never
	}
	r := c.table.PVs[name]
	return r == nil || r.Inner != registry.Never
}

// wholeVar is the spec of a text that is one variable and nothing else.
func wholeVar(s string) (spec string, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '$' {
		return "", false
	}
	if s[1] == '(' {
		if balanced(s, 1) != len(s)-1 {
			return "", false
		}
		return s[2 : len(s)-1], true
	}
	i := 1
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	if i < len(s) && s[i] == '(' {
		if i = balanced(s, i); i < 0 {
			return "", false
		}
		i++
	}
	return s[1:i], i == len(s) && i > 1
}

// parts cuts a format into texts and bound variables. All errors are returned,
// each with its offset in the text.
func (c *compiler) parts(text string) (ps []part, errs []error) {
	lit := strings.Builder{}
	flush := func() {
		if lit.Len() > 0 {
			ps = append(ps, part{text: lit.String()})
			lit.Reset()
		}
	}
	for i := 0; i < len(text) && len(errs) < maxFormatErrors; {
		if text[i] != '$' {
			lit.WriteByte(text[i])
			i++
			continue
		}
		if i+1 < len(text) && text[i+1] == '$' {
			lit.WriteByte('$')
			i += 2
			continue
		}
		spec, n, err := c.scanVar(text[i:])
		if err != nil {
			var se *specError
			errors.As(err, &se)
			errs = append(errs, &specError{se.code, i + se.off, se.text, se.suggest})
			if i++; strings.HasSuffix(se.text, notClosed) {
				break // what follows cannot be told from it
			}
			continue
		}
		v, err := c.bindVar(spec)
		if err != nil {
			off, sug := 0, ""
			var se *specError
			if errors.As(err, &se) {
				if off, sug = se.off, se.suggest; off > 0 {
					off += strings.Index(text[i:i+n], spec)
				}
			}
			errs = append(errs, &specError{codeOf(err, diag.PVForm), i + off, err.Error(), sug})
		} else {
			if why := c.wrongBlock(spec, v); why != "" {
				errs = append(errs, specErrorf(diag.WrongBlock, i, "%s", why))
			}
			flush()
			get := v.Get
			if v.Print != nil {
				get = v.Print
			}
			ps = append(ps, part{get: get})
		}
		i += n
	}
	flush()
	return ps, errs
}

// Format implements registry.Build.
func (c *compiler) Format(text string) (rt.Expr, error) {
	ps, errs := c.parts(text)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c.join(ps), nil
}

// formatAt compiles a string literal as a format, reporting errors at their
// columns. x is nil for a text without variables, which text is then.
func (c *compiler) formatAt(lit *ast.StringLit) (x rt.Expr, text string, err error) {
	ps, errs := c.parts(lit.Value)
	for _, e := range errs {
		var se *specError
		errors.As(e, &se)
		pos := lit.Pos
		if lit.Exact {
			pos += diag.Pos(1 + se.off)
		}
		c.errorf(se.code, pos, se.suggest, "%s", se.text)
	}
	switch {
	case len(errs) > 0:
		return nil, "", errs[0]
	case len(ps) == 0:
		return nil, "", nil
	case len(ps) == 1 && ps[0].get == nil:
		return nil, ps[0].text, nil
	}
	return c.join(ps), "", nil
}

// join puts a format together in the arena. All variables are evaluated first,
// since they may use the arena themselves; longer formats are built of pieces.
func (c *compiler) join(ps []part) rt.Expr {
	for len(ps) > maxParts {
		var pieces []part
		for p := range slices.Chunk(ps, maxParts) {
			if len(p) > 1 {
				p = []part{{get: c.join(p)}}
			}
			pieces = append(pieces, p[0])
		}
		ps = pieces
	}
	if len(ps) == 0 {
		return func(*rt.Ctx) value.Value { return value.Empty() }
	}
	if len(ps) == 1 && ps[0].get == nil {
		v := c.Const(ps[0].text)
		return func(*rt.Ctx) value.Value { return v }
	}
	if len(ps) <= fewParts {
		return func(c *rt.Ctx) value.Value {
			var vs [fewParts]value.Value
			return fill(c, ps, vs[:len(ps)])
		}
	}
	return func(c *rt.Ctx) value.Value {
		var vs [maxParts]value.Value
		return fill(c, ps, vs[:len(ps)])
	}
}

// fill evaluates a format's variables into vs and builds the text.
func fill(c *rt.Ctx, ps []part, vs []value.Value) value.Value {
	for i := range ps {
		if get := ps[i].get; get != nil {
			vs[i] = get(c)
		}
	}
	m := c.Mark()
	for i := range ps {
		switch {
		case ps[i].get == nil:
			c.AppendString(ps[i].text)
		case vs[i].IsUndef():
			c.AppendString(nullText)
		default:
			c.AppendValue(vs[i])
		}
	}
	return c.FromMark(m)
}
