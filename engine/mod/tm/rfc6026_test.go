package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// RFC 6026 §7.1: the Accepted state of the server transaction.
func TestRFC6026_7_1_ServerAccepted(t *testing.T) {
	t.Run("a retransmitted INVITE is absorbed", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "a")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 200))
		lines(b.a)
		b.a.Send(inv.String())
		b.none(b.a, b.b)
	})
	t.Run("the 2xx is not repeated by us", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "b").String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 200))
		lines(b.a)
		b.Advance(40 * second)
		b.none(b.a)
	})
	t.Run("a 2xx that comes again is relayed", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "c").String())
		m := b.next(b.b, "INVITE")
		for range 3 {
			b.b.Send(reply(m, 200))
		}
		b.want(b.a, "100 ", "200", "200", "200")
	})
	t.Run("a 2xx after the transaction's end is relayed statelessly", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "d").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		lines(b.a)
		b.Advance(time.Minute)
		b.b.Send(reply(m, 200))
		b.want(b.a, "200")
	})
	t.Run("a failure after the transaction's end is not", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "df")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		b.a.Send(ack(inv, reply(inv.String(), 486)))
		lines(b.a)
		b.Advance(time.Minute)
		b.b.Send(reply(m, 486))
		b.none(b.a)
		if b.stat("lateReplies") != 1 {
			t.Error("not counted")
		}
	})
	t.Run("the ACK of a 2xx goes on with a branch of its own", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "e")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		lines(b.a)
		k := request("ACK", "e-ack").InDialog()
		b.a.Send(k.String())
		got := b.next(b.b, "ACK")
		if coretest.Headers(got, "Via")[0] == coretest.Headers(m, "Via")[0] {
			t.Error("the ACK has the INVITE's branch")
		}
		b.none(b.a)
	})
	t.Run("an ACK of a 2xx with the INVITE's branch goes on too", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "f")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 200))
		b.a.Send(ack(inv, reply(inv.String(), 200)))
		b.want(b.b, "ACK")
	})
}

// RFC 6026 §7.2 and §8.4: the client transaction in Accepted and Completed.
func TestRFC6026_7_2_ClientAccepted(t *testing.T) {
	t.Run("the 2xx of two branches with other To tags are both relayed", func(t *testing.T) {
		b := newBed(t, forks)
		b.a.Send(request("INVITE", "a").String())
		mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
		b.b.Send(reply(mb, 200))
		b.c.Send(strings.Replace(reply(mc, 200), "callee-tag", "other-tag", 1))
		b.want(b.a, "100 ", "200", "200")
	})
	t.Run("and so are two with the same tag", func(t *testing.T) {
		b := newBed(t, forks)
		b.a.Send(request("INVITE", "b").String())
		mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
		b.b.Send(reply(mb, 200))
		b.c.Send(reply(mc, 200))
		b.want(b.a, "100 ", "200", "200")
	})
	t.Run("a tag that flips on one branch is another dialog", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "c").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		b.b.Send(strings.Replace(reply(m, 200), "callee-tag", "flipped", 1))
		b.want(b.a, "100 ", "200", "200")
	})
	t.Run("a failure after the 2xx of its branch is acknowledged and kept", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "d").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		b.b.Send(reply(m, 486))
		b.want(b.a, "100 ", "200")
		b.want(b.b, "ACK")
	})
	t.Run("a provisional reply after the final one is absorbed", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "e").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		b.b.Send(reply(m, 180))
		b.want(b.a, "100 ", "200")
	})
	t.Run("a 2xx after Timer B is relayed", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "f")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.Advance(31 * second)
		b.want(b.a, "100 ", "408")
		b.b.Send(reply(m, 200))
		b.want(b.a, "200")
	})
	t.Run("an INVITE that both sides end leaves nothing", func(t *testing.T) {
		b := newBed(t, forks)
		b.a.Send(request("INVITE", "g").String())
		mb, mc, md := b.next(b.b, "INVITE"), b.next(b.c, "INVITE"), b.next(b.d, "INVITE")
		b.b.Send(reply(mb, 200))
		b.c.Send(reply(mc, 486))
		b.d.Send(reply(md, 200))
		b.ended()
	})
}
