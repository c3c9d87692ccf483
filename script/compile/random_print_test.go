package compile_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"sipedge/script/ast"
)

// printer writes a program as a script, in one of the many ways that mean the
// same: parentheses only where precedence needs them and sometimes elsewhere,
// defines for literals and operators, strings in pieces.
type printer struct {
	strings.Builder
	r *rand.Rand
}

// printDefines are the defines that printed scripts use.
const printDefines = `#!KAMAILIO
#!define FIVE 5
#!define TWO (1 + \
  1)
#!define EMPTY ""
#!define EITHER ||
#!ifdef FIVE
#!trydef FIVE 6
#!else
this is left out
#!endif
#!ifexp TWO != "" && 2 * 3 == 6
#!define ABC "ab" 'c'
#!endif
`

// looseness is the precedence of operators, the loosest first.
var looseness = [][]string{{"||"}, {"&&"}, {"|"}, {"&"}, {"^"}, {"<<", ">>"}, {"==", "!=", "=~", "!~", "eq", "ne", "ieq", "ine"},
	{">", "<", ">=", "<="}, {"+", "-"}, {"*", "/", "mod"}}

func tightness(op string) int {
	for i, ops := range looseness {
		for _, o := range ops {
			if o == op {
				return i
			}
		}
	}
	panic(op)
}

// print is the script of a program.
func print(cfg *ast.Config, seed uint64) string {
	p := &printer{r: rand.New(rand.NewPCG(seed, 3))}
	p.WriteString(printDefines)
	for _, b := range cfg.Routes {
		p.WriteString("route")
		if b.Name != "" {
			p.WriteString("[" + b.Name + "]")
		}
		p.WriteString(" ")
		p.block(b.Body)
	}
	return p.String()
}

func (p *printer) block(b *ast.Block) {
	p.WriteString("{\n")
	p.stmts(b.Stmts)
	p.WriteString("}\n")
}

func (p *printer) stmts(ss []ast.Stmt) {
	for _, s := range ss {
		p.stmt(s)
	}
}

func (p *printer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Block:
		p.block(s)
	case *ast.If:
		p.WriteString("if (" + p.expr(s.Cond) + ") ")
		p.block(s.Then)
		if s.Else != nil {
			p.WriteString("else ")
			p.stmt(s.Else)
		}
	case *ast.While:
		p.WriteString("while (" + p.expr(s.Cond) + ") ")
		p.block(s.Body)
	case *ast.Switch:
		p.WriteString("switch (" + p.expr(s.Value) + ") {\n")
		for _, c := range s.Cases {
			switch {
			case c.Default:
				p.WriteString("default:\n")
			case c.Regex:
				p.WriteString("case /" + p.expr(c.Value) + ":\n")
			default:
				p.WriteString("case " + p.expr(c.Value) + ":\n")
			}
			p.stmts(c.Stmts)
		}
		p.WriteString("}\n")
	case *ast.Assign:
		p.WriteString(p.bare(s.Target) + " = " + p.expr(s.Value) + ";\n")
	case *ast.ExprStmt:
		p.WriteString(p.bare(s.X) + ";\n")
	case *ast.RouteCall:
		p.WriteString(p.bare(s) + ";\n")
	case *ast.Jump:
		p.WriteString(s.Kind.String())
		if s.Value != nil {
			p.WriteString(" " + p.expr(s.Value))
		} else if p.r.IntN(2) == 0 {
			p.WriteString("()")
		}
		p.WriteString(";\n")
	}
}

func (p *printer) text(s string) string {
	switch n := p.r.IntN(5); {
	case s == "":
		return []string{`""`, "EMPTY", `"" ''`, `''`, `""`}[n]
	case s == "abc" && n == 0:
		return "ABC"
	case n == 1 && len(s) > 1:
		return "'" + s[:1] + "' " + strconv.Quote(s[1:])
	case n == 2:
		return "'" + s + "'"
	case n == 3 && s[0] >= 'a':
		return fmt.Sprintf("\"\\x%02x%s\"", s[0], s[1:])
	}
	return `"` + strings.ReplaceAll(s, `\`, `\\`) + `"`
}

func (p *printer) expr(x ast.Expr) string {
	s := p.bare(x)
	switch x.(type) {
	case *ast.Binary, *ast.Unary, *ast.PV:
		if p.r.IntN(12) == 0 {
			return "(" + s + ")"
		}
	}
	return s
}

// bare is an expression without surplus parentheses around it.
func (p *printer) bare(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.IntLit:
		switch {
		case x.Value == 5:
			return "FIVE"
		case x.Value == 2:
			return []string{"TWO", "2", "10b", "02"}[p.r.IntN(4)]
		case x.Value > 0 && p.r.IntN(4) == 0:
			return fmt.Sprintf("%#x", x.Value)
		}
		return strconv.FormatInt(x.Value, 10)
	case *ast.StringLit:
		return p.text(x.Value)
	case *ast.PV:
		if strings.ContainsAny(x.Spec, "{[") || p.r.IntN(2) == 0 {
			return "$(" + x.Spec + ")"
		}
		return "$" + x.Spec
	case *ast.Select:
		return "@" + x.Path
	case *ast.Ident:
		return x.Name
	case *ast.AddrLit:
		return x.Text
	case *ast.Paren:
		return "(" + p.bare(x.X) + ")"
	case *ast.Call:
		var args []string
		for _, a := range x.Args {
			args = append(args, p.bare(a))
		}
		return x.Name + "(" + strings.Join(args, ", ") + ")"
	case *ast.RouteCall:
		return "route(" + p.bare(x.Target) + ")"
	case *ast.Unary:
		if x.Op == "strlen" || x.Op == "strempty" {
			return x.Op + "(" + p.bare(x.X) + ")"
		}
		op := map[string]string{"defined": "defined ", "!": []string{"!", "not "}[p.r.IntN(2)], "-": "- "}[x.Op]
		if op == "" {
			op = x.Op
		}
		if _, ok := x.X.(*ast.Binary); ok {
			return op + "(" + p.bare(x.X) + ")"
		}
		return op + p.bare(x.X)
	case *ast.Binary:
		op := x.Op
		switch {
		case op == "||":
			op = []string{"||", "EITHER", "or"}[p.r.IntN(3)]
		case op == "&&" && p.r.IntN(3) == 0:
			op = "and"
		}
		return p.side(x.L, x.Op, 0) + " " + op + " " + p.side(x.R, x.Op, 1)
	}
	panic(fmt.Sprintf("%T", x))
}

// side is an operand of op; tighter is 1 on the right, since operators group
// from the left.
func (p *printer) side(x ast.Expr, op string, tighter int) string {
	if b, ok := x.(*ast.Binary); ok && tightness(b.Op) < tightness(op)+tighter {
		return "(" + p.bare(x) + ")"
	}
	return p.expr(x)
}
