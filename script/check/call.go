package check

import (
	"fmt"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// call looks at a function call: the name, whether its module is loaded, the
// number of arguments, and the block that it stands in.
func (k *checker) call(e *ast.Call) {
	f, owner := k.table.Function(e.Name)
	if f == nil && owner != "" {
		Report(k.diags, diag.ModuleNotLoaded, e.Pos, "", "function %q is in module %q, which is not loaded", e.Name, owner)
		f = k.table.Functions[e.Name] // what else is wrong with the call shall not wait for it
	}
	if f == nil {
		for _, a := range e.Args {
			k.expr(a, true)
		}
		switch {
		case k.table.PVs[e.Name] != nil && e.Bare:
			Report(k.diags, diag.UnknownWord, e.Pos, "$"+e.Name, "unknown word %q", e.Name)
		default:
			Report(k.diags, diag.UnknownFunction, e.Pos, suggest(e.Name, k.functionNames()), "unknown function %q", e.Name)
		}
		return
	}
	if e.Bare && !f.Bare {
		Report(k.diags, diag.NeedsParentheses, e.Pos, "", "function %q needs parentheses: %s()", e.Name, e.Name)
	}
	k.argumentCount(e, f)
	if reach := k.info.Reach[k.block]; f.Routes != 0 && !f.Routes.Allows(reach) {
		k.wrongBlock(e, f, reach)
	}
	for i, a := range e.Args {
		if i >= len(f.Args) {
			k.expr(a, true)
			continue
		}
		k.argument(e, &f.Args[i], a)
	}
}

// wrongBlock reports a function in a block where it has no meaning. A named route
// passes elsewhere whoever calls it, so that scripts with such routes are there:
// the call is refused when it comes to it, and the author is warned.
func (k *checker) wrongBlock(e *ast.Call, f *registry.Function, reach rt.RouteKind) {
	if k.block.Kind == ast.RequestRoute && f.Routes&rt.RequestRoute != 0 {
		Warn(k.diags, diag.WrongBlock, e.Pos, "%s() fails here: %s is called from %s only, and the function is for %s", e.Name, blockName(k.block), reach, f.Routes)
		return
	}
	Report(k.diags, diag.WrongBlock, e.Pos, "", "%s() is not allowed in %s; it is allowed in %s", e.Name, reach, f.Routes)
}

func (k *checker) argumentCount(e *ast.Call, f *registry.Function) {
	need, most := 0, len(f.Args)
	for _, a := range f.Args {
		if !a.Optional {
			need++
		}
	}
	n := len(e.Args)
	if n >= need && n <= most {
		return
	}
	want := fmt.Sprintf("%d to %d arguments", need, most)
	switch {
	case most == 0:
		want = "no arguments"
	case need == most && need == 1:
		want = "1 argument"
	case need == most:
		want = fmt.Sprintf("%d arguments", need)
	}
	Report(k.diags, diag.ArgumentCount, e.Pos, "", "%s() takes %s, not %d", e.Name, want, n)
}

func (k *checker) argument(call *ast.Call, f *registry.Arg, a ast.Expr) {
	switch f.Kind {
	case registry.ArgIdent, registry.ArgStatic, registry.ArgFlag, registry.ArgAVPFlag:
		k.expr(a, true)
	case registry.ArgRoute:
		k.expr(a, true)
		if name, ok := RouteName(a); ok && name != "" && !f.Runs {
			k.routeArgument(call, f, a, name)
		}
	default:
		k.expr(a, false)
	}
}

// routeArgument looks for the block that a function arms or runs.
func (k *checker) routeArgument(call *ast.Call, f *registry.Arg, a ast.Expr, name string) {
	for kind := rt.RouteKind(1); kind <= rt.EventRoute; kind <<= 1 {
		if f.RouteKind&kind != 0 && k.blocks[rt.RouteKey{Kind: kind, Name: name}] != nil {
			return
		}
	}
	Report(k.diags, diag.UnknownRoute, a.Position(), suggest(name, k.names(f.RouteKind)), "%s(): there is no %s[%s]", call.Name, blockWord(f.RouteKind), name)
}

// blockWord is the keyword of a kind of block.
func blockWord(kind rt.RouteKind) string {
	if kind&(rt.TMReplyRoute|rt.ReplyRoute) != 0 {
		return rt.ReplyRoute.String()
	}
	return kind.String()
}

// functionNames are the names that a script may call.
func (k *checker) functionNames() []string {
	if k.diags.Full() {
		return nil
	}
	var ns []string
	for n := range k.table.Functions {
		if k.table.IsLoaded(k.table.FunctionOwner[n]) {
			ns = append(ns, n)
		}
	}
	return append(ns, "route", "return", "exit", "drop", "break")
}
