package rows

import (
	"fmt"
	"slices"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/engine/params"
	"sipedge/script/feature"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// stock is a server's options with all rows.
func stock() core.Options {
	o := core.Options{Core: mod.Core()}
	for _, m := range mod.All() {
		c := *m
		o.Modules = append(o.Modules, &c)
	}
	return o
}

// overrides are features that are values of parameters, not names.
var overrides = map[string]func(*params.Core){
	"guard max_while_loops": func(c *params.Core) { c.MaxWhileLoops = 0 },
	// Up to Kamailio 1.5 the levels stood one higher.
	"levels up to 3": func(c *params.Core) { c.Debug-- },
}

// rules are features that are the behaviour of functions: what the server has is
// replaced by what would behave otherwise.
var rules = map[string]func(*core.Options){
	"rule no branch after 6xx": func(o *core.Options) {
		for _, m := range o.Modules {
			if m.Name == "tm" {
				config := m.NewConfig
				m.NewConfig = func() any {
					c := config().(*tm.Config)
					c.Disable6xx = true
					return c
				}
			}
		}
	},
	// All destinations follow the URI.
	"rule appended branches are copies": func(o *core.Options) {
		o.Core.Functions = slices.Clone(o.Core.Functions)
		for i := range o.Core.Functions {
			compile := o.Core.Functions[i].Compile
			o.Core.Functions[i].Compile = func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				f, err := compile(b, args)
				return func(c *rt.Ctx) int32 {
					before := c.URI()
					r := f(c)
					for i := range c.Branches() {
						if c.URI() != before {
							c.SetBranchURI(i, c.URI())
						}
					}
					return r
				}, err
			}
		}
	},
}

// leaveOut is a server's options without a feature: "function log" and the like
// take a row out of the registry, other names are those of script/feature. One that
// does not exist is an error.
func leaveOut(name string) (core.Options, error) {
	o := stock()
	if f := overrides[name]; f != nil {
		o.Override = f
		return o, nil
	}
	if f := rules[name]; f != nil {
		f(&o)
		return o, nil
	}
	kind, what, _ := strings.Cut(name, " ")
	owner, row, dotted := strings.Cut(what, ".")
	n := 0
	rows := func(of func(m *registry.Module)) {
		for _, m := range o.Modules {
			of(m)
		}
	}
	switch kind {
	case "function":
		o.Core.Functions = withoutFunction(o.Core.Functions, what, &n)
		rows(func(m *registry.Module) { m.Functions = withoutFunction(m.Functions, what, &n) })
	case "pv":
		is := func(p registry.PV) bool { return p.Name == what }
		o.Core.PVs = drop(o.Core.PVs, is, &n)
		rows(func(m *registry.Module) { m.PVs = drop(m.PVs, is, &n) })
	case "keyword":
		o.Core.Keywords = withoutKeyword(o.Core.Keywords, what, &n)
	case "select":
		if what == "cfg_get" { // reads the script's own parameters, so it is the compiler's
			o.Without, n = feature.Set{name: true}, 1
			break
		}
		o.Core.Selects = drop(o.Core.Selects, func(s registry.Select) bool { return s.Prefix == what }, &n)
	case "parameter":
		is := func(p registry.Param) bool { return p.Name == what || dotted && p.Name == row }
		if !dotted {
			o.Core.Params = drop(o.Core.Params, is, &n)
			break
		}
		rows(func(m *registry.Module) {
			if m.Name == owner {
				m.Params = drop(m.Params, is, &n)
			}
		})
	case "event":
		is := func(e string) bool { return e == what }
		rows(func(m *registry.Module) { m.Events = drop(m.Events, is, &n) })
	case "module":
		o.Modules = drop(o.Modules, func(m *registry.Module) bool { return m.Name == what }, &n)
	case "restrictions": // of functions to kinds of block
		for i := range o.Core.Functions {
			o.Core.Functions[i].Routes = 0
			n++
		}
		rows(func(m *registry.Module) {
			m.Functions = slices.Clone(m.Functions)
			for i := range m.Functions {
				m.Functions[i].Routes = 0
			}
		})
	default:
		var err error
		o.Without, err = feature.Without(name)
		return o, err
	}
	if n == 0 {
		return o, fmt.Errorf("there is no row %q to leave out", name)
	}
	return o, nil
}

// drop is a list without the rows that is tells, which are counted.
func drop[T any](list []T, is func(T) bool, n *int) (kept []T) {
	for _, r := range list {
		if is(r) {
			*n++
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// withoutFunction takes out a function, or the alias of that name.
func withoutFunction(list []registry.Function, name string, n *int) []registry.Function {
	list = drop(list, func(f registry.Function) bool { return f.Name == name }, n)
	for i := range list {
		list[i].Aliases = drop(list[i].Aliases, func(a string) bool { return a == name }, n)
	}
	return list
}

func withoutKeyword(list []registry.Keyword, name string, n *int) []registry.Keyword {
	list = drop(list, func(k registry.Keyword) bool { return k.Name == name }, n)
	for i := range list {
		list[i].Aliases = drop(list[i].Aliases, func(a string) bool { return a == name }, n)
	}
	return list
}
