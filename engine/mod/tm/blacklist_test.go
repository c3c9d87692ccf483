package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestDestinationThatTimedOutIsPassedOver: with use_dst_blacklist the call after
// the one that nobody answered fails at once, or goes to the name's next address, until
// the time of the list is over.
func TestDestinationThatTimedOutIsPassedOver(t *testing.T) {
	script := `
use_dst_blacklist=yes
dst_blacklist_expire=60
modparam("tm", "fr_timer", 2000)
route { if (!t_relay()) sl_reply_error(); }`
	for _, c := range []struct {
		conf, uri string
		want      string // what the second call ends with; "" goes to the second address
	}{
		{"", "sip:bob@192.0.2.20", "SIP/2.0 473 "},
		{"dst_blacklist_udp_imask=16\n", "sip:bob@192.0.2.20", "first"},
		{"use_dst_blacklist=no\n", "sip:bob@192.0.2.20", "first"},
		{"", "sip:bob@gw.example.org", ""},
	} {
		b := modtest.New(t, loads+script+"\n"+c.conf)
		b.Names.Know("gw.example.org", "192.0.2.20")
		b.Names.Know("gw.example.org", "192.0.2.30")
		caller, first, second := b.Peer("192.0.2.10:5060"), b.Peer("192.0.2.20:5060"), b.Peer("192.0.2.30:5060")
		call := func(id string) {
			caller.Send(strings.NewReplacer("call-1@", id+"@", "z9hG4bKcoretest1", "z9hG4bK"+id).Replace(coretest.Request("INVITE", c.uri).String()))
		}
		drain := func(p *coretest.Peer) (last string) {
			for m := p.Recv(); m != ""; m = p.Recv() {
				last = m
			}
			return last
		}
		call("one")
		if drain(first) == "" || drain(second) != "" {
			t.Fatalf("%s%s: the first call went elsewhere", c.conf, c.uri)
		}
		b.Advance(3 * time.Second)
		if m := drain(caller); !strings.HasPrefix(m, "SIP/2.0 408") {
			t.Fatalf("%s%s: the first call ended with %q", c.conf, c.uri, coretest.StartLine(m))
		}
		drain(first)
		call("two")
		got, one, two := coretest.StartLine(drain(caller)), drain(first) != "", drain(second) != ""
		switch {
		case c.want == "first" && one && !two, c.want == "" && two && !one, strings.HasPrefix(got, c.want) && c.want != "" && !one && !two:
		default:
			t.Errorf("%s%s: the second call: %q, to the first %v, to the second %v", c.conf, c.uri, got, one, two)
		}
		b.Advance(61 * time.Second)
		drain(caller)
		drain(first)
		call("three")
		if drain(first) == "" {
			t.Errorf("%s%s: after its time the first is not tried again", c.conf, c.uri)
		}
	}
}
