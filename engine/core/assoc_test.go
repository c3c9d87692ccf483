package core_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/mod"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// assocSink is sink with SCTP: what is sent is kept, with the association and the
// address that were named.
type assocSink struct {
	sink
	over   reactor.ConnID
	to     reactor.Addr
	tag    uint64
	sock   reactor.SocketID
	msg    []byte
	refuse error
}

func (s *assocSink) CommitAssoc(sock reactor.SocketID, over reactor.ConnID, to reactor.Addr, tag uint64, n int) error {
	if s.refuse != nil {
		return s.refuse
	}
	s.sock, s.over, s.to, s.tag = sock, over, to, tag
	s.last, s.sent = s.buf[:n], s.sent+1
	s.msg = append(s.msg[:0], s.last...)
	return nil
}

// assocServer is a server with an SCTP address, number 0, and a UDP address.
func assocServer(t *testing.T, script string) (*core.Server, reactor.AssocHandler, *assocSink, *logText) {
	t.Helper()
	lines := &logText{}
	logger := log.New(log.Options{Rings: 1, Sink: lines, Level: 3, Lines: -1, Bytes: -1})
	t.Cleanup(func() { logger.Close() })
	s, diags := core.New("sctp.cfg", []byte("debug=3\nloadmodule \"sl\"\nloadmodule \"tm\"\nloadmodule \"pv\"\n"+script), core.Options{Core: mod.Core(), Modules: mod.All(), Loops: 1, Logger: logger})
	if s == nil {
		t.Fatal(diags)
	}
	at := netip.MustParseAddrPort("127.0.0.1:5060")
	if err := s.Attach(noNetwork{}, noNetwork{}, []*core.Socket{core.NewSocket(0, rt.ProtoSCTP, at, ""), core.NewSocket(1, rt.ProtoUDP, at, "")}); err != nil {
		t.Fatal(err)
	}
	k := &assocSink{sink: sink{loops: 1}}
	h := s.Handler(0).(reactor.AssocHandler)
	h.Start(k)
	lines.logger = logger
	return s, h, k, lines
}

// logText is the log as text.
type logText struct {
	logger *log.Logger
	mu     sync.Mutex
	b      []byte
}

func (l *logText) Log(line log.Line) {
	l.mu.Lock()
	l.b = append(append(l.b, line.Text...), '\n')
	l.mu.Unlock()
}

func (l *logText) Flush() {}

func (l *logText) text() string {
	l.logger.Flush()
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}

// aConn is an association.
const aConn = reactor.ConnID(7<<32 | 1<<23)

// overSCTP is a message that came over SCTP from port 40000, with another port in
// its Via.
func overSCTP(m reactor.Message, c reactor.ConnID) reactor.Message {
	m.Data = bytes.ReplaceAll(m.Data, []byte("SIP/2.0/UDP 127.0.0.1:5080"), []byte("SIP/2.0/SCTP 127.0.0.1:5080"))
	m.Data = bytes.ReplaceAll(m.Data, []byte(";rport"), nil)
	m.Meta.Transport, m.Meta.Conn, m.Meta.Socket = reactor.SCTP, c, 0
	m.Meta.Remote.Port = 40000
	return m
}

