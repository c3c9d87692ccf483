// Package uac is the module uac: what a user agent client does. It replaces the
// addresses in From and To and puts the old ones back in replies and in the later
// requests of the dialog (replace.go, restore.go, cookie.go), answers challenges
// (auth.go, digest.go), and sends requests of the script's own (send.go).
package uac

import (
	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where functions and parameters are described.
const source = "Kamailio module uac"

const replaceRoutes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute

// Module is the descriptor of uac.
func Module() *registry.Module {
	display := registry.Arg{Name: "display", Kind: registry.ArgFormat}
	uri := registry.Arg{Name: "uri", Kind: registry.ArgFormat, Optional: true}
	return &registry.Module{
		Name:      "uac",
		Doc:       "Replaces From and To, answers challenges and sends requests of the script's own.",
		Requires:  []string{"tm"},
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			{
				Name: "uac_replace_from", Routes: replaceRoutes, Args: []registry.Arg{display, uri}, Source: source,
				Doc:     "Replaces display name and URI of From; with one argument the URI alone. An empty display name is taken away, an empty URI stays as it is.",
				Compile: compileReplace(partFrom),
			},
			{
				Name: "uac_replace_to", Routes: replaceRoutes, Args: []registry.Arg{display, uri}, Source: source,
				Doc:     "uac_replace_from() for To.",
				Compile: compileReplace(partTo),
			},
			{
				Name: "uac_restore_from", Routes: rt.RequestRoute, Bare: true, Source: source,
				Doc:     "In a later request of a dialog: gives the address that uac_replace_from() has replaced the URI that the other side knows (restore_mode manual).",
				Compile: compileRestore(partFrom),
			},
			{
				Name: "uac_restore_to", Routes: rt.RequestRoute, Bare: true, Source: source,
				Doc:     "uac_restore_from() for what uac_replace_to() has replaced.",
				Compile: compileRestore(partTo),
			},
			{
				Name: "uac_auth", Aliases: []string{"uac_auth_mode"}, Routes: rt.FailureRoute, Bare: true, Source: "RFC 3261 §22, RFC 7616",
				Args:    []registry.Arg{{Name: "mode", Kind: registry.ArgFormat, Optional: true}},
				Doc:     "Answers the challenge of a 401 or 407: t_relay() then sends the request with credentials. With mode 1 the passwords are hashes (HA1) of user name, realm and password.",
				Compile: compileAuth,
			},
			{
				Name: "uac_req_send", Routes: rt.AnyRoute, Bare: true, Source: source,
				Doc:     "Sends the request that $uac_req(…) describes.",
				Compile: compileSend,
			},
		},
		PVs: []registry.PV{{
			Name: "uac_req", Inner: registry.Always, Source: source, Bind: bindRequest,
			Doc: "The request that uac_req_send() sends: method, ruri, furi, turi, callid, hdrs, body, ouri, sock, auser, apasswd, evroute, evparam; " +
				"in event_route[uac:reply] evcode, evtype and evparam; all, to be set to $null.",
		}},
		Events: []string{replyEvent},
		EventDocs: map[string]string{
			replyEvent: "For the final reply to a request of uac_req_send() that was sent with evroute; without a reply, on the request.",
		},
		Check:   check,
		Program: program,
		Prepare: func(host, _ any) error { of(host.(*core.Server)); return nil },
	}
}

// replyEvent is the event_route for replies to requests of uac_req_send().
const replyEvent = "uac:reply"

// agent is the module's live part in a server.
type agent struct {
	srv     *core.Server
	api     *tm.API
	restore tm.CallbackID
	reply   tm.CallbackID
	loops   []loopState
}

// of is a server's agent.
func of(s *core.Server) *agent {
	return s.Live("uac", func() any {
		a := &agent{srv: s, api: tm.Of(s), loops: make([]loopState, s.Loops())}
		a.restore = a.api.NewCallback(a.restoreReply)
		a.reply = a.api.NewCallback(a.replied)
		a.api.OnRequestIn(a.api.NewCallback(a.began))
		return a
	}).(*agent)
}

func configOf(p *core.Proc) *Config {
	c, _ := p.Config("uac").(*Config)
	return c
}
