// Package xhttp is the module xhttp: requests of HTTP that come over the listen addresses
// of SIP run event_route[xhttp:request], which answers them with xhttp_reply().
package xhttp

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

const source = "module xhttp"

// requestEvent is the event_route that answers requests.
const requestEvent = "xhttp:request"

// Module is the descriptor of xhttp.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "xhttp",
		Doc:       "Serves requests of HTTP that come over TCP and TLS, in event_route[xhttp:request].",
		NewConfig: newConfig,
		Params:    params,
		Program:   program,
		Started:   started,
		Events:    []string{requestEvent},
		EventDocs: map[string]string{requestEvent: "For each request of HTTP whose URL the parameters url_match and url_skip let pass."},
		Functions: []registry.Function{{
			Name: "xhttp_reply",
			Args: []registry.Arg{
				{Name: "code", Kind: registry.ArgFormat}, {Name: "reason", Kind: registry.ArgFormat},
				{Name: "ctype", Kind: registry.ArgFormat}, {Name: "body", Kind: registry.ArgFormat},
			},
			Routes: rt.EventRoute,
			Doc: "Answers the request of HTTP with a status code, its reason, a Content-Type (none where it is empty) and a body. " +
				"-1: there is no such request, it has been answered, or its connection is gone.",
			Source:  source,
			Compile: compileReply,
		}},
		Transformations: transformations,
		PVs: []registry.PV{{
			Name: "hu", Inner: registry.Never, Source: source, Bind: bindURL,
			Doc: "The URL of the request of HTTP, as it stands in its first line.",
		}},
	}
}