// TestSCTPMessagesOnTheirWay: an answer goes over its request's association, a
// request to its address with "SIP/2.0/SCTP" in our Via, its reply over the
// association that the Via names; none of it allocates.
func TestSCTPMessagesOnTheirWay(t *testing.T) {
	if !aConn.IsAssoc() {
		t.Fatal("aConn is no association")
	}
	_, h, k, _ := assocServer(t, `
loadmodule "textops"
route {
	force_tcp_alias(5080);
	if (is_method("OPTIONS")) sl_send_reply("200", "OK");
	else forward_sctp("127.0.0.1", 5070);
}`)
	run := func(name string, m reactor.Message, over reactor.ConnID, port uint16) {
		t.Helper()
		batch := []reactor.Message{m}
		sent := k.sent
		if n := testing.AllocsPerRun(200, func() { h.Receive(k, batch) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if k.sent != sent+201 {
			t.Fatalf("%s: %d messages sent for 201 received", name, k.sent-sent)
		}
		if k.over != over || k.to.Port != port || k.sock != 0 {
			t.Errorf("%s: sent over %x to %v, not over %x to port %d", name, uint64(k.over), k.to, uint64(over), port)
		}
	}
	run("OPTIONS answered", overSCTP(hotMessage("OPTIONS", "a"), aConn), aConn, 5080)
	inv := overSCTP(hotMessage("INVITE", "b"), aConn)
	run("INVITE forwarded", inv, 0, 5070)
	if via, _, _ := bytes.Cut(k.last[bytes.Index(k.last, []byte("Via: ")):], []byte("\r\n")); !bytes.HasPrefix(via, []byte("Via: SIP/2.0/SCTP 127.0.0.1:5060;branch=")) || !bytes.HasSuffix(via, []byte(";i=0000000700800000")) {
		t.Errorf("%s", via)
	}
	run("reply relayed", hotReply(k.last, overSCTP(inv, aConn+1<<32)), aConn, 5080)
}

// sctp_assoc_reuse=no: nothing is sent over an association by its number.
func TestWithoutReuseRepliesGoByTheVia(t *testing.T) {
	_, h, k, _ := assocServer(t, `
sctp_assoc_reuse=no
route { sl_send_reply("200", "OK"); }`)
	h.Receive(k, []reactor.Message{overSCTP(hotMessage("OPTIONS", "a"), aConn)})
	if k.sent != 1 || k.over != 0 || k.to.Port != 5080 {
		t.Errorf("%d sent, over %x to %v", k.sent, uint64(k.over), k.to)
	}
}

// t_relay_to_sctp, and ;transport=sctp in a URI.
func TestRelayOverSCTP(t *testing.T) {
	for _, call := range []string{`t_relay_to_sctp("127.0.0.1", "5070")`, `$ru = "sip:b@127.0.0.1:5070;transport=sctp"; t_relay()`} {
		_, h, k, _ := assocServer(t, "route { "+call+"; }")
		m := hotMessage("INVITE", "b")
		m.Meta.Socket = 1
		h.Receive(k, []reactor.Message{m})
		if k.to.Port != 5070 || k.sock != 0 || k.tag == 0 || !bytes.Contains(k.msg, []byte("Via: SIP/2.0/SCTP 127.0.0.1:5060;")) {
			t.Errorf("%s: to %v by socket %d with tag %d", call, k.to, k.sock, k.tag)
		}
	}
}

// A branch whose request could not be delivered ends at once.
func TestAnUndeliverableRequestEndsItsBranch(t *testing.T) {
	_, h, k, _ := assocServer(t, `route { t_relay_to_sctp("127.0.0.1", "5070"); }`)
	m := hotMessage("INVITE", "b")
	m.Meta.Socket = 1
	h.Receive(k, []reactor.Message{m})
	if k.tag == 0 {
		t.Fatal("nothing was sent")
	}
	h.Unsent(k, 0, k.tag, reactor.ErrAssocSend)
	if !bytes.HasPrefix(k.last, []byte("SIP/2.0 477 ")) {
		t.Errorf("%.60s", k.last)
	}
	_, h, k, _ = assocServer(t, `route { if (!t_relay_to_sctp("127.0.0.1", "5070")) sl_reply_error(); }`)
	k.refuse = reactor.ErrAssocTable
	h.Receive(k, []reactor.Message{m})
	if !bytes.HasPrefix(k.last, []byte("SIP/2.0 477 ")) {
		t.Errorf("%.60s", k.last)
	}
}

func TestAssociationsAreLoggedAndListed(t *testing.T) {
	s, h, k, lines := assocServer(t, `
use_dst_blacklist=yes
route { sl_send_reply("200", "OK"); }`)
	peer := reactor.FromAddrPort(netip.MustParseAddrPort("192.0.2.9:5060"))
	for _, c := range []struct {
		e      reactor.AssocEvent
		line   string
		listed bool
	}{
		{reactor.AssocEvent{Kind: reactor.AssocUp, Assoc: aConn, Peer: peer}, "sctp: association with 192.0.2.9:5060: up (7)", false},
		{reactor.AssocEvent{Kind: reactor.AssocLost, Assoc: aConn, Peer: peer, Cause: 12}, "lost (7), cause aborted by the user", false},
		{reactor.AssocEvent{Kind: reactor.AssocPath, Assoc: aConn, Peer: peer, Cause: 1}, "path changed (7), now unreachable", false},
		{reactor.AssocEvent{Kind: reactor.AssocPath, Assoc: aConn, Peer: peer, Cause: 99}, "now 99", false},
		{reactor.AssocEvent{Kind: reactor.AssocLost, Assoc: aConn, Peer: peer, Cause: 0xffff}, "cause 65535", false},
		{reactor.AssocEvent{Kind: reactor.AssocFailed, Peer: peer}, "not opened", true},
	} {
		h.AssocEvent(k, &c.e)
		if got := lines.text(); !strings.Contains(got, c.line) {
			t.Errorf("no %q in %s", c.line, got)
		}
		if _, on := s.Blacklist().Listed(rt.ProtoSCTP, peer.AddrPort(), 1); on != c.listed {
			t.Errorf("%v: listed is %v", c.e.Kind, on)
		}
	}
}

// enable_sctp and disable_sctp, on a system with SCTP and on one without.
func TestWhetherSCTPIsServed(t *testing.T) {
	for _, c := range []struct {
		script    string
		has, want bool
		err       bool
	}{
		{"", true, true, false},
		{"", false, false, false},
		{"enable_sctp=2", true, true, false},
		{"enable_sctp=2", false, false, false},
		{"enable_sctp=1", true, true, false},
		{"enable_sctp=1", false, false, true},
		{"enable_sctp=0", true, false, false},
		{"enable_sctp=0", false, false, false},
		{"disable_sctp=yes", true, false, false},
		{"enable_sctp=1 disable_sctp=yes", false, false, false},
		{"sctp_assoc_tracking=no", true, false, true}, // reuse needs it
		{"sctp_assoc_tracking=no sctp_assoc_reuse=no", true, true, false},
		{"sctp_srto_min=500 sctp_srto_max=400", true, false, true},
	} {
		s, diags := core.New("x.cfg", []byte(strings.ReplaceAll(c.script, " ", "\n")+"\nroute { exit; }"), core.Options{Core: mod.Core()})
		if s == nil {
			t.Fatal(diags)
		}
		yes, why, err := core.WantSCTP(s.Snapshot(), func() bool { return c.has })
		if yes != c.want || (err != nil) != c.err || !yes && err == nil && why == "" {
			t.Errorf("%q, the system has it: %v: %v, %q, %v", c.script, c.has, yes, why, err)
		}
	}
}

// On a system without SCTP, 1 is an error at start and 2 starts.
func TestStartWithoutSCTP(t *testing.T) {
	if reactor.HasSCTP() {
		t.Skip("this system has SCTP")
	}
	for _, c := range []struct {
		script string
		ok     bool
	}{
		{"enable_sctp=1\nlisten=udp:127.0.0.1:0", false},
		{"listen=udp:127.0.0.1:0\nlisten=sctp:127.0.0.1:0", true},
		{"listen=sctp:127.0.0.1:0", false}, // nothing is left to listen on
	} {
		s, diags := core.New("x.cfg", []byte(c.script+"\nroute { exit; }"), core.Options{Core: mod.Core(), Loops: 1})
		if s == nil {
			t.Fatal(diags)
		}
		err := s.Start()
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.script, err)
		}
		if err == nil {
			if n := len(s.Snapshot().Sockets()); n != 1 {
				t.Errorf("%q: %d sockets", c.script, n)
			}
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		} else if errors.Is(err, reactor.ErrNoSCTP) {
			t.Errorf("%q: the error speaks of the system, not of the script: %v", c.script, err)
		}
	}
}

