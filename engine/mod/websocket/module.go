// Package websocket is the module websocket: SIP over WebSocket (RFC 7118), beside module
// xhttp on the listen addresses of TCP and TLS. The script accepts a client in
// event_route[xhttp:request] with ws_handle_handshake(); from then on each message of
// the connection is one of SIP. Frames are package engine/ws, connections are
// engine/core's; here are the handshake, the keep-alives and what scripts see.
package websocket

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

const (
	module = "websocket"
	source = "module websocket"
)

// Module is the descriptor of websocket.
func Module() *registry.Module {
	const anywhere = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.BranchRoute | rt.SendRoute | rt.EventRoute
	return &registry.Module{
		Name:      module,
		Doc:       "SIP over WebSocket (RFC 7118) on the listen addresses of TCP and TLS.",
		Requires:  []string{"xhttp"},
		NewConfig: newConfig,
		Params:    params,
		Check:     check,
		Prepare:   prepare,
		Started:   started,
		Counters:  counters,
		Events:    []string{closedEvent},
		EventDocs: map[string]string{closedEvent: "When a WebSocket connection has ended, however it did. $si, $sp and $ws_conid are the connection's."},
		Functions: []registry.Function{
			{
				Name: "ws_handle_handshake", Aliases: []string{"ws_handle_websocket"}, Routes: rt.EventRoute,
				Doc: "In event_route[xhttp:request]: answers a request to speak WebSocket. 1: it was accepted. " +
					"One that is refused has been answered with 400 or 426, its connection is closed and the script ends.",
				Source:  "RFC 6455 §4.2, RFC 7118 §4",
				Compile: compileHandshake,
			},
			{
				Name: "ws_close", Routes: anywhere,
				Args: []registry.Arg{
					{Name: "status", Kind: registry.ArgFormat, Optional: true}, {Name: "reason", Kind: registry.ArgFormat, Optional: true},
					{Name: "connection", Kind: registry.ArgFormat, Optional: true},
				},
				Doc: "Closes a WebSocket connection with a status (1000) and a reason (\"Normal closure\"): the one that the message came by, or " +
					"the one of that number ($ws_conid). -1: there is none.",
				Source:  "RFC 6455 §7",
				Compile: compileClose,
			},
		},
		PVs: []registry.PV{{
			Name: "ws_conid", Inner: registry.Never, Source: source, Bind: bindConnID,
			Doc: "The number of the WebSocket connection that the message came by, undefined for one that came otherwise.",
		}},
	}
}

// closedEvent is core.ClosedEvent.
const closedEvent = "websocket:closed"
