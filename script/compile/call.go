package compile

import (
	"errors"
	"slices"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/compile/posix"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// callOp makes the operations of a function call: those of calls within its
// arguments, then its own. done decides by Ctx.Ret where the script goes on; it
// runs after the call, or when the script is resumed after it.
func (c *compiler) callOp(e *ast.Call, t int, fail rt.Op, done rt.Op) rt.Op {
	f, _ := c.table.Function(e.Name)
	if f == nil {
		c.argumentsOnly(e)
		return done // reported by the checker
	}
	if len(e.Args) > len(f.Args) {
		return done // reported by the checker
	}
	args := slices.Clone(e.Args)
	held := make([]ast.Expr, len(args)) // arguments that are no values stay out of the lowering
	for i := range args {
		if !takesValue(f.Args[i].Kind) {
			held[i], args[i] = args[i], nil
		}
	}
	return c.lowerList(args, t, fail, func(xs []ast.Expr, t int) rt.Op {
		for i := range xs {
			if xs[i] == nil {
				xs[i] = held[i]
			}
		}
		fn := c.bind(e, f, xs)
		if fn == nil {
			return done
		}
		if slices.ContainsFunc(xs, func(x ast.Expr) bool { return takesFault(c, x) }) {
			fn = forgive(fn)
		}
		return c.invoke(e, f, fn, t, done)
	})
}

// argumentsOnly looks for mistakes in the arguments of a function whose module is
// not loaded.
func (c *compiler) argumentsOnly(e *ast.Call) {
	f := c.table.Functions[e.Name]
	if f == nil {
		return
	}
	for i := range min(len(e.Args), len(f.Args)) {
		if !c.impure(e.Args[i]) {
			c.argument(e, &f.Args[i], e.Args[i], &registry.Actual{Kind: f.Args[i].Kind})
		}
	}
}

// takesFault reports whether an argument may fail while the function runs.
func takesFault(c *compiler, x ast.Expr) bool { return x != nil && c.canFail(x) }

// forgive runs a function whose arguments may fail: they count as 0 then, and
// what follows the call knows nothing of it.
func forgive(fn rt.Func) rt.Func {
	return func(c *rt.Ctx) int32 {
		r := fn(c)
		c.TakeFault()
		return r
	}
}

// takesValue reports whether an argument of the kind may be computed by a call.
func takesValue(k registry.ArgKind) bool { return k != registry.ArgPV && k != registry.ArgIdent }

// invoke is the operation that runs a bound function.
func (c *compiler) invoke(e *ast.Call, f *registry.Function, fn rt.Func, live int, done rt.Op) rt.Op {
	c.stateful = c.stateful || f.Stateful
	if f.Routes != 0 && !f.Routes.AllowsAll(c.reach) {
		fn = guard(f, fn)
	}
	pos, n := int32(e.Pos), int32(live)
	// $rc is of routes and of functions of modules; one of the core that does not
	// wait leaves it alone, as in the reference.
	core := c.table.FunctionOwner[f.Name] == ""
	return func(c *rt.Ctx) rt.Op {
		c.At(pos, n)
		r := fn(c)
		if r == rt.Pending {
			if block := c.TakeEntry(); block != nil {
				return c.Call(done, live, block)
			}
			return c.SuspendAt(done)
		}
		before := c.Ret()
		c.SetRet(r)
		op := done(c)
		if core {
			c.SetRet(before)
		}
		return op
	}
}

// guard refuses a function at run time in a block where it is not allowed: a
// named route can be reached from several kinds of block.
func guard(f *registry.Function, fn rt.Func) rt.Func {
	why := f.Name + "() was called in a block where it is not allowed"
	return func(c *rt.Ctx) int32 {
		if c.Route != 0 && !f.Routes.Allows(c.Route) {
			c.LogError(why, nil)
			return -1
		}
		return fn(c)
	}
}

// bind checks the arguments of a call and binds the function to them; nil after
// an error.
func (c *compiler) bind(e *ast.Call, f *registry.Function, args []ast.Expr) rt.Func {
	actuals := make([]registry.Actual, len(f.Args))
	ok := true
	for i := range f.Args {
		actuals[i].Kind = f.Args[i].Kind
		if i < len(args) {
			actuals[i].Given, actuals[i].Pos = true, args[i].Position()
			ok = c.argument(e, &f.Args[i], args[i], &actuals[i]) && ok
		}
	}
	if !ok || f.Compile == nil {
		return nil
	}
	fn, err := f.Compile(c, actuals)
	if err != nil {
		pos := e.Pos
		var ae *registry.ArgError
		if errors.As(err, &ae) && ae.Index >= 0 && ae.Index < len(args) {
			pos = args[ae.Index].Position()
		}
		c.errorf(codeOf(err, diag.Argument), pos, suggestionOf(err), "%s(): %s", e.Name, strings.TrimPrefix(strings.TrimSuffix(err.Error(), "\n"), e.Name+": "))
		return nil
	}
	return fn
}

// constArg notes a constant argument.
func (c *compiler) constArg(a *registry.Actual, k check.Constant) {
	a.Const, a.Text, a.Num = true, k.Text(), k.Int()
	v := c.value(k)
	a.Eval = func(*rt.Ctx) value.Value { return v }
}

// argument fills one actual argument; false after an error.
func (c *compiler) argument(call *ast.Call, f *registry.Arg, e ast.Expr, a *registry.Actual) bool {
	k := c.fold(e)
	lit, _ := check.Strip(e).(*ast.StringLit)
	switch f.Kind {
	case registry.ArgPV:
		return c.pvArg(call, f, e, a)
	case registry.ArgIdent:
		return c.wordArg(call, f, e, a)
	case registry.ArgFlag, registry.ArgAVPFlag:
		return c.flagArg(call, f, e, a)
	case registry.ArgStatic:
		if id, ok := check.Strip(e).(*ast.Ident); ok && !k.Known() {
			k = check.StrConst(id.Name)
		}
		if addr, ok := check.Strip(e).(*ast.AddrLit); ok {
			k = check.StrConst(addr.Text)
		}
		if !k.Known() {
			c.errorf(diag.Argument, e.Position(), "", "%s(): the argument %q must be known at start: a string or a number", call.Name, f.Name)
			return false
		}
	case registry.ArgRoute:
		if id, ok := check.Strip(e).(*ast.Ident); ok && !k.Known() {
			k = check.StrConst(id.Name) // existence is the checker's business
		}
		if f.Runs && lit != nil && strings.Contains(lit.Value, "$") {
			x, text, err := c.formatAt(lit)
			if err != nil {
				return false
			}
			if x != nil {
				a.Eval = x
				return true
			}
			k = check.StrConst(text)
		}
	case registry.ArgRegex:
		if k.Known() {
			m, err := posix.CompileLines(k.Text(), true)
			if err != nil {
				c.regexError(e, err)
				return false
			}
			a.Regex = m
		}
	case registry.ArgInt:
		if !c.intArg(call, f, e, k, a) {
			return false
		}
		if a.Eval != nil {
			return true
		}
	case registry.ArgFormat:
		if f.Var && c.isVar(e) && !c.pvArg(call, f, e, a) {
			return false
		}
		if a.PV != nil {
			return true
		}
		if lit != nil && strings.Contains(lit.Value, "$") {
			x, text, err := c.formatAt(lit)
			if err != nil {
				return false
			}
			if x != nil {
				a.Eval = x
				return true
			}
			k = check.StrConst(text)
		}
	}
	if k.Known() {
		c.constArg(a, k)
		return true
	}
	if addr, ok := check.Strip(e).(*ast.AddrLit); ok {
		c.constArg(a, check.StrConst(addr.Text))
		return true
	}
	a.Eval = c.expr(e)
	return true
}

// intArg checks a number; it sets Eval only for a text with variables in it.
func (c *compiler) intArg(call *ast.Call, f *registry.Arg, e ast.Expr, k check.Constant, a *registry.Actual) bool {
	if !k.Known() {
		return true
	}
	n := k.Num
	if k.Kind == value.Str {
		if lit, ok := check.Strip(e).(*ast.StringLit); ok && strings.Contains(k.Str, "$") {
			x, _, err := c.formatAt(lit)
			if err != nil || x == nil {
				return false
			}
			a.Eval = func(c *rt.Ctx) value.Value { return value.FromInt(c.Int(x(c))) }
			return true
		}
		v, ok := value.ParseInt([]byte(k.Str))
		if !ok {
			c.errorf(diag.Argument, e.Position(), "", "%s(): the argument %q must be a number, not %q", call.Name, f.Name, k.Str)
			return false
		}
		n = v
	}
	if (f.Min != 0 || f.Max != 0) && (n < f.Min || n > f.Max) {
		c.errorf(diag.Argument, e.Position(), "", "%s(): the argument %q must be a number from %d to %d, not %d", call.Name, f.Name, f.Min, f.Max, n)
		return false
	}
	c.constArg(a, check.IntConst(n))
	return true
}

// pvArg binds a variable, written as such or in a string.
func (c *compiler) pvArg(call *ast.Call, f *registry.Arg, e ast.Expr, a *registry.Actual) bool {
	switch e := check.Strip(e).(type) {
	case *ast.PV:
		v := c.pv(e)
		a.PV, a.Eval = v, v.Get
		return !v.Broken()
	case *ast.StringLit:
		if spec, ok := wholeVar(e.Value); ok {
			v, err := c.Var(spec)
			if err != nil {
				c.errorf(codeOf(err, diag.Argument), e.Pos, suggestionOf(err), "%s", err.Error())
				return false
			}
			a.PV, a.Eval, a.Text = v, v.Get, e.Value
			return true
		}
	}
	c.errorf(diag.Argument, e.Position(), "", "%s(): the argument %q must be a pseudo-variable", call.Name, f.Name)
	return false
}

// isVar reports whether an argument is one pseudo-variable, with or without quotes.
func (c *compiler) isVar(e ast.Expr) bool {
	switch e := check.Strip(e).(type) {
	case *ast.PV:
		return true
	case *ast.StringLit:
		_, ok := wholeVar(e.Value)
		return ok
	}
	return false
}

// wordArg takes a bare word of the argument's list, or a string or expression.
func (c *compiler) wordArg(call *ast.Call, f *registry.Arg, e ast.Expr, a *registry.Actual) bool {
	word := ""
	switch e := check.Strip(e).(type) {
	case *ast.Ident:
		word = e.Name
	case *ast.AddrLit:
		c.constArg(a, check.StrConst(e.Text))
		return true
	case *ast.StringLit:
		if strings.Contains(e.Value, "$") {
			x, text, err := c.formatAt(e)
			if err != nil {
				return false
			}
			if x != nil {
				a.Eval = x
				return true
			}
			c.constArg(a, check.StrConst(text))
			return true
		}
	}
	if word != "" {
		if len(f.Words) > 0 && !slices.Contains(f.Words, word) && !strings.Contains(word, ".") {
			c.errorf(diag.Argument, e.Position(), suggest(word, f.Words), "%s(): the argument %q is %q; expected %s or a string", call.Name, f.Name, word, strings.Join(f.Words, ", "))
			return false
		}
		c.constArg(a, check.StrConst(word))
		return true
	}
	if k := c.fold(e); k.Known() {
		c.constArg(a, k)
		return true
	}
	if c.impure(e) {
		c.errorf(diag.Argument, e.Position(), "", "%s(): the argument %q cannot be a call", call.Name, f.Name)
		return false
	}
	a.Eval = c.expr(e)
	return true
}