// Every parameter reaches the reactor's configuration, each its own field.
func TestSCTPParametersReachTheReactor(t *testing.T) {
	base := func(change func(*reactor.SCTPConfig)) reactor.SCTPConfig {
		c := reactor.SCTPConfig{Autoclose: 180, SendTTL: 32000, Tracking: true}
		change(&c)
		return c
	}
	for script, want := range map[string]reactor.SCTPConfig{
		"":                              base(func(*reactor.SCTPConfig) {}),
		"sctp_socket_rcvbuf=11":         base(func(c *reactor.SCTPConfig) { c.RecvBuffer = 11 }),
		"sctp_socket_receive_buffer=11": base(func(c *reactor.SCTPConfig) { c.RecvBuffer = 11 }),
		"sctp_socket_sndbuf=12":         base(func(c *reactor.SCTPConfig) { c.SendBuffer = 12 }),
		"sctp_socket_send_buffer=12":    base(func(c *reactor.SCTPConfig) { c.SendBuffer = 12 }),
		"sctp_autoclose=13":             base(func(c *reactor.SCTPConfig) { c.Autoclose = 13 }),
		"sctp_send_ttl=14":              base(func(c *reactor.SCTPConfig) { c.SendTTL = 14 }),
		"sctp_send_retries=3":           base(func(c *reactor.SCTPConfig) { c.SendRetries = 3 }),
		"sctp_assoc_tracking=no":        base(func(c *reactor.SCTPConfig) { c.Tracking = false }),
		"sctp_max_assocs=15":            base(func(c *reactor.SCTPConfig) { c.MaxAssocs = 15 }),
		"sctp_max_assocs=0":             base(func(c *reactor.SCTPConfig) { c.MaxAssocs = -1 }),
		"sctp_max_assocs=-1":            base(func(*reactor.SCTPConfig) {}),
		"sctp_srto_initial=16":          base(func(c *reactor.SCTPConfig) { c.RTOInitial = 16 }),
		"sctp_srto_max=17":              base(func(c *reactor.SCTPConfig) { c.RTOMax = 17 }),
		"sctp_srto_min=18":              base(func(c *reactor.SCTPConfig) { c.RTOMin = 18 }),
		"sctp_asocmaxrxt=19":            base(func(c *reactor.SCTPConfig) { c.AssocMaxRetrans = 19 }),
		"sctp_init_max_attempts=20":     base(func(c *reactor.SCTPConfig) { c.InitAttempts = 20 }),
		"sctp_init_max_timeo=21":        base(func(c *reactor.SCTPConfig) { c.InitTimeout = 21 }),
		"sctp_hbinterval=22":            base(func(c *reactor.SCTPConfig) { c.Heartbeat = 22 }),
		"sctp_hbinterval=-1":            base(func(c *reactor.SCTPConfig) { c.Heartbeat = -1 }),
		"sctp_pathmaxrxt=23":            base(func(c *reactor.SCTPConfig) { c.PathMaxRetrans = 23 }),
		"sctp_sack_delay=24":            base(func(c *reactor.SCTPConfig) { c.SackDelay = 24 }),
		"sctp_sack_freq=25":             base(func(c *reactor.SCTPConfig) { c.SackFreq = 25 }),
		"sctp_max_burst=26":             base(func(c *reactor.SCTPConfig) { c.MaxBurst = 26 }),
	} {
		s, diags := core.New("x.cfg", []byte(script+"\nroute { exit; }"), core.Options{Core: mod.Core()})
		if s == nil {
			t.Fatal(diags)
		}
		if got := core.SCTPOf(s.Snapshot()); got != want {
			t.Errorf("%s: %+v", script, got)
		}
	}
}
