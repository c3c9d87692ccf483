package check

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/value"
)

// loop tells what break leaves at a place: nil outside of while and switch.
type loop struct{ breaks bool }

// stmts looks at a sequence of statements and reports whether its end can never
// be reached. A statement behind exit, drop, return, break or a function that
// ends the script can never run: an error, since a line was surely meant to do
// something. (A lone break there is harmless and common at the end of a case.)
func (k *checker) stmts(ss []ast.Stmt, in *loop) (ends bool) {
	reported := false
	for i, s := range ss {
		if ends && !reported && !isBreak(s) && !k.block.Unclosed {
			reported = true
			if direct(ss[i-1]) || i > 1 && isBreak(ss[i-1]) && direct(ss[i-2]) || k.endsCall(ss[i-1]) {
				Warn(k.diags, diag.Unreachable, s.Position(), "unreachable code: the \"%s\" before it never lets the script come here", word(ss, i))
			} else {
				Warn(k.diags, diag.Unreachable, s.Position(), "unreachable code: every way through the statement before it ends")
			}
		}
		ends = k.stmt(s, in) || ends
	}
	return ends
}

// body is stmts of a block, which the parser leaves out after some errors.
func (k *checker) body(b *ast.Block, in *loop) (ends bool) {
	if b == nil {
		return false
	}
	return k.stmts(b.Stmts, in)
}

// word is the statement that ends the way before statement i.
func word(ss []ast.Stmt, i int) string {
	for i--; i >= 0; i-- {
		switch s := ss[i].(type) {
		case *ast.Jump:
			if s.Kind != ast.Break || i == 0 || !direct(ss[i-1]) {
				return s.Kind.String()
			}
		case *ast.ExprStmt:
			if c, ok := Strip(s.X).(*ast.Call); ok {
				return c.Name
			}
		}
	}
	return "statement"
}

func direct(s ast.Stmt) bool {
	_, ok := s.(*ast.Jump)
	return ok
}

func isBreak(s ast.Stmt) bool {
	j, ok := s.(*ast.Jump)
	return ok && j.Kind == ast.Break
}

func (k *checker) endsCall(s ast.Stmt) bool {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	c, ok := Strip(x.X).(*ast.Call)
	if !ok {
		return false
	}
	f, _ := k.table.Function(c.Name)
	return f != nil && f.Ends
}

// stmt looks at one statement and reports whether what follows it in its block
// can never run.
func (k *checker) stmt(s ast.Stmt, in *loop) (ends bool) {
	switch s := s.(type) {
	case *ast.Block:
		return k.body(s, in)
	case *ast.If:
		return k.ifStmt(s, in)
	case *ast.While:
		k.expr(s.Cond, false)
		c := k.fold.Fold(s.Cond)
		if c.Known() && !c.Truth() {
			Warn(k.diags, diag.ConstantCondition, s.Cond.Position(), "the condition is always false, so the loop never runs")
		}
		l := &loop{}
		k.body(s.Body, l)
		if c.Known() && c.Truth() && !l.breaks && !k.leaves(s.Body) {
			Warn(k.diags, diag.ConstantCondition, s.Cond.Position(), "nothing in the loop ends it, so it runs until max_while_loops ends it")
		}
		return false // max_while_loops ends every loop
	case *ast.Switch:
		return k.switchStmt(s)
	case *ast.Assign:
		k.target(s)
		k.expr(s.Value, false)
	case *ast.ExprStmt:
		return k.exprStmt(s)
	case *ast.RouteCall:
		k.routeCall(s)
	case *ast.Jump:
		k.expr(s.Value, false)
		if s.Kind == ast.Break {
			if in == nil {
				Warn(k.diags, diag.Break, s.Pos, "break outside of while and switch leaves the route with the result 0; write return(0)")
			} else {
				in.breaks = true
			}
		}
		return true
	}
	return false
}

// leaves tells whether anything in a loop's body may end the loop besides a
// break: a jump, a route that may exit, a function that ends the script.
func (k *checker) leaves(b *ast.Block) (yes bool) {
	walk(b, func(n any) {
		switch n := n.(type) {
		case *ast.Jump:
			yes = yes || n.Kind != ast.Break
		case *ast.RouteCall:
			yes = true
		case *ast.Call:
			f, _ := k.table.Function(n.Name)
			yes = yes || f == nil || f.Ends
		}
	})
	return yes
}

