package tm_test

import (
	"testing"

	"sipedge/engine/mod/modtest"
)

// TestACallIsRelayed: INVITE, 180, 200, ACK, BYE, 200.
func TestACallIsRelayed(t *testing.T) {
	b := newBed(t, plain)
	inv := request("INVITE", "c1")
	b.a.Send(inv.String())
	got := b.next(b.b, "INVITE sip:bob@192.0.2.20")
	b.want(b.a, "100 trying")
	b.b.Send(reply(got, 180))
	b.want(b.a, "180")
	b.b.Send(reply(got, 200))
	b.want(b.a, "200")
	ack := request("ACK", "c1ack").InDialog()
	ack.CallID = inv.CallID
	b.a.Send(ack.String())
	b.want(b.b, "ACK")
	bye := request("BYE", "c1bye").InDialog()
	b.a.Send(bye.String())
	got = b.next(b.b, "BYE")
	b.b.Send(reply(got, 200))
	b.want(b.a, "200")
	b.ended()
	b.none(b.a, b.b)
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
