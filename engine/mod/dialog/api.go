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

// Dialog is the dialog of a message, 0 for none; on the message's loop.
func (a *API) Dialog(p *core.Proc) Ref {
	m := a.live.layerOf(p)
	i, d, _ := m.ofMessage(p)
	if d == nil || d.state == Tentative {
		return 0
	}
	return m.ref(i)
}

// StateOf is a dialog's state; false when its entry is gone. On its loop.
func (a *API) StateOf(r Ref) (State, bool) {
	if d := a.live.layers[r.Loop()].get(r); d != nil {
		return d.state, true
	}
	return 0, false
}

// Variable is the value of a dialog's variable, until the dialog changes; false
// for none. On its loop.
func (a *API) Variable(r Ref, name string) ([]byte, bool) {
	m := a.live.layers[r.Loop()]
	if d := m.get(r); d != nil {
		return m.variable(d, name)
	}
	return nil, false
}

// Bye ends a dialog with a BYE to both sides, from any goroutine. An error means
// that its loop cannot be told; a dialog that is over is none.
func (a *API) Bye(r Ref) error {
	return a.live.srv.Post(r.Loop(), func(loop int) {
		m := a.live.layers[loop]
		if d := m.get(r); d != nil && (d.state == Answered || d.state == Confirmed) && !m.byeBoth(r.slot(), d) {
			m.end(r.slot(), d, nil, "dialog:end")
		}
	})
}

// Active is the number of dialogs that are answered and have not ended ($DLG_count);
// Early of those that ring. From any goroutine.
func (a *API) Active() int64 { return a.live.active() }

// Early is the number of dialogs with a provisional reply and no final one.
func (a *API) Early() int64 {
	var n int64
	for _, m := range a.live.layers {
		n += m.stats.early.Load()
	}
	return n
}
