package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// TestAClosedPortFailsTheBranchAtOnce: as if it had answered 503 (RFC 3261 §16.9), which goes
// upstream as 500; scripts that look for a time-out find one.
func TestAClosedPortFailsTheBranchAtOnce(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		want         []string
	}{
		{"INVITE", relayOrFail, []string{"100", "500"}},
		{"MESSAGE", relayOrFail, []string{"500"}},
		{"INVITE", `route { t_on_failure("f"); t_relay(); }
failure_route[f] { if (t_branch_timeout() && !t_branch_replied() && t_check_status("503") && $T_reply_code == 503) t_reply("480", "Next"); }`, []string{"100", "480 Next"}},
		{"INVITE", `modparam("tm", "remap_503_500", 0)` + relayOrFail, []string{"100", "503"}},
	} {
		b := newBed(t, loads+tc.script)
		b.b.Close()
		b.a.Send(request(tc.name, "one").String())
		b.want(b.a, tc.want...)
		if n := b.Server.Stats().Total["undelivered"]; n != 1 {
			t.Errorf("%d ICMP errors counted", n)
		}
		b.ended()
	}
}

// TestAClosedPortOfAForkIsOneFailure among others.
func TestAClosedPortOfAForkIsOneFailure(t *testing.T) {
	b := newBed(t, loads+`route { append_branch("sip:x@192.0.2.30"); t_relay(); }`)
	b.b.Close()
	b.a.Send(request("INVITE", "one").String())
	m := b.next(b.c, "INVITE")
	b.next(b.a, "100")
	b.none(b.a)
	b.c.Send(reply(m, 486))
	b.want(b.a, "486")
	b.ended()
}

// TestForgedICMPErrorsEndNothing: whoever does not know the branch in our Via, or is wrong about
// where it went, is not believed; nor is one who repeats too little of the datagram.
func TestForgedICMPErrorsEndNothing(t *testing.T) {
	upTo := func(m, text string) string { return m[:strings.Index(m, text)] }
	for _, tc := range []struct {
		name  string
		quote func(m string) string
		from  func(b *bed) *coretest.Peer
		sock  int
		ends  bool
	}{
		{"as it was sent", func(m string) string { return m }, nil, 0, true},
		{"the first 512 bytes", func(m string) string { return m[:min(len(m), 512)] }, nil, 0, true},
		{"to the end of the branch", func(m string) string {
			at := strings.Index(m, ";branch=")
			return m[:at+strings.Index(m[at:], "\r\n")+2]
		}, nil, 0, true},
		{"a digit less", func(m string) string {
			at := strings.Index(m, ";branch=")
			return m[:at+strings.Index(m[at:], "\r\n")-1]
		}, nil, 0, false},
		{"to the end of the branch, not of its line", func(m string) string {
			at := strings.Index(m, ";branch=")
			return m[:at+strings.Index(m[at:], "\r\n")]
		}, nil, 0, false},
		{"nothing", func(string) string { return "" }, nil, 0, false},
		{"the request line", func(m string) string { return upTo(m, "Via:") }, nil, 0, false},
		{"another number of the branch", func(m string) string {
			at := strings.Index(m, "\r\nFrom")
			via := strings.Index(m, ";branch=")
			end := via + strings.Index(m[via:], "\r\n")
			dot := strings.LastIndex(m[:end], ".")
			if at < 0 || dot < 0 {
				return ""
			}
			return m[:dot-1] + "1" + m[dot:]
		}, nil, 0, false},
		{"another hash in it", func(m string) string {
			via := strings.Index(m, ";branch=")
			end := via + strings.Index(m[via:], "\r\n")
			c := byte('0')
			if m[end-1] == c {
				c = '1'
			}
			return m[:end-1] + string(c) + m[end:]
		}, nil, 0, false},
		{"a branch of nobody", func(m string) string { return strings.Replace(m, "z9hG4bKSe2.", "z9hG4bKXe2.", 1) }, nil, 0, false},
		{"a branch that is too long", func(m string) string { return strings.Replace(m, ";branch=z9hG4bKSe2.", ";branch=z9hG4bKSe2.0", 1) }, nil, 0, false},
		{"another destination", func(m string) string { return m }, func(b *bed) *coretest.Peer { return b.c }, 0, false},
		{"another socket", func(m string) string { return m }, nil, 1, false},
		{"a reply", func(m string) string { return reply(m, 180) }, nil, 0, false},
		{"rubbish", func(string) string { return "\r\n\r\nVia: ;branch=\r\n" }, nil, 0, false},
		{"no line ends", func(m string) string { return strings.ReplaceAll(m, "\r\n", " ") }, nil, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, "use_dst_blacklist=yes\n"+plain)
			b.a.Send(request("INVITE", "one").String())
			b.next(b.a, "100")
			m := b.next(b.b, "INVITE")
			from := b.b
			if tc.from != nil {
				from = tc.from(b)
			}
			from.Bounce(tc.sock, tc.quote(m))
			if tc.ends {
				b.want(b.a, "500")
			} else {
				b.none(b.a)
				b.b.Send(reply(m, 180))
				b.want(b.a, "180")
			}
			listed := b.Server.Blacklist().MemInfo().Entries
			if (listed == 1) != tc.ends {
				t.Errorf("%d destinations on the list", listed)
			}
			b.Advance(10 * time.Minute)
			b.ended()
		})
	}
}

// TestAnICMPErrorBehindAnAnswerChangesNothing: the request has arrived, whatever the port of its
// sender says later about an ACK, a CANCEL or a copy.
func TestAnICMPErrorBehindAnAnswerChangesNothing(t *testing.T) {
	for _, code := range []int{100, 180, 200, 486} {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "one").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, code))
		before := len(lines(b.a))
		b.b.Bounce(0, m)
		b.none(b.a)
		if before == 0 {
			t.Errorf("%d: the caller got nothing", code)
		}
		b.Advance(10 * time.Minute)
		b.ended()
	}
}

// TestAnICMPErrorWaitsForTheScript, like anything that happens to the transaction.
func TestAnICMPErrorWaitsForTheScript(t *testing.T) {
	b := slowBed(t, `route { t_relay(); pause(2000); }`)
	b.b.Close()
	b.a.Send(request("INVITE", "one").String())
	b.want(b.a, "100")
	b.Advance(1900 * msec)
	b.none(b.a)
	b.Advance(200 * msec)
	b.want(b.a, "500")
	b.ended()
}
