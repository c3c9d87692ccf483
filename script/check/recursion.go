package check

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/rt"
)

// recursion warns of routes that call themselves, or one another in a circle,
// each time they run: only the bound on nested calls ends them. A call that
// depends on a condition is a loop, which scripts may want.
func (k *checker) recursion() {
	next := map[*ast.RouteBlock]*ast.RouteBlock{}
	at := map[*ast.RouteBlock]*ast.RouteCall{}
	for _, b := range k.cfg.Routes {
		c := k.certainCall(b)
		if c == nil {
			continue
		}
		name, _ := RouteName(c.Target)
		if to := k.blocks[rt.RouteKey{Kind: rt.RequestRoute, Name: name}]; to != nil {
			next[b], at[b] = to, c
		}
	}
	order, walk := map[*ast.RouteBlock]int{}, map[*ast.RouteBlock]int{}
	for i, b := range k.cfg.Routes {
		order[b] = i
	}
	for i, b := range k.cfg.Routes {
		to := b
		for to != nil && walk[to] == 0 { // each block is come to once over all walks
			walk[to] = i + 1
			to = next[to]
		}
		if to == nil || walk[to] != i+1 {
			continue
		}
		first := to // of the circle, as they stand in the script
		for on := next[to]; on != to; on = next[on] {
			if order[on] < order[first] {
				first = on
			}
		}
		how := "itself"
		if next[first] != first {
			how = "itself through " + blockName(next[first])
		}
		Warn(k.diags, diag.Recursion, at[first].Pos, "%s calls %s each time it runs, until calls are nested more than %d deep", blockName(first), how, rt.MaxCallDepth)
	}
}

// certainCall is the route call that a block comes to whenever it runs, with
// nothing before it that could end the block; nil for none.
func (k *checker) certainCall(b *ast.RouteBlock) *ast.RouteCall {
	if b.Body == nil {
		return nil
	}
	for _, s := range b.Body.Stmts {
		if c := soonest(s); c != nil {
			if _, ok := RouteName(c.Target); ok {
				return c
			}
			return nil
		}
		if k.mayEnd(s) {
			return nil
		}
	}
	return nil
}

// soonest is the route call with which a statement begins: the statement itself,
// or what an if or switch asks first.
func soonest(n any) *ast.RouteCall {
	switch n := n.(type) {
	case *ast.RouteCall:
		return n
	case *ast.If:
		return soonest(n.Cond)
	case *ast.Switch:
		return soonest(n.Value)
	case *ast.Jump:
		return soonest(n.Value)
	case *ast.Assign:
		return soonest(n.Value)
	case *ast.Paren:
		return soonest(n.X)
	case *ast.Unary:
		return soonest(n.X)
	case *ast.Binary:
		return soonest(n.L)
	}
	return nil
}

// mayEnd tells whether the way through the block may end in a statement, or
// leave it through another route.
func (k *checker) mayEnd(s ast.Stmt) (yes bool) {
	walk(s, func(n any) {
		switch n := n.(type) {
		case *ast.Jump, *ast.RouteCall:
			yes = true
		case *ast.Call:
			f, _ := k.table.Function(n.Name)
			yes = yes || f == nil || f.Ends
		}
	})
	return yes
}
