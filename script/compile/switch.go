package compile

import (
	"sipedge/script/ast"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// switchOp compiles a switch. The labels' type is that of all of them; the
// subject is converted to it. Labels are tried in their order, default last
// wherever it stands; execution falls through to the next label's statements.
func (c *compiler) switchOp(s *ast.Switch, t int, next rt.Op) rt.Op {
	entries := make([]rt.Op, len(s.Cases))
	def, op := next, next
	ints := true
	for i := len(s.Cases) - 1; i >= 0; i-- {
		k := s.Cases[i]
		op = c.stmts(k.Stmts, t, op, next)
		entries[i] = op
		if k.Default {
			def = op
		} else if k.Regex || c.fold(k.Value).Kind == value.Str {
			ints = false
		}
	}
	fail := def
	return at(&ast.Jump{Pos: s.Pos}, c.lower(s.Value, t, fail, func(x ast.Expr, _ int) rt.Op {
		if ints {
			return c.checked(x, c.intSwitch(s, x, entries, def), fail)
		}
		return c.checked(x, c.textSwitch(s, x, entries, def), fail)
	}))
}

func (c *compiler) intSwitch(s *ast.Switch, subject ast.Expr, entries []rt.Op, def rt.Op) rt.Op {
	x := c.intExpr(subject)
	var keys []int64
	var ops []rt.Op
	table := map[int64]rt.Op{}
	for i, k := range s.Cases {
		if k.Default {
			continue
		}
		n := c.fold(k.Value).Int()
		if table[n] == nil {
			table[n] = entries[i]
			keys, ops = append(keys, n), append(ops, entries[i])
		}
	}
	if len(keys) > maxHashless {
		return func(c *rt.Ctx) rt.Op {
			if op := table[x(c)]; op != nil {
				return op
			}
			return def
		}
	}
	return func(c *rt.Ctx) rt.Op {
		n := x(c)
		for i, k := range keys {
			if k == n {
				return ops[i]
			}
		}
		return def
	}
}

// label is a string or pattern of a switch.
type label struct {
	text string
	re   registry.Matcher
	op   rt.Op
}

func (c *compiler) textSwitch(s *ast.Switch, subject ast.Expr, entries []rt.Op, def rt.Op) rt.Op {
	x := c.expr(subject)
	var labels []label
	table, patterns := map[string]rt.Op{}, false
	for i, k := range s.Cases {
		if k.Default {
			continue
		}
		l := label{text: c.fold(k.Value).Text(), op: entries[i]}
		if k.Regex {
			patterns = true
			m, err := c.Regex(l.text, false)
			if err != nil {
				c.regexError(k.Value, err)
				continue
			}
			l.re = m
		} else if table[l.text] == nil {
			table[l.text] = l.op
		}
		labels = append(labels, l)
	}
	if !patterns && len(labels) > maxHashless {
		return func(c *rt.Ctx) rt.Op {
			if op := table[string(c.Text(x(c)))]; op != nil {
				return op
			}
			return def
		}
	}
	return func(c *rt.Ctx) rt.Op {
		b := c.Text(x(c))
		for i := range labels {
			l := &labels[i]
			if l.re == nil && string(b) == l.text || l.re != nil && l.re.Match(b) {
				return l.op
			}
		}
		return def
	}
}
