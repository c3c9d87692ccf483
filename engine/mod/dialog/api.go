package dialog

import (
	"sipedge/engine/core"
)

// API is what other modules use dialog by. It lives as long as the server.
type API struct{ live *live }

// Of is the server's dialog module, for modules that require it. host is the
// *core.Server that Prepare gets.
func Of(host any) *API {
	s := host.(*core.Server)
	return s.Live("dialog.api", func() any { return &API{liveOf(s)} }).(*API)
}
