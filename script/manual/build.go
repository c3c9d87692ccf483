package manual

import (
	"fmt"
	"math"
	"strings"

	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// New makes the manual of everything in table, loaded or not. language are the
// variables that belong to the language itself (compile.CoreVars).
func New(table *registry.Table, language []registry.PV) *Manual {
	m := &Manual{table: table}
	m.languageEntries()
	for i := range language {
		m.variable(&language[i], "")
	}
	for _, n := range registry.Names(table.Params) {
		if p := table.Params[n]; p.Name == n {
			m.parameter(p, "")
		}
	}
	for _, n := range registry.Names(table.Functions) {
		if f := table.Functions[n]; f.Name == n {
			m.function(f, table.FunctionOwner[n])
		}
	}
	for _, n := range registry.Names(table.PVs) {
		m.variable(table.PVs[n], table.PVOwner[n])
	}
	for _, n := range registry.Names(table.Trans) {
		m.transformation(table.Trans[n], table.TransOwner[n])
	}
	for _, n := range registry.Names(table.Keywords) {
		if k := table.Keywords[n]; k.Name == n {
			m.keyword(k)
		}
	}
	for _, n := range registry.Names(table.Selects) {
		s := table.Selects[n]
		m.add(&Entry{Kind: "select", Name: "@" + n, Title: "@" + n, Module: table.SelectOwner[n], Doc: s.Doc, Source: s.Source}, n)
	}
	for _, n := range registry.Names(table.Events) {
		m.add(&Entry{Kind: "event", Name: n, Title: "event_route[" + n + "]", Module: table.Events[n], Doc: table.EventDocs[n],
			Source: "module " + table.Events[n]}, "event_route["+n+"]")
	}
	for _, n := range registry.Names(table.Modules) {
		m.module(table.Modules[n])
	}
	for _, c := range diag.Codes {
		m.add(&Entry{Kind: "code", Name: string(c.Code), Title: string(c.Code), Doc: c.Doc, Source: "sipedge -c --json"})
	}
	m.sort()
	return m
}

// capital begins a sentence. A name that stands there, of a function or of a
// part, stays as it is written in scripts.
func capital(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if s == "" || s[0] < 'a' || s[0] > 'z' || strings.ContainsAny(strings.TrimRight(first, ".,:;"), "().,:;_$@") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// field adds a fact where there is something to say.
func (e *Entry) field(label, text string) {
	if text != "" {
		e.Fields = append(e.Fields, Field{label, text})
	}
}

func (m *Manual) parameter(p *registry.Param, module string) {
	e := &Entry{Kind: "parameter", Name: p.Name, Title: p.Name, Module: module, Param: module != "", Doc: p.Doc, Source: p.Source}
	keys := p.Aliases
	if e.Param {
		e.Title = fmt.Sprintf("modparam(%q, %q, …)", module, p.Name)
		keys = append(keys, module+"."+p.Name)
	}
	e.field("type", typeText(p))
	e.field("default", defaultText(p))
	e.field("reloadable", map[bool]string{true: "yes: a reload of the script changes it", false: "no: it takes a new start"}[p.Reloadable])
	e.field("also called", strings.Join(p.Aliases, ", "))
	e.field("here", p.Note)
	m.add(e, keys...)
}

// typeText is a parameter's type and range.
func typeText(p *registry.Param) string {
	switch p.Type {
	case registry.ParamInt:
		switch {
		case p.Min == 0 && p.Max == 0:
			return "number"
		case p.Max == math.MaxInt64 || p.Max < p.Min:
			return fmt.Sprintf("number, from %d", p.Min)
		}
		return fmt.Sprintf("number, %d to %d", p.Min, p.Max)
	case registry.ParamBool:
		return "yes or no"
	case registry.ParamList:
		return "text, may be given several times"
	}
	return "text"
}

func defaultText(p *registry.Param) string {
	switch {
	case p.Default != "":
		return p.Default
	case p.Type == registry.ParamList:
		return "none"
	}
	return "empty"
}

// argKinds are what a function takes, in the user's words.
var argKinds = map[registry.ArgKind]string{
	registry.ArgStatic: "a text or number known at start",
	registry.ArgInt:    "a number or an expression",
	registry.ArgFormat: "a text, in which pseudo-variables are replaced, or an expression",
	registry.ArgValue:  "an expression",
	registry.ArgPV:     "a pseudo-variable",
	registry.ArgRegex:  "a regular expression",
	registry.ArgFlag:   "a flag: 0 to 31 or a declared name",
}

func argText(a *registry.Arg) string {
	text := argKinds[a.Kind]
	switch {
	case a.Kind == registry.ArgRoute:
		text = "the name of a " + a.RouteKind.String()
	case a.Kind == registry.ArgIdent && len(a.Words) > 0:
		text = strings.Join(a.Words, ", ") + ", or a text"
	case a.Kind == registry.ArgIdent:
		text = "a word or a text"
	case a.Kind == registry.ArgInt && (a.Min != 0 || a.Max != 0):
		text += fmt.Sprintf(", from %d to %d", a.Min, a.Max)
	}
	if a.Optional {
		text += "; may be left out"
	}
	return text
}

func (m *Manual) function(f *registry.Function, module string) {
	e := &Entry{Kind: "function", Name: f.Name, Module: module, Doc: f.Doc, Source: f.Source}
	var sig strings.Builder
	for i := range f.Args {
		a := &f.Args[i]
		sep := ""
		if i > 0 {
			sep = ", "
		}
		if a.Optional {
			sep = "[" + sep
		}
		sig.WriteString(sep + a.Name)
		e.field(a.Name, argText(a))
	}
	for i := range f.Args {
		if f.Args[i].Optional {
			sig.WriteByte(']')
		}
	}
	e.Title = f.Name + "(" + sig.String() + ")"
	e.field("allowed in", routesText(f.Routes))
	if f.Bare {
		e.field("written", "with or without parentheses")
	}
	if f.Ends {
		e.field("ends", "the script ends with it")
	}
	e.field("also called", strings.Join(f.Aliases, ", "))
	keys := []string{f.Name + "()"}
	for _, a := range f.Aliases {
		keys = append(keys, a, a+"()")
	}
	m.add(e, keys...)
}

func routesText(r rt.RouteKind) string {
	if r == 0 || r == rt.AnyRoute {
		return "all blocks"
	}
	return r.String()
}

func (m *Manual) variable(p *registry.PV, module string) {
	e := &Entry{Kind: "variable", Name: "$" + p.Name, Module: module, Doc: p.Doc, Source: p.Source}
	e.Title = e.Name
	switch p.Inner {
	case registry.Always:
		e.Title += "(name)"
	case registry.Maybe:
		e.Title += ", " + e.Name + "(name)"
	}
	m.add(e, p.Name, "$("+p.Name+")", e.Name+"(name)")
}

func (m *Manual) transformation(t *registry.Transformation, module string) {
	name := t.Class + "." + t.Name
	e := &Entry{Kind: "transformation", Name: "{" + name + "}", Title: "{" + name + "}", Module: module, Doc: t.Doc, Source: t.Source}
	args := fmt.Sprintf("%d to %d", t.MinArgs, t.MaxArgs)
	switch {
	case t.MaxArgs == 0:
		args = "none"
	case t.MinArgs == t.MaxArgs:
		args = fmt.Sprint(t.MinArgs)
	}
	if t.MaxArgs > 0 {
		e.Title = "{" + name + ",…}"
	}
	e.field("arguments", args)
	m.add(e, name)
}

// operands are what keywords compare with.
var operands = map[registry.OperandType]string{
	registry.OperandInt:    "numbers",
	registry.OperandString: "texts, without regard to case; regular expressions with =~",
	registry.OperandAddr:   "an address, a network, a host name or myself",
	registry.OperandProto:  "UDP, TCP, TLS, SCTP, WS, WSS",
	registry.OperandAF:     "INET, INET6",
	registry.OperandMethod: "a text or a bare word: INVITE, ACK, …",
}

func (m *Manual) keyword(k *registry.Keyword) {
	e := &Entry{Kind: "keyword", Name: k.Name, Title: k.Name, Doc: k.Doc, Source: k.Source}
	with := operands[k.Type]
	if k.Myself != nil && !strings.Contains(with, "myself") {
		with += "; myself"
	}
	e.field("compared with", with)
	e.field("allowed in", routesText(k.Routes))
	e.field("also called", strings.Join(k.Aliases, ", "))
	m.add(e, k.Aliases...)
}

func (m *Manual) module(mod *registry.Module) {
	for i := range mod.Params {
		m.parameter(&mod.Params[i], mod.Name)
	}
	e := &Entry{Kind: "module", Name: mod.Name, Title: fmt.Sprintf("loadmodule \"%s.so\"", mod.Name), Doc: mod.Doc, Source: "modules, " + mod.Name}
	e.field("needs", strings.Join(mod.Requires, ", "))
	e.field("also called", strings.Join(mod.Aliases, ", "))
	m.add(e, append(append([]string{mod.Name + ".so"}, mod.Aliases...), "module "+mod.Name)...)
}