func (k *checker) ifStmt(s *ast.If, in *loop) bool {
	k.expr(s.Cond, false)
	if c := k.fold.Fold(s.Cond); c.Known() {
		if c.Int() > 0 {
			Warn(k.diags, diag.ConstantCondition, s.Cond.Position(), "the condition is always true")
		} else {
			Warn(k.diags, diag.ConstantCondition, s.Cond.Position(), "the condition is always false, so this branch never runs")
		}
	} else if lit, ok := Strip(s.Cond).(*ast.PV); ok && lit.Spec == "null" {
		Warn(k.diags, diag.ConstantCondition, s.Cond.Position(), "the condition is always false, so this branch never runs")
	}
	yes := k.body(s.Then, in)
	if s.Else == nil {
		return false
	}
	no := k.stmt(s.Else, in)
	return yes && no
}

func (k *checker) exprStmt(s *ast.ExprStmt) bool {
	if c, ok := s.X.(*ast.Call); ok && c.Bare && k.table.Keywords[c.Name] != nil {
		Report(k.diags, diag.NoEffect, s.Position(), "", "the word %q alone does nothing; a call or an assignment is expected", c.Name)
		return false
	}
	k.expr(s.X, false)
	return k.endsCall(s)
}

// target looks at the left side of an assignment.
func (k *checker) target(s *ast.Assign) {
	switch t := Strip(s.Target).(type) {
	case *ast.PV:
	case *ast.Select:
		Report(k.diags, diag.ReadOnly, t.Pos, "", "the select @%s cannot be assigned to", t.Path)
	default:
		Report(k.diags, diag.ReadOnly, s.Target.Position(), "", "only a pseudo-variable can be assigned to")
	}
}

// switchStmt looks at the labels of a switch: constants of one type, each once.
func (k *checker) switchStmt(s *ast.Switch) bool {
	k.expr(s.Value, false)
	if k.fold.Fold(s.Value).Known() {
		Warn(k.diags, diag.ConstantCondition, s.Value.Position(), "the value of the switch is constant")
	}
	l := &loop{}
	seen := map[string]*ast.Case{}
	var def, firstInt, firstStr *ast.Case
	mixed, allEnd := false, true
	for i, c := range s.Cases {
		if c.Default {
			if def != nil {
				Report(k.diags, diag.DuplicateLabel, c.Pos, "", "default stands twice in this switch; the first is in line %d", k.line(def))
			}
			def = c
		} else {
			kind := k.label(c, seen)
			switch {
			case kind == value.Int && firstInt == nil:
				firstInt = c
			case kind == value.Str && firstStr == nil:
				firstStr = c
			}
			if firstInt != nil && firstStr != nil && !mixed {
				mixed = true
				Report(k.diags, diag.MixedLabels, c.Pos, "", "integer and string labels in one switch: line %d has an integer, line %d a string",
					k.line(firstInt), k.line(firstStr))
			}
		}
		end := k.stmts(c.Stmts, l)
		if i == len(s.Cases)-1 {
			allEnd = end
		}
	}
	return def != nil && allEnd && !l.breaks
}

// label looks at one label and returns its type.
func (k *checker) label(c *ast.Case, seen map[string]*ast.Case) value.Kind {
	if c.Value == nil {
		return value.Undef // the parser has reported it
	}
	v := k.fold.Fold(c.Value)
	if !v.Known() {
		k.expr(c.Value, false)
		Report(k.diags, diag.Label, c.Value.Position(), "", "a label of a switch must be a constant")
		return value.Undef
	}
	kind, key := v.Kind, v.Text()
	if c.Regex {
		kind, key = value.Str, "/"+key
	} else {
		key = kind.String() + key
	}
	if first := seen[key]; first != nil {
		Report(k.diags, diag.DuplicateLabel, c.Value.Position(), "", "the label %s stands twice in this switch; the first is in line %d", shown(c, v), k.line(first))
	} else {
		seen[key] = c
	}
	return kind
}

func shown(c *ast.Case, v Constant) string {
	switch {
	case c.Regex:
		return "/\"" + v.Str + "\""
	case v.Kind == value.Str:
		return "\"" + v.Str + "\""
	}
	return v.Text()
}

func (k *checker) line(c *ast.Case) int { return k.cfg.Files.Position(c.Pos).Line }
