package core_test

import (
	"bytes"
	"net/netip"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// streamSink is sink with connections: all are open, and one is opened as soon as it
// is asked for.
type streamSink struct {
	sink
	opened int
	to     reactor.ConnID // of the last message
	dialed reactor.Addr
}

func (s *streamSink) Connect(d *reactor.Dial) (reactor.ConnID, error) {
	s.opened++
	s.dialed = d.To
	return reactor.MakeConnID(0, uint32(100+s.opened), 1), nil
}

func (s *streamSink) CommitConn(c reactor.ConnID, _ uint64, n int) error {
	s.to = c
	s.last, s.sent = s.buf[:n], s.sent+1
	return nil
}

func (s *streamSink) Conn(reactor.ConnID) (reactor.ConnInfo, bool) {
	return reactor.ConnInfo{Transport: reactor.TCP, Remote: reactor.FromAddrPort(netip.MustParseAddrPort("127.0.0.1:40000")), Open: true}, true
}

// overStreams makes a server on one loop and a TCP address, and a sink for what it sends.
func overStreams(t *testing.T, script string) (*streamSink, reactor.StreamHandler) {
	t.Helper()
	s, diags := core.New("hot.cfg", []byte(script), core.Options{Core: mod.Core(), Modules: mod.All(), Loops: 1})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Attach(noNetwork{}, noNetwork{}, []*core.Socket{core.NewSocket(0, rt.ProtoTCP, netip.MustParseAddrPort("127.0.0.1:5060"), "")}); err != nil {
		t.Fatal(err)
	}
	k := &streamSink{sink: sink{loops: 1}}
	h := s.Handler(0).(reactor.StreamHandler)
	h.Start(k)
	return k, h
}

// TestTheHotPathOverConnectionsAllocatesNothing: an OPTIONS answered, an INVITE
// forwarded over a connection that is open, and its reply relayed to the connection
// that our Via names.
func TestTheHotPathOverConnectionsAllocatesNothing(t *testing.T) {
	k, h := overStreams(t, `
loadmodule "sl"
loadmodule "textops"
route {
	force_tcp_alias(5080);
	if (is_method("OPTIONS")) sl_send_reply("200", "OK");
	else forward_tcp("127.0.0.1", 5070);
}`)
	in := reactor.MakeConnID(0, 3, 7)
	h.ConnEvent(k, in, reactor.ConnOpened, nil)
	over := func(m reactor.Message, c reactor.ConnID) reactor.Message {
		m.Data = bytes.ReplaceAll(m.Data, []byte("SIP/2.0/UDP 127.0.0.1:5080"), []byte("SIP/2.0/TCP 127.0.0.1:5080"))
		m.Meta.Transport, m.Meta.Conn = reactor.TCP, c
		m.Meta.Remote.Port = 40000
		return m
	}
	run := func(name string, m reactor.Message, to reactor.ConnID) {
		t.Helper()
		batch := []reactor.Message{m}
		sent := k.sent
		if n := testing.AllocsPerRun(200, func() { h.Receive(k, batch) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if k.sent != sent+201 {
			t.Errorf("%s: %d messages sent for 201 received", name, k.sent-sent)
		}
		if k.to != to {
			t.Errorf("%s: sent on %x, not on %x", name, uint64(k.to), uint64(to))
		}
	}
	run("OPTIONS answered", over(hotMessage("OPTIONS", "a"), in), in)
	inv := over(hotMessage("INVITE", "b"), in)
	run("INVITE forwarded", inv, reactor.MakeConnID(0, 101, 1))
	if k.opened != 1 || k.dialed.Port != 5070 {
		t.Errorf("%d connections were opened, the last to %v", k.opened, k.dialed)
	}
	run("reply relayed", hotReply(k.last, over(inv, reactor.MakeConnID(0, 101, 1))), in)
}

// TestAConnectionThatTakesNothingMoreIsNotFoundAgain: one that only writes what it still has is
// open to other loops until one of their messages comes back.
func TestAConnectionThatTakesNothingMoreIsNotFoundAgain(t *testing.T) {
	k, h := overStreams(t, `route { forward_tcp("127.0.0.1", 5070); }`)
	in := reactor.MakeConnID(0, 3, 7)
	m := hotMessage("INVITE", "gone")
	m.Meta.Transport, m.Meta.Conn = reactor.TCP, in
	for _, want := range []int{1, 1} {
		if h.Receive(k, []reactor.Message{m}); k.opened != want {
			t.Fatalf("%d connections were opened", k.opened)
		}
	}
	h.Unsent(k, k.to, reactor.TagLost, reactor.ErrNoConn)
	if h.Receive(k, []reactor.Message{m}); k.opened != 2 {
		t.Errorf("%d connections were opened", k.opened)
	}
}
