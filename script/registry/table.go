package registry

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Core is everything that a script can use without loading a module.
type Core struct {
	// NewConfig returns a pointer to the core's configuration with all defaults set.
	NewConfig       func() any
	Params          []Param
	Functions       []Function
	PVs             []PV
	Transformations []Transformation
	Keywords        []Keyword
	Selects         []Select
	// Events are the event_route names that the core itself runs.
	Events []string
}

// NewTable makes the table of the core's rows and of all modules that exist,
// none of them loaded yet. Its error names every row that is defined twice.
func NewTable(core Core, modules ...*Module) (*Table, error) {
	t := &Table{
		Params:         map[string]*Param{},
		Functions:      map[string]*Function{},
		PVs:            map[string]*PV{},
		Trans:          map[string]*Transformation{},
		Keywords:       map[string]*Keyword{},
		Selects:        map[string]*Select{},
		Modules:        map[string]*Module{},
		FunctionOwner:  map[string]string{},
		PVOwner:        map[string]string{},
		TransOwner:     map[string]string{},
		SelectOwner:    map[string]string{},
		Events:         map[string]string{},
		loaded:         map[string]bool{"": true},
		newCoreConfig:  core.NewConfig,
		moduleAliasMap: map[string]*Module{},
	}
	var errs []error
	for i := range core.Params {
		p := &core.Params[i]
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			errs = put(errs, t.Params, n, p, "core parameter")
		}
	}
	for i := range core.Keywords {
		k := &core.Keywords[i]
		for _, n := range append([]string{k.Name}, k.Aliases...) {
			errs = put(errs, t.Keywords, n, k, "keyword")
		}
	}
	errs = t.addRows(errs, "", core.Functions, core.PVs, core.Transformations, core.Selects, core.Events)
	for _, m := range modules {
		errs = put(errs, t.Modules, m.Name, m, "module")
		for _, a := range m.Aliases {
			errs = put(errs, t.moduleAliasMap, a, m, "module alias")
		}
		errs = t.addRows(errs, m.Name, m.Functions, m.PVs, m.Transformations, m.Selects, m.Events)
		seen := map[string]bool{}
		for i := range m.Params {
			for _, n := range append([]string{m.Params[i].Name}, m.Params[i].Aliases...) {
				if seen[n] {
					errs = append(errs, fmt.Errorf("parameter %q of module %q is defined twice", n, m.Name))
				}
				seen[n] = true
			}
		}
	}
	return t, errors.Join(errs...)
}

func (t *Table) addRows(errs []error, owner string, fs []Function, pvs []PV, trs []Transformation, sels []Select, events []string) []error {
	for i := range fs {
		f := &fs[i]
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			errs = put(errs, t.Functions, n, f, "function")
			t.FunctionOwner[n] = owner
		}
	}
	for i := range pvs {
		errs = put(errs, t.PVs, pvs[i].Name, &pvs[i], "pseudo-variable")
		t.PVOwner[pvs[i].Name] = owner
	}
	for i := range trs {
		n := trs[i].Class + "." + trs[i].Name
		errs = put(errs, t.Trans, n, &trs[i], "transformation")
		t.TransOwner[n] = owner
	}
	for i := range sels {
		errs = put(errs, t.Selects, sels[i].Prefix, &sels[i], "select")
		t.SelectOwner[sels[i].Prefix] = owner
	}
	for _, e := range events {
		if _, dup := t.Events[e]; dup {
			errs = append(errs, fmt.Errorf("event %q is defined twice", e))
		}
		t.Events[e] = owner
	}
	return errs
}

func put[V any](errs []error, m map[string]V, name string, v V, what string) []error {
	if _, dup := m[name]; dup {
		return append(errs, fmt.Errorf("%s %q is defined twice", what, name))
	}
	m[name] = v
	return errs
}

// ModuleName is the module that a loadmodule path means: the last element
// without ".so". Directories (loadpath, "modules_k/") do not matter.
func ModuleName(p string) string {
	return strings.TrimSuffix(path.Base(strings.TrimSpace(p)), ".so")
}

// FindModule is the module that a loadmodule path or a name means, nil if there is none.
func (t *Table) FindModule(p string) *Module {
	n := ModuleName(p)
	if m := t.Modules[n]; m != nil {
		return m
	}
	return t.moduleAliasMap[n]
}

