// Package uac_redirect is the module uac_redirect: it follows redirections. In a
// failure_route the Contacts of 3xx replies become destinations of the request
// (redirect.go), those that the filters let pass (filter.go).
package uac_redirect

import (
	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// source names where functions and parameters are described.
const source = "Kamailio module uac_redirect"

// Module is the descriptor of uac_redirect.
func Module() *registry.Module {
	filterArgs := []registry.Arg{{Name: "filter", Kind: registry.ArgRegex}, {Name: "reset", Kind: registry.ArgStatic}}
	return &registry.Module{
		Name:      "uac_redirect",
		Doc:       "Follows redirections (3xx replies).",
		Requires:  []string{"tm"},
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			{
				Name: "get_redirects", Routes: rt.FailureRoute, Source: source,
				Args: []registry.Arg{{Name: "max", Kind: registry.ArgStatic}, {Name: "reason", Kind: registry.ArgFormat, Optional: true}},
				Doc: "Makes the Contacts of the branches' 3xx replies destinations of the request, the highest q first. max is \"total\" or \"total:branch\", each a number or *; " +
					"with a reason each is accounted (module acc). False where there is none.",
				Compile: compileGet,
			},
			{
				Name: "set_deny_filter", Routes: rt.RequestRoute | rt.FailureRoute, Source: source, Args: filterArgs,
				Doc:     "Contacts that match are not followed, for this message. Before that, reset_all, reset_default or reset_added take filters away.",
				Compile: compileFilter(deny),
			},
			{
				Name: "set_accept_filter", Routes: rt.RequestRoute | rt.FailureRoute, Source: source, Args: filterArgs,
				Doc:     "Contacts that match are followed, whatever the deny filters say.",
				Compile: compileFilter(accept),
			},
		},
		Check:   check,
		Program: program,
		Prepare: func(host, _ any) error { of(host.(*core.Server)); return nil },
	}
}

// redirects is the module's live part in a server.
type redirects struct {
	api     *tm.API
	scratch []sipparse.Index // by loop
}

func of(s *core.Server) *redirects {
	return s.Live("uac_redirect", func() any {
		return &redirects{tm.Of(s), make([]sipparse.Index, s.Loops())}
	}).(*redirects)
}
