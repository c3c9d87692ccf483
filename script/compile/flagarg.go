package compile

import (
	"strings"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/value"
)

// flagArg takes a flag: a number, a name that is declared for flags of its kind
// (flags for those of the message, avpflags for those of values), a text with
// variables in it, or an expression.
func (c *compiler) flagArg(call *ast.Call, f *registry.Arg, e ast.Expr, a *registry.Actual) bool {
	k := c.fold(e)
	if id, ok := check.Strip(e).(*ast.Ident); ok && !k.Known() {
		k = check.StrConst(id.Name)
	}
	if !k.Known() {
		a.Eval = c.expr(e)
		return true
	}
	if lit, ok := check.Strip(e).(*ast.StringLit); ok && strings.Contains(lit.Value, "$") {
		x, _, err := c.formatAt(lit)
		if err != nil || x == nil {
			return false
		}
		a.Eval = x
		return true
	}
	n, isNum := k.Num, k.Kind == value.Int
	if !isNum {
		n, isNum = value.ParseInt([]byte(k.Str))
	}
	if isNum {
		if n < 0 || n > 31 {
			c.errorf(diag.Flag, e.Position(), "", "%s(): flag %d is out of range; flags are 0 to 31", call.Name, n)
			return false
		}
	} else {
		bit, ok := c.namedFlag(call, f, e, k.Str)
		if !ok {
			return false
		}
		n = int64(bit)
	}
	c.constArg(a, check.IntConst(n))
	return true
}

// namedFlag is the number of a declared flag of the argument's kind; a name of the
// other kind gets an error of its own.
func (c *compiler) namedFlag(call *ast.Call, f *registry.Arg, e ast.Expr, name string) (int, bool) {
	bit, ok := c.Flag(name)
	avpBit, avp := c.AVPFlag(name)
	if f.Kind == registry.ArgAVPFlag {
		switch {
		case avp:
			return avpBit, true
		case ok:
			c.errorf(diag.Flag, e.Position(), "", "%s(): %q is declared with flags; it is a flag of the message, not of values", call.Name, name)
		default:
			c.errorf(diag.Flag, e.Position(), suggest(name, registry.Names(c.info.AVPFlags)), "%s(): AVP flag %q is not declared (avpflags)", call.Name, name)
		}
		return 0, false
	}
	switch {
	case ok:
		return bit, true
	case avp:
		c.errorf(diag.Flag, e.Position(), "", "%s(): %q is declared with avpflags; it is a flag of values, not of the message", call.Name, name)
	default:
		c.errorf(diag.Flag, e.Position(), suggest(name, c.flagNames()), "%s(): flag %q is not declared", call.Name, name)
	}
	return 0, false
}
