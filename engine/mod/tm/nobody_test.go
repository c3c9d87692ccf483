package tm_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
)

// Replies that belong to no transaction: those with a branch of ours whose
// transaction is over go no further (RFC 6026 §8.9), others are relayed statelessly
// by their next Via (RFC 3261 §16.7). Never a crash.
func TestRepliesForNobody(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(string) string
		want   []string
	}{
		{"another slot", func(s string) string { return strings.Replace(s, token(s)[:8], "00000077", 1) }, nil},
		{"another generation", func(s string) string { return strings.Replace(s, token(s), token(s)[:8]+"0000ffff"+token(s)[16:], 1) }, nil},
		{"a token that is too short", func(s string) string { return strings.Replace(s, token(s), "00", 1) }, []string{"200"}},
		{"a token that is no number", func(s string) string { return strings.Replace(s, token(s)[:8], "zzzzzzzz", 1) }, []string{"200"}},
		{"another process", func(s string) string { i := strings.Index(s, "Se2."); return s[:i+4] + flip(s[i+4:i+8]) + s[i+8:] }, []string{"200"}},
		{"a branch that is not there", func(s string) string { return strings.Replace(s, token(s), token(s)[:16]+"09"+token(s)[18:], 1) }, nil},
		{"a slot beyond all", func(s string) string { return strings.Replace(s, token(s)[:8], "ffffffff", 1) }, nil},
		{"no Via but ours", func(s string) string {
			i := strings.Index(s, "Via: SIP/2.0/UDP 192.0.2.10")
			return s[:i] + s[i+strings.Index(s[i:], "\r\n")+2:]
		}, []string{"502"}}, // it cannot be relayed, and the caller must not wait
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			b.a.Send(request("OPTIONS", "n").String())
			m := b.next(b.b, "OPTIONS")
			b.b.Send(tc.change(reply(m, 200)))
			b.want(b.a, tc.want...)
		})
	}
}

// The call that a late 2xx makes is the caller's to end, so it gets there.
func TestALate2xxOfAPastTransactionIsRelayed(t *testing.T) {
	b := newBed(t, plain)
	b.a.Send(request("INVITE", "late").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(strings.Replace(reply(m, 486), token(m)[:8], "00000077", 1))
	b.want(b.a, "100")
	b.b.Send(strings.Replace(reply(m, 200), token(m)[:8], "00000077", 1))
	b.want(b.a, "200")
}

// token is what stands behind generation and loop in our branch.
func token(msg string) string {
	v := coretest.Header(msg, "Via")
	v = v[strings.Index(v, "Se2.")+len("Se2.GGGGLL."):]
	if i := strings.IndexByte(v, ';'); i >= 0 {
		v = v[:i]
	}
	return v
}

func flip(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '0' {
			return '1'
		}
		return '0'
	}, s)
}

// ACKs that belong to no transaction go on statelessly where the script relays
// them, and are never answered.
func TestAcksForNobody(t *testing.T) {
	b := newBed(t, plain)
	k := request("ACK", "nobody").InDialog()
	b.a.Send(k.String())
	b.want(b.b, "ACK")
	b.none(b.a)
	// t_check_trans() knows the ACK of a 2xx that was relayed, and no other
	for _, tc := range []struct {
		tag   string
		known bool
	}{{"callee-tag", true}, {"other-tag", false}} {
		b = newBed(t, loads+`route { if (method == "ACK") { if (t_check_trans()) t_relay(); exit; } t_relay(); }`)
		inv := request("INVITE", "acc")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 200))
		k2 := request("ACK", "acc2").InDialog()
		k2.CallID, k2.ToTag = inv.CallID, tc.tag
		b.a.Send(k2.String())
		if got := len(lines(b.b)) == 1; got != tc.known {
			t.Errorf("the ACK with To tag %s is known: %v, want %v", tc.tag, got, tc.known)
		}
		b.ended()
	}
	b = newBed(t, loads+`route { if (t_check_trans()) { t_relay(); exit; } if (!t_newtran()) exit; t_reply("200", "OK"); }`)
	b.a.Send(k.String())
	b.none(b.a, b.b)
	b.ended()
}

// decisions: with check_via=1 a reply whose top Via is not ours is dropped and
// counted; with 0 it is relayed.
func TestCheckViaDropsRepliesThatAreNotOurs(t *testing.T) {
	for _, tc := range []struct {
		check string
		want  int
	}{{"0", 1}, {"1", 0}} {
		b := newBed(t, "check_via="+tc.check+"\n"+plain)
		b.a.Send(request("OPTIONS", "v").String())
		m := b.next(b.b, "OPTIONS")
		r := reply(m, 200)
		i := strings.Index(r, "Via: ")
		foreign := r[:i] + "Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKforeign" + r[i+strings.Index(r[i:], "\r\n"):]
		b.b.Send(foreign)
		if got := lines(b.a); len(got) != tc.want {
			t.Errorf("check_via=%s: %q", tc.check, got)
		}
		b.b.Send(r)
		b.want(b.a, "200")
		if n := b.Server.Stats().Total["foreignReplies"]; n != uint64(1-tc.want) {
			t.Errorf("check_via=%s: %d counted", tc.check, n)
		}
	}
}

// A reply whose next Via, and a request whose URI, names a transport that nobody knows
// go nowhere, and no further.
func TestTransportsThatNobodyKnows(t *testing.T) {
	b := newBed(t, loads+`route { if (method == "MESSAGE") { forward(); exit; } t_relay(); }`)
	m := request("OPTIONS", "odd")
	m.Via = append(m.Via, strings.Replace(m.Via[0], "SIP/2.0/UDP", "SIP/2.0/UfP", 1))
	for _, s := range []string{
		"SIP/2.0 302 Moved\r\nVia: " + strings.Replace(m.Via[0], "192.0.2.10", "192.0.2.1", 1) + "\r\nVia: " + m.Via[1] + m.String()[strings.Index(m.String(), "\r\nFrom"):],
		strings.Replace(request("OPTIONS", "uri").String(), " SIP/2.0", ";transport=foo SIP/2.0", 1),
		strings.Replace(request("MESSAGE", "uri").String(), " SIP/2.0", ";transport=foo SIP/2.0", 1),
	} {
		b.a.Send(s)
		if n := b.Server.Stats().Total["panics"]; n != 0 {
			t.Fatalf("%q: a panic\n%s", s, b.Logged())
		}
	}
	b.none(b.b)
}
