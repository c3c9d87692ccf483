package check

import (
	"strconv"

	"sipedge/script/ast"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Constant is a value known at start. Its Kind is Undef for "not constant".
type Constant struct {
	Kind value.Kind
	Num  int64
	Str  string
}

// IntConst makes a Constant of a number, reduced to the language's 32 bits.
func IntConst(n int64) Constant { return Constant{Kind: value.Int, Num: rt.Wrap(n)} }

// StrConst makes a Constant of a text.
func StrConst(s string) Constant { return Constant{Kind: value.Str, Str: s} }

// BoolConst makes 1 or 0.
func BoolConst(b bool) Constant {
	if b {
		return IntConst(1)
	}
	return IntConst(0)
}

// Known reports whether there is a value.
func (k Constant) Known() bool { return k.Kind != value.Undef }

// Int is the Constant as a number: int("abc") is 0.
func (k Constant) Int() int64 {
	if k.Kind == value.Str {
		n, _ := value.ParseInt([]byte(k.Str))
		return n
	}
	return k.Num
}

// Text is the Constant as a text.
func (k Constant) Text() string {
	if k.Kind == value.Int {
		return strconv.FormatInt(k.Num, 10)
	}
	return k.Str
}

// Truth is the Constant as an operand of && || !.
func (k Constant) Truth() bool { return k.Int() != 0 }

// Folder computes what is known of expressions at start, each once.
type Folder struct {
	table *registry.Table
	done  map[ast.Expr]Constant
}

// NewFolder makes a Folder for scripts that use table.
func NewFolder(table *registry.Table) *Folder {
	return &Folder{table: table, done: map[ast.Expr]Constant{}}
}

// Fold is the value of an expression that is known at start.
func (f *Folder) Fold(e ast.Expr) Constant {
	switch e := e.(type) {
	case *ast.IntLit:
		return IntConst(e.Value)
	case *ast.StringLit:
		return StrConst(e.Value)
	case *ast.Paren:
		return f.Fold(e.X)
	case *ast.Ident:
		return f.identConst(e.Name)
	case *ast.Unary, *ast.Binary:
		if k, ok := f.done[e]; ok {
			return k
		}
		var k Constant
		switch e := e.(type) {
		case *ast.Unary:
			k = foldUnary(e.Op, f.Fold(e.X))
		case *ast.Binary:
			if !f.KeywordCompare(e) {
				k = f.binary(e)
			}
		}
		f.done[e] = k
		return k
	}
	return Constant{}
}

// binary folds an operator. x && 0, 0 / x, 0 mod x, x * 0 and x & 0 are 0 and
// x || 1 is 1 whatever x is, as in the reference, unless x calls something.
func (f *Folder) binary(e *ast.Binary) Constant {
	l, r := f.Fold(e.L), f.Fold(e.R)
	zero := func(k Constant, other ast.Expr) bool {
		return k.Kind == value.Int && k.Num == 0 && !hasCalls(other)
	}
	switch e.Op {
	case "&&", "||":
		if r.Known() && r.Truth() == (e.Op == "||") && !hasCalls(e.L) {
			return BoolConst(r.Truth())
		}
	case "/", "mod":
		if !r.Known() && zero(l, e.R) {
			return IntConst(0)
		}
	case "*", "&":
		if zero(l, e.R) || zero(r, e.L) {
			return IntConst(0)
		}
	}
	return foldBinary(e.Op, l, r)
}

// hasCalls reports whether an expression calls anything, or holds what the
// compiler has put in the place of a call.
func hasCalls(e ast.Expr) (yes bool) {
	walk(e, func(n any) {
		switch n.(type) {
		case *ast.IntLit, *ast.StringLit, *ast.Ident, *ast.AddrLit, *ast.PV, *ast.Select, *ast.Unary, *ast.Binary, *ast.Paren:
		default:
			yes = true
		}
	})
	return yes
}

// identConst is the number of a protocol or address family written as a word.
func (f *Folder) identConst(name string) Constant {
	if f.table.Keywords[name] != nil {
		return Constant{}
	}
	if n, ok := registry.WordValue(name); ok {
		return IntConst(n)
	}
	return Constant{}
}

func foldUnary(op string, x Constant) Constant {
	if !x.Known() {
		return Constant{}
	}
	switch op {
	case "!":
		return BoolConst(!x.Truth())
	case "~":
		return IntConst(^x.Int())
	case "-":
		return IntConst(-x.Int())
	case "defined":
		return IntConst(1)
	case "(int)":
		return IntConst(x.Int())
	case "(str)":
		return StrConst(x.Text())
	case "strlen":
		return IntConst(int64(len(x.Text())))
	case "strempty":
		return BoolConst(x.Text() == "")
	}
	return Constant{}
}

func foldBinary(op string, l, r Constant) Constant {
	switch {
	case op == "&&" && l.Known() && !l.Truth():
		return IntConst(0)
	case op == "||" && l.Known() && l.Truth():
		return IntConst(1)
	case !l.Known() || !r.Known():
		return Constant{}
	}
	switch op {
	case "&&", "||":
		return BoolConst(r.Truth())
	case "+":
		if l.Kind == value.Int {
			return IntConst(l.Num + r.Int())
		}
		s := l.Str + r.Text()
		if len(s) > maxFolded {
			return Constant{}
		}
		return StrConst(s)
	case "-":
		return IntConst(l.Int() - r.Int())
	case "*":
		return IntConst(l.Int() * r.Int())
	case "/", "mod":
		if r.Int() == 0 {
			return Constant{}
		}
		if op == "mod" {
			return IntConst(l.Int() % r.Int())
		}
		return IntConst(l.Int() / r.Int())
	case "|":
		return IntConst(l.Int() | r.Int())
	case "&":
		return IntConst(l.Int() & r.Int())
	case "^":
		return IntConst(l.Int() ^ r.Int())
	case "<<", ">>":
		return IntConst(rt.Shift(l.Int(), r.Int(), op == "<<"))
	case "==", "!=":
		eq := l.Text() == r.Text()
		if l.Kind == value.Int {
			eq = l.Num == r.Int()
		}
		return BoolConst(eq == (op == "=="))
	case "eq", "ne":
		return BoolConst((l.Text() == r.Text()) == (op == "eq"))
	case "ieq", "ine":
		return BoolConst((l.Int() == r.Int()) == (op == "ieq"))
	case "<", ">", "<=", ">=":
		return BoolConst(less(op, l.Int(), r.Int()))
	}
	return Constant{}
}

// less is a op b for one of < > <= >=.
func less(op string, a, b int64) bool {
	switch op {
	case "<":
		return a < b
	case ">":
		return a > b
	case "<=":
		return a <= b
	}
	return a >= b
}

// maxFolded is the longest text in bytes that is put together at start; a chain
// of longer ones would be kept with all its beginnings.
const maxFolded = 4096

// Strip takes the parentheses off an expression.
func Strip(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// Keyword is the keyword operand that an expression is, nil for others.
func (f *Folder) Keyword(e ast.Expr) *registry.Keyword {
	if id, ok := Strip(e).(*ast.Ident); ok {
		return f.table.Keywords[id.Name]
	}
	return nil
}

// IsWord reports whether an expression is the bare word name.
func IsWord(e ast.Expr, name string) bool {
	id, ok := Strip(e).(*ast.Ident)
	return ok && id.Name == name
}

// KeywordCompare reports whether a comparison has a keyword's own rules.
func (f *Folder) KeywordCompare(e *ast.Binary) bool {
	return IsBool(e.Op) && e.Op != "&&" && e.Op != "||" &&
		(f.Keyword(e.L) != nil || f.Keyword(e.R) != nil || IsWord(e.L, "myself") || IsWord(e.R, "myself"))
}

// IsBool tells the operators whose result is 0 or 1.
func IsBool(op string) bool {
	switch op {
	case "&&", "||", "==", "!=", "=~", "!~", "eq", "ne", "ieq", "ine", "<", ">", "<=", ">=":
		return true
	}
	return false
}
