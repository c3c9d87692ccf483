// Package tls is the module tls: it brings the settings of TLS connections, from
// module parameters or from tls.cfg, and tells scripts how the connection of a message
// is encrypted and who its peer is.
//
// What profiles mean and how certificates are verified is in engine/tlsconf; the
// connections themselves are the reactor's. Start with params.go, the parameters, and
// profiles.go, which makes profiles of them; attributes.go is what of a certificate
// can be asked for, under the names of pvs.go and selects.go.
package tls

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Module is the descriptor of tls.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "tls",
		Doc:       "TLS: certificates, profiles by address and name, and who the peer of a connection is.",
		NewConfig: newConfig,
		Params:    rows(),
		Functions: []registry.Function{
			{
				Name:    "is_peer_verified",
				Routes:  rt.AnyRoute,
				Doc:     "True if the message came over TLS, and the peer has shown a certificate that is good.",
				Source:  "Kamailio module tls",
				Compile: compileVerified,
			},
			{
				Name:    "tls_set_connect_server_id",
				Args:    []registry.Arg{{Name: "server_id", Kind: registry.ArgFormat}},
				Routes:  rt.AnyRoute,
				Doc:     "Has the next connection that is opened for this message use the client profile with that server_id; an empty one takes it back.",
				Source:  "Kamailio module tls",
				Compile: compileServerID,
			},
		},
		Events: []string{core.TLSOutEvent},
		EventDocs: map[string]string{
			core.TLSOutEvent: "When a TLS connection was opened by the server, before anything is sent on it: $sndto(ip) and $sndto(port) name the peer, and the variables of the module tell of it. After drop the connection is closed and what was to be sent is lost.",
		},
		PVs:     vars(),
		Selects: selects(),
		Program: load,
		Prepare: prepare,
		Commit:  commit,
	}
}
