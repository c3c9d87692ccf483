package check

import (
	"slices"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/value"
)

// Apply sets the core's parameters and those of the loaded modules as the
// configuration says. configs is what table.NewConfigs made; the core's is at
// "". Unknown names, wrong types and values out of range are errors at the name
// or value.
func Apply(cfg *ast.Config, table *registry.Table, configs map[string]any, diags *diag.List) {
	for _, s := range cfg.Settings {
		if s.Group != "" {
			checkGlobal(s, diags)
			continue
		}
		p := table.Params[s.Name]
		if p == nil {
			if !loaderSetting(s.Name) {
				Report(diags, diag.UnknownParameter, s.Pos, suggest(s.Name, registry.Names(table.Params)), "unknown parameter %q", s.Name)
			}
			continue
		}
		applySetting(s, p, configs[""], diags)
	}
	for _, m := range cfg.ModParams {
		applyModParam(cfg, m, table, configs, diags)
	}
}

// loaderSetting tells the settings that say where modules lie; modules are part
// of the program here.
func loaderSetting(name string) bool { return name == "mpath" || name == "loadpath" }

func checkGlobal(s *ast.Setting, diags *diag.List) {
	switch {
	case len(s.Values) != 1:
		Report(diags, diag.ParameterValue, s.Pos, "", "the custom parameter %s.%s takes one value", s.Group, s.Name)
	case s.Values[0].Kind == ast.SettingIdent:
		Report(diags, diag.ParameterValue, s.Values[0].Pos, "", "the value of the custom parameter %s.%s must be a number or a string in quotes", s.Group, s.Name)
	}
}

func applySetting(s *ast.Setting, p *registry.Param, cfg any, diags *diag.List) {
	if len(s.Values) > 1 && p.Type != registry.ParamList {
		Report(diags, diag.ParameterValue, s.Values[1].Pos, "", "parameter %q takes one value", s.Name)
		return
	}
	for _, v := range s.Values {
		if err := p.Set(cfg, settingValue(&v)); err != nil {
			Report(diags, diag.ParameterValue, v.Pos, "", "parameter %q: %s", s.Name, err.Error())
		}
	}
	note(diags, s.Pos, p)
}

func settingValue(v *ast.SettingValue) registry.ParamValue {
	pv := registry.StrValue(v.Str)
	if v.Kind == ast.SettingInt || v.Kind == ast.SettingBool {
		pv = registry.IntValue(v.Int)
	}
	if v.Advertise != "" {
		pv.Str += " advertise " + v.Advertise
	}
	if v.Haproxy {
		pv.Str += " haproxy"
	}
	return pv
}

// Places are where a configuration first gives a core parameter each of its values: for
// errors that only the start finds.
func Places(cfg *ast.Config, name string) map[string]diag.Pos {
	places := map[string]diag.Pos{}
	for _, s := range cfg.Settings {
		if s.Group != "" || s.Name != name {
			continue
		}
		for i := range s.Values {
			text := settingValue(&s.Values[i]).Text()
			if _, ok := places[text]; !ok {
				places[text] = s.Values[i].Pos
			}
		}
	}
	return places
}

func applyModParam(cfg *ast.Config, m *ast.ModParam, table *registry.Table, configs map[string]any, diags *diag.List) {
	mods, err := table.MatchModules(m.Modules)
	if err != nil {
		Report(diags, diag.UnknownModule, m.ModPos, "", "modparam: %s", err.Error())
		return
	}
	if len(mods) == 0 {
		if x := table.FindModule(m.Modules); x != nil {
			Report(diags, diag.ModuleNotLoaded, m.ModPos, "", "modparam: module %q is not loaded", m.Modules)
			return
		}
		if namesMissing(cfg, table, m.Modules) {
			return // the loadmodule line has been reported
		}
		Report(diags, diag.UnknownModule, m.ModPos, suggest(m.Modules, loadedNames(table)), "modparam: no loaded module is called %q", m.Modules)
		return
	}
	if m.Value == nil {
		return // the parser has reported it
	}
	k := NewFolder(table).Fold(m.Value)
	if !k.Known() {
		Report(diags, diag.ParameterValue, m.Value.Position(), "", "modparam: the value must be a number or a string")
		return
	}
	v := registry.StrValue(k.Str)
	if n, ok := Strip(m.Value).(*ast.IntLit); ok {
		v = registry.IntValue(n.Value)
	} else if k.Kind == intKind {
		v = registry.IntValue(k.Num)
	}
	for _, mod := range mods {
		p := mod.Param(m.Name)
		if p == nil {
			d := suggest(m.Name, mod.ParamNames())
			Report(diags, diag.UnknownParameter, m.NamePos, d, "module %q has no parameter %q%s", mod.Name, m.Name, otherOwner(table, m.Name, d))
			continue
		}
		if err := p.Set(configs[mod.Name], v); err != nil {
			Report(diags, diag.ParameterValue, m.Value.Position(), "", "parameter %q of module %q: %s%s", m.Name, mod.Name, err.Error(), quoteHint(p, v))
			continue
		}
		note(diags, m.Pos, p)
	}
}

// namesMissing tells whether one of the modules that a modparam names is loaded
// by the script and does not exist.
func namesMissing(cfg *ast.Config, table *registry.Table, pattern string) bool {
	for _, l := range cfg.Modules {
		if name := registry.ModuleName(l.Path); table.FindModule(name) == nil && slices.Contains(strings.Split(pattern, "|"), name) {
			return true
		}
	}
	return false
}

// quoteHint is said about a number in quotes where one without is wanted.
func quoteHint(p *registry.Param, v registry.ParamValue) string {
	if _, num := value.ParseInt([]byte(v.Str)); num && !v.IsInt && p.Type == registry.ParamInt {
		return "; write the number without quotes"
	}
	return ""
}

// otherOwner names the modules that do have a parameter, where no name of the
// module itself is near.
func otherOwner(table *registry.Table, param, near string) string {
	if near != "" {
		return ""
	}
	for _, n := range registry.Names(table.Modules) {
		if table.Modules[n].Param(param) != nil {
			return "; module \"" + n + "\" has"
		}
	}
	return ""
}

func loadedNames(table *registry.Table) []string {
	var ns []string
	for _, m := range table.Loaded {
		ns = append(ns, m.Name)
	}
	return ns
}

func note(diags *diag.List, pos diag.Pos, p *registry.Param) {
	if p.Note != "" {
		Inform(diags, diag.ParameterRemark, pos, "%s: %s", p.Name, p.Note)
	}
}