// WithLoaded is the table with exactly these modules loaded. It shares all rows with t.
func (t *Table) WithLoaded(mods []*Module) *Table {
	c := *t
	c.Loaded = slices.Clone(mods)
	c.loaded = map[string]bool{"": true}
	for _, m := range mods {
		c.loaded[m.Name] = true
	}
	c.resolved = true
	return &c
}

// Resolved reports whether the loaded modules have been decided (WithLoaded).
func (t *Table) Resolved() bool { return t.resolved }

// IsLoaded reports whether the module is loaded; the core ("") always is.
func (t *Table) IsLoaded(module string) bool { return t.loaded[module] }

// NewConfigs makes the configurations of the core ("") and of every loaded
// module, with all defaults set.
func (t *Table) NewConfigs() map[string]any {
	cs := map[string]any{}
	if t.newCoreConfig != nil {
		cs[""] = t.newCoreConfig()
	}
	for _, m := range t.Loaded {
		if m.NewConfig != nil {
			cs[m.Name] = m.NewConfig()
		}
	}
	return cs
}

// Function is the function of a name or alias where its module is loaded.
// Where it is not, f is nil and owner names the module; for a name that nobody
// knows both are empty.
func (t *Table) Function(name string) (f *Function, owner string) {
	f = t.Functions[name]
	if f == nil {
		return nil, ""
	}
	owner = t.FunctionOwner[name]
	if !t.loaded[owner] {
		return nil, owner
	}
	return f, owner
}

// PV is the pseudo-variable of a name where its module is loaded; see Function.
func (t *Table) PV(name string) (p *PV, owner string) {
	p = t.PVs[name]
	if p == nil {
		return nil, ""
	}
	owner = t.PVOwner[name]
	if !t.loaded[owner] {
		return nil, owner
	}
	return p, owner
}

// Transformation is the transformation "class.name" where its module is loaded; see Function.
func (t *Table) Transformation(name string) (tr *Transformation, owner string) {
	tr = t.Trans[name]
	if tr == nil {
		return nil, ""
	}
	owner = t.TransOwner[name]
	if !t.loaded[owner] {
		return nil, owner
	}
	return tr, owner
}

// Event is the module that runs event_route[name]; false where nothing does.
func (t *Table) Event(name string) (owner string, ok bool) {
	if owner, ok = t.Events[name]; ok {
		return owner, true
	}
	for pattern, owner := range t.Events {
		if prefix, any := strings.CutSuffix(pattern, "*"); any && len(name) > len(prefix) && strings.HasPrefix(name, prefix) {
			return owner, true
		}
	}
	return "", false
}

// Select is the row whose prefix is the longest one of the path's leading
// names, where its module is loaded; n is the number of components it covers.
func (t *Table) Select(path []SelectStep) (s *Select, n int) {
	name := ""
	for i, st := range path {
		if st.IsArg {
			break
		}
		if i > 0 {
			name += "."
		}
		name += st.Name
		if r := t.Selects[name]; r != nil && t.loaded[t.SelectOwner[name]] {
			s, n = r, i+1
		}
	}
	return s, n
}

// Param is a parameter of a module by name or alias, nil if it has none such.
func (m *Module) Param(name string) *Param {
	for i := range m.Params {
		p := &m.Params[i]
		if p.Name == name || slices.Contains(p.Aliases, name) {
			return p
		}
	}
	return nil
}

// ParamNames are the names of a module's parameters, for suggestions.
func (m *Module) ParamNames() []string {
	var ns []string
	for i := range m.Params {
		ns = append(append(ns, m.Params[i].Name), m.Params[i].Aliases...)
	}
	slices.Sort(ns)
	return ns
}

// MatchModules resolves the first argument of modparam: a module's name, or a
// regular expression ("registrar|usrloc") that must match a whole name. It
// returns the loaded modules that it names.
func (t *Table) MatchModules(pattern string) ([]*Module, error) {
	if m := t.FindModule(pattern); m != nil {
		if !t.loaded[m.Name] {
			return nil, nil
		}
		return []*Module{m}, nil
	}
	re, err := regexp.CompilePOSIX("^(" + pattern + ")$")
	if err != nil {
		return nil, fmt.Errorf("the pattern of modules %q is not a regular expression: %w", pattern, err)
	}
	var ms []*Module
	for _, m := range t.Loaded {
		if re.MatchString(m.Name) || slices.ContainsFunc(m.Aliases, re.MatchString) {
			ms = append(ms, m)
		}
	}
	return ms, nil
}

// Names are the sorted keys of one of the table's maps: candidates for suggestions.
func Names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
