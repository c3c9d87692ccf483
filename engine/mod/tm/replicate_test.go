package tm_test

import (
	"strings"
	"testing"
)

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

// The copy goes where its URI or its host says, the request where it is relayed to.
func TestWhereTheReplicaGoes(t *testing.T) {
	for _, call := range []string{
		`t_replicate("192.0.2.30", "5060");`, `t_replicate("192.0.2.30");`, `t_replicate_udp("192.0.2.30", "5060");`, `t_replicate_to_udp("192.0.2.30", "5060");`,
		`t_replicate("sip:192.0.2.30");`, `t_replicate("sip:192.0.2.30:5060;transport=udp");`, `$avp(to) = "sip:192.0.2.30:5060"; t_replicate("$avp(to)");`,
		`$avp(to) = "192.0.2.30"; t_replicate("$avp(to)");`, `$du = "sip:192.0.2.30"; t_replicate();`,
	} {
		b := newBed(t, loads+`route { `+call+` }`)
		m := request("MESSAGE", "m")
		m.URI = "sip:bob@192.0.2.99"
		b.a.Send(m.String())
		t.Log(call)
		b.want(b.c, "MESSAGE sip:bob@192.0.2.99")
		b.none(b.a, b.b)
	}
	b := newBed(t, loads+`route { $avp(to) = "sip:"; if (!t_replicate("$avp(to)")) t_reply("400", "No Destination"); }`)
	b.a.Send(request("MESSAGE", "m").String())
	b.none(b.b, b.c)
	if log := b.Logged(); !strings.Contains(log, "t_replicate: ") {
		t.Errorf("logged %q", log)
	}
}
