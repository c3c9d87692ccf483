// Package xlog is the module xlog: lines with pseudo-variables in them, written
// to the log at a level. A line whose level is off costs one comparison; its
// variables are not looked at. The log escapes control bytes.
package xlog

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module xlog"

// Module is the descriptor of xlog.
func Module() *registry.Module {
	m := &registry.Module{
		Name:      "xlog",
		Doc:       "Writes lines with pseudo-variables to the log.",
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			levelled("xlog", "Writes a line at a level; at L_ERR with one argument. A syslog facility may stand first.", false),
			levelled("xlogl", "xlog() with the place in the script in front.", true),
			{
				Name: "xlogm", Routes: rt.AnyRoute,
				Args:    []registry.Arg{{Name: "level", Kind: registry.ArgFormat}, {Name: "format", Kind: registry.ArgFormat}},
				Doc:     "xlog() for messages whose method methods_filter does not name.",
				Source:  source,
				Compile: compileFiltered,
			},
		},
	}
	for _, l := range []struct {
		name  string
		level int
	}{
		{"xalert", -5}, {"xbug", -4}, {"xcrit", -2}, {"xerr", levelErr}, {"xwarn", 0}, {"xnotice", 1}, {"xinfo", 2}, {"xdbg", levelDebug},
	} {
		m.Functions = append(m.Functions, fixed(l.name, l.level, false))
	}
	m.Functions = append(m.Functions, fixed("xdbgl", levelDebug, true))
	return m
}

func levelled(name, doc string, place bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{
			{Name: "level or format", Kind: registry.ArgFormat},
			{Name: "level or format", Kind: registry.ArgFormat, Optional: true},
			{Name: "format", Kind: registry.ArgFormat, Optional: true},
		},
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			return compileLevelled(b, args, place)
		},
	}
}

func fixed(name string, level int, place bool) registry.Function {
	doc := "Writes a line at level " + levelName(level) + "."
	if place {
		doc = "Writes a line at level " + levelName(level) + " with the place in the script in front."
	}
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "format", Kind: registry.ArgFormat}},
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			w, err := newWriter(b, place)
			if err != nil {
				return nil, err
			}
			return w.fixed(level, args[0].Eval), nil
		},
	}
}
