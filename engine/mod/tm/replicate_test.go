package tm_test

import "testing"

// t_replicate(): the copy has a transaction, its replies go nowhere, and the script
// answers the request itself.
func TestReplicaRepliesAreAbsorbed(t *testing.T) {
	b := newBed(t, loads+`route { t_replicate("192.0.2.20", "5060"); if (method == "REGISTER") t_reply("200", "Saved"); }`)
	for _, method := range []string{"REGISTER", "MESSAGE"} {
		m := request(method, method)
		b.a.Send(m.String())
		fwd := b.next(b.b, method)
		if method == "REGISTER" {
			b.want(b.a, "200 Saved")
		}
		b.Advance(600 * msec)
		b.want(b.b, method) // it is repeated like any
		b.b.Send(reply(fwd, 200))
		b.none(b.a)
		b.a.Send(m.String())
		if method == "REGISTER" {
			b.want(b.a, "200 Saved")
		}
		b.none(b.a, b.b)
	}
	b.ended()
}
