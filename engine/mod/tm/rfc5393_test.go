package tm_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
)

// bounce is a request as an element behind us that adds its Via would send it back.
func bounce(m string) string {
	return strings.Replace(m, "Via: ", "Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKback\r\nVia: ", 1)
}

// RFC 5393 §4.2: loops are found, spirals pass.
func TestRFC5393_4_2_LoopDetection(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(string) string
		loop   bool
	}{
		{"the same comes back", func(s string) string { return s }, true},
		{"with another Request-URI it is a spiral", func(s string) string { return strings.Replace(s, "sip:bob@", "sip:carol@", 1) }, false},
		{"with another Route set it is a spiral", func(s string) string {
			return strings.Replace(s, "Max-Forwards", "Route: <sip:192.0.2.99;lr>\r\nMax-Forwards", 1)
		}, false},
		{"with another Call-ID it is another call", func(s string) string { return strings.Replace(s, "Call-ID: l@", "Call-ID: o@", 1) }, false},
		{"with another CSeq it is another request", func(s string) string { return strings.Replace(s, "CSeq: 1", "CSeq: 2", 1) }, false},
		{"with credentials it is another request", func(s string) string {
			return strings.Replace(s, "Max-Forwards", "Proxy-Authorization: Digest realm=\"x\"\r\nMax-Forwards", 1)
		}, false},
		{"a body and other headers do not matter", func(s string) string {
			return strings.Replace(s, "Max-Forwards", "Subject: again\r\nMax-Forwards", 1)
		}, true},
		{"nor does a lower Max-Forwards", func(s string) string { return strings.Replace(s, "Max-Forwards: 69", "Max-Forwards: 30", 1) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			b.a.Send(request("INVITE", "l").String())
			m := b.next(b.b, "INVITE")
			lines(b.a)
			b.b.Send(tc.change(bounce(m)))
			got := lines(b.b)
			looped := len(got) == 1 && strings.HasPrefix(got[0], "482 Loop Detected")
			if looped != tc.loop {
				t.Errorf("%q; a loop: %v, want %v", got, looped, tc.loop)
			}
			if n := b.stat("loops"); (n == 1) != tc.loop {
				t.Errorf("%d loops counted", n)
			}
		})
	}
}

// RFC 5393 §4.2: the hash is of the request as it came in, so that what the script
// changes does not hide a loop.
func TestRFC5393_4_2_ALoopWithARewrittenURI(t *testing.T) {
	b := newBed(t, loads+`route { seturi("sip:bob@192.0.2.20"); t_relay(); }`)
	m := request("INVITE", "l")
	m.URI = "sip:alias@192.0.2.1"
	b.a.Send(m.String())
	one := b.next(b.b, "INVITE sip:bob@192.0.2.20")
	b.b.Send(bounce(one)) // comes with sip:bob: not yet a loop, it is the first with this URI
	var two string
	for s := b.b.Recv(); s != ""; s = b.b.Recv() {
		if strings.HasPrefix(s, "INVITE") {
			two = s
		}
	}
	if two == "" {
		t.Fatal("the first return did not pass")
	}
	b.b.Send(strings.Replace(bounce(two), "z9hG4bKback", "z9hG4bKback2", 1))
	found := false
	for _, l := range lines(b.b) {
		found = found || strings.HasPrefix(l, "482")
	}
	if !found {
		t.Error("the second return was not found to be a loop")
	}
	if got := coretest.Headers(two, "Via"); len(got) != 4 {
		t.Errorf("Vias %q", got)
	}
}

// RFC 5393 §4.2.2: only branches of this server count. Another sipedge before us
// has hashed the same fields.
func TestRFC5393_4_2_AnotherServerInFrontIsNoLoop(t *testing.T) {
	front, back := newBed(t, plain), newBed(t, plain)
	front.a.Send(request("INVITE", "two").String())
	back.a.Send(front.next(front.b, "INVITE"))
	back.want(back.b, "INVITE")
	if n := back.stat("loops"); n != 0 {
		t.Errorf("%d loops counted", n)
	}
}
