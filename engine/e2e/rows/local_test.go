package rows

import "sipedge/engine/mod/tm"

// local lets the server send a request of its own. One that the event_route drops is
// an error for who asked for it; here only what goes out counts.
func (r *result) local(method, uri string) {
	api := tm.Of(r.n.Server)
	err := r.n.Server.Post(0, func(loop int) {
		_, _ = api.Send(loop, &tm.Request{Method: method, URI: uri, From: "<sip:edge@192.0.2.1>", To: "<" + uri + ">"})
	})
	if err != nil {
		r.fail("local %s %s: %v", method, uri, err)
	}
	r.n.Settle()
}
