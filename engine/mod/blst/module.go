// Package blst is the module blst: the script's hand on the list of destinations
// that failed (use_dst_blacklist). The list itself is package blacklist, what puts
// destinations on it by itself engine/core and module tm.
package blst

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Module is the descriptor of blst.
func Module() *registry.Module {
	const source = "Kamailio module blst"
	number := func(name string) registry.Arg { return registry.Arg{Name: name, Kind: registry.ArgFormat} }
	optional := func(name string) registry.Arg {
		return registry.Arg{Name: name, Kind: registry.ArgFormat, Optional: true}
	}
	row := func(name, doc string, compile func(registry.Build, []registry.Actual) (rt.Func, error), args ...registry.Arg) registry.Function {
		return registry.Function{Name: name, Args: args, Routes: rt.AnyRoute, Doc: doc, Source: source, Compile: compile}
	}
	mask := func(name, doc string, set, reply bool) registry.Function {
		return row(name, doc, compileMask(name, set, reply), optional("flags"))
	}
	is := row("blst_is_blacklisted", "Whether the source of the message is on the list.", compileIs)
	is.Aliases = []string{"blst_is_blocklisted"}
	return &registry.Module{
		Name: "blst",
		Doc:  "Puts the source of a message on the list of destinations that failed, or takes it off.",
		Functions: []registry.Function{
			row("blst_add", "Puts the source of the message on the list for timeout seconds; 0 or none: dst_blacklist_expire. -1: there is no list (use_dst_blacklist).", compileAdd, optional("timeout")),
			row("blst_add_retry_after", "Puts the source of the message on the list for as long as its Retry-After says, at least min and at most max seconds. -1: it has none, or there is no list.",
				compileRetryAfter, number("min"), number("max")),
			row("blst_del", "Takes the source of the message off the list; -1: it was not on it.", compileDel),
			is,
			mask("blst_set_ignore", "Lets the failures whose bits are in flags, else all, not put the destinations of this message on the list.", true, false),
			mask("blst_clear_ignore", "Takes that back.", false, false),
			mask("blst_rpl_set_ignore", "blst_set_ignore() for the replies that are made here to the request.", true, true),
			mask("blst_rpl_clear_ignore", "Takes that back.", false, true),
		},
	}
}
