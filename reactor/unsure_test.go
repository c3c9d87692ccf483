//go:build linux

package reactor

import "testing"

// TestSendersAreToldOfAReset: of the last messages that the system had taken. When the peer
// closes in order it has read them.
func TestSendersAreToldOfAReset(t *testing.T) {
	for _, reset := range []bool{true, false} {
		h := &streamFuncs{}
		out := outcomes(h)
		r := runStreams(t, h, Config{})
		s := server(t)
		var id ConnID
		ask(t, r, func(l Loop) { id, _ = l.Connect(dialTo(s.Addr().String())) })
		p := acceptFrom(t, s)
		need(t, out, "the connection")
		ask(t, r, func(l Loop) {
			_ = l.SendConn(id, TagLost, []byte(pack("nobody wants to know")))
			for i := range keptTags + 3 {
				_ = l.SendConn(id, uint64(i+2), []byte(pack("hello")))
			}
		})
		for range keptTags + 4 {
			p.recv()
		}
		if reset {
			_ = p.SetLinger(0)
		}
		p.Close()
		if reset {
			for i := range keptTags {
				if o := need(t, out, "a message"); o.tag != uint64(i+5) || o.why != ErrMaybeLost {
					t.Fatalf("%+v, want tag %d", o, i+5)
				}
			}
		}
		if o := need(t, out, "the end"); o.tag != 0 || o.ev != ConnClosed {
			t.Errorf("%+v", o)
		}
	}
}
