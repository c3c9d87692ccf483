package core_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/rt"

	"net/netip"
)

// sink is a loop whose sends and posts are counted and kept in place: what is
// measured is the server alone.
type sink struct {
	reactor.NoConns

	id, loops int
	buf       [70000]byte
	last      []byte
	sent      int
	mail      reactor.Mail
	data      [70000]byte
	posted    int
}

func (s *sink) ID() int                                             { return s.id }
func (s *sink) Loops() int                                          { return s.loops }
func (s *sink) Now() int64                                          { return 1 }
func (s *sink) Wall() int64                                         { return 1 }
func (s *sink) SocketAddr(reactor.SocketID) reactor.Addr            { return reactor.Addr{} }
func (s *sink) Reserve(n int) []byte                                { return s.buf[:n:n] }
func (s *sink) After(time.Duration, uint32, uint64) reactor.TimerID { return 1 }
func (s *sink) Cancel(reactor.TimerID) bool                         { return true }
func (s *sink) Poster() reactor.Poster                              { return nil }
func (s *sink) Commit(_ reactor.SocketID, _ reactor.Addr, n int) error {
	s.last, s.sent = s.buf[:n], s.sent+1
	return nil
}
func (s *sink) CommitFrom(k reactor.SocketID, _, to reactor.Addr, n int) error {
	return s.Commit(k, to, n)
}
func (s *sink) Send(k reactor.SocketID, to reactor.Addr, b []byte) error {
	return s.Commit(k, to, copy(s.buf[:], b))
}
func (s *sink) SendFrom(k reactor.SocketID, _, to reactor.Addr, b []byte) error {
	return s.Send(k, to, b)
}
func (s *sink) Post(_ int, m *reactor.Mail) error {
	s.mail = *m
	s.mail.Data = s.data[:copy(s.data[:], m.Data)]
	s.posted++
	return nil
}

type noNetwork struct{}

func (noNetwork) Poster(int) reactor.Poster { return nil }

func (noNetwork) Submit(pool.Job) error { return nil }

const hotScript = `
loadmodule "sl"
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "textops"
loadmodule "siputils"
route {
	if (!mf_process_maxfwd_header("10")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (has_totag()) {
		loose_route();
	} else {
		record_route();
	}
	forward("127.0.0.1", 5070);
}
`

func hotServer(t testing.TB, params string, loops int) (*core.Server, []*sink) {
	t.Helper()
	s, diags := core.New("hot.cfg", []byte(params+hotScript), core.Options{Core: mod.Core(), Modules: mod.All(), Loops: loops})
	if s == nil {
		t.Fatal(diags)
	}
	addr := netip.MustParseAddrPort("127.0.0.1:5060")
	if err := s.Attach(noNetwork{}, noNetwork{}, []*core.Socket{core.NewSocket(0, rt.ProtoUDP, addr, "")}); err != nil {
		t.Fatal(err)
	}
	var sinks []*sink
	for i := range s.Loops() {
		k := &sink{id: i, loops: s.Loops()}
		s.Handler(i).Start(k)
		sinks = append(sinks, k)
	}
	return s, sinks
}

func hotMessage(method, callID string) reactor.Message {
	m := fmt.Sprintf("%s sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5080;branch=z9hG4bK776asdhds;rport\r\nMax-Forwards: 70\r\n"+
		"From: \"Alice\" <sip:alice@example.com>;tag=1928301774\r\nTo: Bob <sip:bob@example.net>\r\nCall-ID: %s\r\nCSeq: 314159 %s\r\n"+
		"Contact: <sip:alice@127.0.0.1:5080>\r\nUser-Agent: hot path\r\nContent-Length: 0\r\n\r\n", method, callID, method)
	from := reactor.FromAddrPort(netip.MustParseAddrPort("127.0.0.1:5080"))
	to := reactor.FromAddrPort(netip.MustParseAddrPort("127.0.0.1:5060"))
	return reactor.Message{Data: []byte(m), Meta: reactor.Meta{Remote: from, Local: to, Transport: reactor.UDP}}
}

// reply turns a forwarded request into a 200 for it.
func hotReply(forwarded []byte, like reactor.Message) reactor.Message {
	_, rest, _ := bytes.Cut(forwarded, []byte("\r\n"))
	return reactor.Message{Data: append([]byte("SIP/2.0 200 OK\r\n"), rest...), Meta: like.Meta}
}

// TestHotPathAllocatesNothing: from the receive batch to the send batch, for an
// OPTIONS answered, an INVITE forwarded and its reply relayed, and a message
// handed to another loop and handled there.
func TestHotPathAllocatesNothing(t *testing.T) {
	for _, syn := range []string{"syn_branch=yes\n", "syn_branch=no\n"} {
		s, k := hotServer(t, syn, 1)
		h := s.Handler(0)
		run := func(name string, m reactor.Message) {
			t.Helper()
			batch := []reactor.Message{m}
			sent := k[0].sent
			n := testing.AllocsPerRun(200, func() { h.Receive(k[0], batch) })
			if n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
			if k[0].sent != sent+201 {
				t.Errorf("%s: %d messages sent for 201 received", name, k[0].sent-sent)
			}
		}
		run("OPTIONS answered", hotMessage("OPTIONS", "a"))
		inv := hotMessage("INVITE", "b")
		run("INVITE forwarded", inv)
		run("reply relayed", hotReply(k[0].last, inv))
	}
}

func TestHandOverAllocatesNothing(t *testing.T) {
	s, k := hotServer(t, "children=2\nhome=\"always\"\n", 2)
	if s.Loops() < 2 {
		t.Skip("one CPU, one loop: nothing is handed over")
	}
	for i := range 64 {
		batch := []reactor.Message{hotMessage("OPTIONS", fmt.Sprint("call", i))}
		s.Handler(0).Receive(k[0], batch)
		if k[0].posted == 0 {
			continue // at home on loop 0
		}
		n := testing.AllocsPerRun(200, func() {
			s.Handler(0).Receive(k[0], batch)
			s.Handler(1).Posted(k[1], &k[0].mail)
		})
		if n != 0 {
			t.Errorf("%v allocations for a message handed over and answered", n)
		}
		if k[1].sent == 0 {
			t.Error("the home loop sent nothing")
		}
		return
	}
	t.Error("none of 64 calls was at home on the other loop")
}

func BenchmarkOptionsAnswered(b *testing.B) { benchmarkReceive(b, hotMessage("OPTIONS", "a"), false) }
func BenchmarkInviteForwarded(b *testing.B) { benchmarkReceive(b, hotMessage("INVITE", "a"), false) }
func BenchmarkReplyRelayed(b *testing.B)    { benchmarkReceive(b, hotMessage("INVITE", "a"), true) }

func benchmarkReceive(b *testing.B, m reactor.Message, reply bool) {
	s, k := hotServer(b, "", 1)
	h := s.Handler(0)
	if reply {
		h.Receive(k[0], []reactor.Message{m})
		m = hotReply(k[0].last, m)
	}
	batch := []reactor.Message{m}
	b.ReportAllocs()
	b.SetBytes(int64(len(m.Data)))
	for b.Loop() {
		h.Receive(k[0], batch)
	}
}
