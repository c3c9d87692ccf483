// Package maxfwd is the module maxfwd: it adds, checks and lowers the
// Max-Forwards header, which ends loops (RFC 3261 §16.3, §16.6, §20.22).
//
// It is the smallest module and the pattern for others: module.go is the
// descriptor, from which the checker, the compiler and the manual read; params.go
// holds the configuration of a snapshot, funcs.go what a call does to a message,
// limits.go the numbers.
package maxfwd

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Module is the descriptor of maxfwd.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "maxfwd",
		Doc:       "Adds, checks and lowers Max-Forwards.",
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			{
				Name:    "mf_process_maxfwd_header",
				Aliases: []string{"maxfwd_process", "process_maxfwd"},
				Args:    []registry.Arg{{Name: "max_value", Kind: registry.ArgFormat}},
				Routes:  rt.RequestRoute,
				Doc: "Lowers Max-Forwards by one, to max_limit at most, or adds it with max_value. " +
					"1: lowered, 2: added, -1: it is 0, -2: it is no number.",
				Source:  "RFC 3261 §16.6 step 3",
				Compile: compileProcess,
			},
			{
				Name:    "is_maxfwd_lt",
				Aliases: []string{"maxfwd_at_least", "mf_lowlimit"},
				Args:    []registry.Arg{{Name: "max_value", Kind: registry.ArgFormat}},
				Routes:  rt.RequestRoute,
				Doc: "Compares Max-Forwards, as lowered or added by mf_process_maxfwd_header(). " +
					"1: below max_value, -1: not below, -2: there is none, -3: it is no number.",
				Source:  "RFC 3261 §20.22",
				Compile: compileIsBelow,
			},
		},
	}
}
