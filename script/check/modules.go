package check

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Modules resolves the loadmodule lines of a configuration and returns the
// table with those modules loaded. A module that does not exist, or that needs
// one which is not loaded, is an error at its line.
func Modules(cfg *ast.Config, table *registry.Table, diags *diag.List) *registry.Table {
	var loaded []*registry.Module
	at := map[string]diag.Pos{}
	for _, l := range cfg.Modules {
		m := table.FindModule(l.Path)
		if m == nil {
			name := registry.ModuleName(l.Path)
			missingModule(diags, l.Pos, name, table)
			continue
		}
		if _, twice := at[m.Name]; twice {
			Warn(diags, diag.DuplicateModule, l.Pos, "module %q is loaded twice", m.Name)
			continue
		}
		at[m.Name] = l.Pos
		loaded = append(loaded, m)
	}
	for _, m := range loaded {
		for _, need := range m.Requires {
			if _, ok := at[need]; !ok {
				Report(diags, diag.ModuleNotLoaded, at[m.Name], "", "module %q needs module %q; add loadmodule \"%s.so\"", m.Name, need, need)
			}
		}
	}
	return table.WithLoaded(loaded)
}

// otherModules are modules of Kamailio whose names are near to one of another
// kind: who writes them means them.
var otherModules = map[string]bool{"kemix": true, "pa": true, "sdpops": true, "tmx": true}

// missingModule reports a module that does not exist.
func missingModule(diags *diag.List, at diag.Pos, name string, table *registry.Table) {
	if !otherModules[name] {
		if near := suggest(name, registry.Names(table.Modules)); near != "" {
			Report(diags, diag.UnknownModule, at, near, "there is no module %q", name)
			return
		}
	}
	Report(diags, diag.UnknownModule, at, "", "there is no module %q; \"sipedge doc modules\" lists those that there are", name)
}

// Globals are the custom global parameters of a configuration (group.name =
// value), the last one of each name.
func Globals(cfg *ast.Config) []rt.Global {
	var gs []rt.Global
	at := map[string]int{}
	for _, s := range cfg.Settings {
		if s.Group == "" || len(s.Values) == 0 {
			continue
		}
		v := s.Values[0]
		g := rt.Global{Group: s.Group, Name: s.Name, Desc: s.Desc}
		if v.Kind == ast.SettingInt || v.Kind == ast.SettingBool {
			g.IsInt, g.Int = true, v.Int
		} else {
			g.Str = v.Str
		}
		key := s.Group + "." + s.Name
		if i, ok := at[key]; ok {
			gs[i] = g
			continue
		}
		at[key] = len(gs)
		gs = append(gs, g)
	}
	return gs
}
