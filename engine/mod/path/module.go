// Package path is the module path: it adds a Path header to a REGISTER, so that
// requests for the phone come back by this server (RFC 3327), and sends them to
// the address that the phone was seen at.
package path

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where functions and parameters are described.
const source = "RFC 3327, Kamailio module path"

// Module is the descriptor of path.
func Module() *registry.Module {
	args := []registry.Arg{{Name: "user", Kind: registry.ArgFormat, Optional: true}, {Name: "params", Kind: registry.ArgFormat, Optional: true}}
	const routes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute
	return &registry.Module{
		Name:      "path",
		Doc:       "Adds Path headers (RFC 3327).",
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			{
				Name: "add_path", Routes: routes, Bare: true, Args: args, Source: source, Compile: compileAdd(false),
				Doc: "Adds a Path header with the address of the socket that the request leaves by; user is the URI's user part, params are added to the URI.",
			},
			{
				Name: "add_path_received", Routes: routes, Bare: true, Args: args, Source: source, Compile: compileAdd(true),
				Doc: "add_path(), with the address that the request has come from in the parameter received.",
			},
		},
		Check:   check,
		Program: program,
	}
}
