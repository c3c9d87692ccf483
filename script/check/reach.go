package check

import (
	"strconv"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// KeysOf are the names under which a program finds a block: the first is its
// own, a further one what modules of different age call it. route[0] and
// onreply_route[0] are the main blocks.
func KeysOf(b *ast.RouteBlock) []rt.RouteKey {
	name := b.Name
	switch b.Kind {
	case ast.RequestRoute:
		if name == "0" {
			name = ""
		}
		return []rt.RouteKey{{Kind: rt.RequestRoute, Name: name}}
	case ast.ReplyRoute:
		if name == "" || name == "0" {
			return []rt.RouteKey{{Kind: rt.ReplyRoute}}
		}
		return []rt.RouteKey{{Kind: rt.TMReplyRoute, Name: name}, {Kind: rt.ReplyRoute, Name: name}}
	case ast.SendRoute:
		return []rt.RouteKey{{Kind: rt.SendRoute}}
	case ast.FailureRoute:
		return []rt.RouteKey{{Kind: rt.FailureRoute, Name: name}}
	case ast.BranchRoute:
		return []rt.RouteKey{{Kind: rt.BranchRoute, Name: name}}
	}
	return []rt.RouteKey{{Kind: rt.EventRoute, Name: name}}
}

// RouteName is the block that a constant argument of route() names: a string, a
// number or a bare word; the main block is "".
func RouteName(e ast.Expr) (string, bool) {
	name := ""
	switch e := Strip(e).(type) {
	case *ast.StringLit:
		name = e.Value
	case *ast.IntLit:
		name = strconv.FormatInt(e.Value, 10)
	case *ast.Ident:
		name = e.Name
	default:
		return "", false
	}
	if name == "0" {
		name = ""
	}
	return name, true
}

// calls are a block's ways to other blocks.
type calls struct {
	names   []string // route(name)
	dynamic bool     // route(expression)
	arms    []rt.RouteKey
	armsAny rt.RouteKind // kinds armed by a name computed at run time
}

// findCalls collects them.
func (k *checker) findCalls(b *ast.RouteBlock) *calls {
	c := &calls{}
	walk(b.Body, func(n any) {
		switch n := n.(type) {
		case *ast.RouteCall:
			if name, ok := RouteName(n.Target); ok {
				c.names = append(c.names, name)
			} else {
				c.dynamic = true
			}
		case *ast.Call:
			f, _ := k.table.Function(n.Name)
			if f == nil {
				return
			}
			for i := range min(len(f.Args), len(n.Args)) {
				if f.Args[i].Kind != registry.ArgRoute {
					continue
				}
				name, ok := RouteName(n.Args[i])
				if f.Args[i].Runs {
					if ok && !strings.Contains(name, "$") {
						c.names = append(c.names, name)
					} else {
						c.dynamic = true
					}
					continue
				}
				if ok {
					c.arms = append(c.arms, rt.RouteKey{Kind: f.Args[i].RouteKind, Name: name})
				} else {
					c.armsAny |= f.Args[i].RouteKind
				}
			}
		}
	})
	return c
}

// reach finds from which kinds of block each block is reached, and warns of
// those that nothing reaches.
func (k *checker) reach() {
	own := map[*ast.RouteBlock]*calls{}
	armed, used := map[rt.RouteKey]bool{}, map[*ast.RouteBlock]bool{}
	var anyKind rt.RouteKind
	dynamic := false
	for _, b := range k.cfg.Routes {
		c := k.findCalls(b)
		own[b] = c
		for _, a := range c.arms {
			armed[a] = true
		}
		anyKind |= c.armsAny
		dynamic = dynamic || c.dynamic
		key := KeysOf(b)[0]
		if b.Kind != ast.RequestRoute || key.Name == "" {
			k.info.Reach[b] = key.Kind
		}
	}
	for _, b := range k.cfg.Routes {
		for _, key := range KeysOf(b) {
			if b.Kind == ast.RequestRoute && (armed[key] || anyKind&rt.RequestRoute != 0) {
				k.info.Reach[b] |= rt.RequestRoute
				used[b] = true
			}
			used[b] = used[b] || armed[key] || anyKind&key.Kind != 0
		}
	}
	for changed := true; changed; {
		changed = false
		add := func(to *ast.RouteBlock, kinds rt.RouteKind) {
			if old := k.info.Reach[to]; old|kinds != old {
				k.info.Reach[to] = old | kinds
				changed = true
			}
		}
		for _, b := range k.cfg.Routes {
			kinds := k.info.Reach[b]
			if kinds == 0 {
				continue
			}
			for _, name := range own[b].names {
				if to := k.blocks[rt.RouteKey{Kind: rt.RequestRoute, Name: name}]; to != nil {
					add(to, kinds)
				}
			}
			if own[b].dynamic {
				for _, to := range k.cfg.Routes {
					if to.Kind == ast.RequestRoute {
						add(to, kinds)
					}
				}
			}
		}
	}
	k.unused(used, dynamic, k.diags.HasErrors())
}

// unused warns of blocks that nothing runs. A block that only unused ones call
// counts as used by them: the warning belongs to the first of a chain. After an
// error of the parser (quiet) some calls may be missing, so nothing is said.
func (k *checker) unused(used map[*ast.RouteBlock]bool, dynamic, quiet bool) {
	called := map[string]bool{}
	for _, b := range k.cfg.Routes {
		for _, n := range k.findCalls(b).names {
			if key := KeysOf(b)[0]; key.Kind != rt.RequestRoute || key.Name != n {
				called[n] = true
			}
		}
	}
	for _, b := range k.cfg.Routes {
		if k.info.Reach[b] == 0 {
			k.info.Reach[b] = rt.RequestRoute
		}
		if quiet {
			continue
		}
		key := KeysOf(b)[0]
		switch b.Kind {
		case ast.RequestRoute:
			if key.Name != "" && !called[key.Name] && !dynamic && !used[b] {
				Warn(k.diags, diag.UnusedRoute, b.Pos, "route[%s] is never called", b.Name)
			}
		case ast.FailureRoute, ast.BranchRoute:
			if !used[b] {
				Warn(k.diags, diag.UnusedRoute, b.Pos, "%s[%s] is never armed", b.Kind, b.Name)
			}
		case ast.ReplyRoute:
			if key.Name != "" && !used[b] {
				Warn(k.diags, diag.UnusedRoute, b.Pos, "%s[%s] is never armed", b.Kind, b.Name)
			}
		case ast.EventRoute:
			owner, ok := k.table.Event(b.Name)
			switch {
			case !ok:
				d := suggest(b.Name, registry.Names(k.table.Events))
				if d != "" {
					d = "; did you mean \"" + d + "\"?"
				}
				Warn(k.diags, diag.UnknownEvent, b.Pos, "nothing runs event_route[%s]%s", b.Name, d)
			case !k.table.IsLoaded(owner):
				Warn(k.diags, diag.ModuleNotLoaded, b.Pos, "event_route[%s] is run by module %q, which is not loaded", b.Name, owner)
			}
		}
	}
}
