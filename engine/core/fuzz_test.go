package core_test

import (
	"bytes"
	"testing"

	"sipedge/reactor"
	"sipedge/sipparse"
)

// FuzzReceive gives any datagram to a server with a proxy's script: nothing
// panics, at most one message leaves, what leaves is a SIP message that parses,
// and a reply is never sent to a reply or an ACK.
func FuzzReceive(f *testing.F) {
	like := hotMessage("INVITE", "seed")
	for _, m := range []string{"INVITE", "OPTIONS", "ACK", "CANCEL", "BYE", "REGISTER", "FOO"} {
		f.Add(hotMessage(m, "seed").Data)
	}
	f.Add([]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx, SIP/2.0/UDP [::1]:5070;received=127.0.0.2;rport=9\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 INVITE\r\n\r\n"))
	f.Add([]byte("BYE sip:a@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP h;rport;received\r\nRoute: <sip:127.0.0.1:5060;lr>,<sip:127.0.0.9;lr>\r\nf: a <sip:a@b>;tag=1\r\nt: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 BYE\r\nl: 2\r\n\r\nhello"))
	s, k := hotServer(f, "", 1)
	h := s.Handler(0)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 65507 {
			return
		}
		in := bytes.Clone(data)
		m := like
		m.Data = in
		sent := k[0].sent
		h.Receive(k[0], []reactor.Message{m})
		if n := s.Stats().Total["panics"]; n != 0 {
			t.Fatalf("%d panics", n)
		}
		if !bytes.Equal(in, data) {
			t.Fatal("the received bytes were changed")
		}
		if k[0].sent == sent {
			return
		}
		if k[0].sent > sent+1 {
			t.Fatalf("%d messages left for one", k[0].sent-sent)
		}
		out := k[0].last
		var x, y sipparse.Index
		if e := sipparse.Parse(out, &y); e != sipparse.OK {
			t.Fatalf("what was sent does not parse (%v): %q", e, out)
		}
		sipparse.Parse(in, &x)
		if !y.IsRequest() && x.IsRequest() && x.Method() == sipparse.MethodAck {
			t.Fatalf("an ACK was answered: %q", out)
		}
		if y.IsRequest() && !x.IsRequest() {
			t.Fatalf("a request left for a reply: %q", out)
		}
		if y.IsRequest() {
			if e := y.Validate(out); e != sipparse.OK {
				t.Fatalf("what was forwarded is not valid (%v): %q", e, out)
			}
		}
	})
}
