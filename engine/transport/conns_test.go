package transport

import (
	"net/netip"
	"testing"

	"sipedge/reactor"
)

func addr(s string) reactor.Addr { return reactor.FromAddrPort(netip.MustParseAddrPort(s)) }

func TestAnAliasEndsWithItsConnection(t *testing.T) {
	c := New()
	a := reactor.MakeConnID(0, 1, 1)
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"), 0, false)
	if err := c.Alias(a, 5060); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5060"} {
		if id, ok := c.Find(reactor.TCP, addr(at), reactor.NoSocket); !ok || id != a {
			t.Errorf("%s: %x, %v", at, id, ok)
		}
		if _, ok := c.Find(reactor.TLS, addr(at), reactor.NoSocket); ok {
			t.Errorf("%s is found by another transport", at)
		}
	}
	c.Close(a)
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5060"} {
		if _, ok := c.Find(reactor.TCP, addr(at), reactor.NoSocket); ok {
			t.Errorf("%s is still found", at)
		}
	}
	if c.Alias(a, 5060) != ErrGone || c.Len() != 0 {
		t.Error("a closed connection is still there")
	}
}

// TestAConnectionThatTurnsIsFoundByItsNewTransport alone, and keeps what is known of
// its peer.
func TestAConnectionThatTurnsIsFoundByItsNewTransport(t *testing.T) {
	c := New()
	a := reactor.MakeConnID(0, 1, 1)
	if c.Turn(a, reactor.WSS, 5) {
		t.Error("there is none")
	}
	c.Open(a, reactor.TLS, addr("192.0.2.1:40000"), 0, false)
	s := &Secure{}
	c.SetSecure(a, s)
	_ = c.Alias(a, 5061)
	if !c.Turn(a, reactor.WSS, 5) {
		t.Error("it does not turn")
	}
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5061"} {
		if _, ok := c.Find(reactor.TLS, addr(at), reactor.NoSocket); ok {
			t.Errorf("%s is found as before", at)
		}
	}
	if id, ok := c.Find(reactor.WSS, addr("192.0.2.1:40000"), reactor.NoSocket); !ok || id != a || c.Secure(a) != s {
		t.Error("it is lost")
	}
	if p, ok := c.Transport(a); p != reactor.WSS || !ok {
		t.Error(p, ok)
	}
	c.Close(a)
	if _, ok := c.Transport(a); ok || c.Len() != 0 {
		t.Error("it is still there")
	}
}

// TestALaterConnectionTakesTheNames, and the end of the earlier one leaves them.
func TestALaterConnectionTakesTheNames(t *testing.T) {
	c := New()
	a, b := reactor.MakeConnID(0, 1, 1), reactor.MakeConnID(1, 2, 1)
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"), 0, false)
	c.Open(b, reactor.TCP, addr("192.0.2.1:40001"), 0, false)
	_ = c.Alias(a, 5060)
	_ = c.Alias(b, 5060)
	c.Close(a)
	if id, ok := c.Find(reactor.TCP, addr("192.0.2.1:5060"), reactor.NoSocket); !ok || id != b {
		t.Errorf("%x, %v", id, ok)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	c := New()
	a := reactor.MakeConnID(0, 1, 1)
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"), 0, false)
	for i := range MaxAliases {
		for range 2 { // again is no more
			if err := c.Alias(a, uint16(i+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c.Alias(a, 999) != ErrManyAliases {
		t.Error("there is no bound")
	}
	if c.Alias(a, 40000) != nil {
		t.Error("its own port is no alias")
	}
}

// TestARetiredConnectionOnlyAnswers.
func TestARetiredConnectionOnlyAnswers(t *testing.T) {
	c := New()
	a := reactor.MakeConnID(0, 1, 1)
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"), 0, false)
	c.Retire(a)
	if _, ok := c.Find(reactor.TCP, addr("192.0.2.1:40000"), reactor.NoSocket); ok {
		t.Error("it is still found")
	}
	ip := netip.MustParseAddr("192.0.2.1")
	if !c.Belongs(a, reactor.TCP, ip) || c.Belongs(a, reactor.TCP, ip.Next()) || c.Belongs(a, reactor.TLS, ip) {
		t.Error("whose it is")
	}
	// A script that had to wait names it only now.
	if c.Alias(a, 5060) != ErrGone {
		t.Error("it takes an alias")
	}
	if _, ok := c.Find(reactor.TCP, addr("192.0.2.1:5060"), reactor.NoSocket); ok {
		t.Error("requests go to a peer that sends nothing more")
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	c := New()
	a, to := reactor.MakeConnID(0, 1, 1), addr("192.0.2.1:40000")
	c.Open(a, reactor.TCP, to, 0, false)
	if n := testing.AllocsPerRun(100, func() { c.Find(reactor.TCP, to, reactor.NoSocket) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestConnectionsOfASocket are found by it (tcp_connection_match), their aliases too.
func TestConnectionsOfASocket(t *testing.T) {
	c := New()
	a, b := reactor.MakeConnID(0, 1, 1), reactor.MakeConnID(1, 2, 1)
	at := addr("192.0.2.1:40000")
	c.Open(a, reactor.TCP, at, 3, false)
	c.Open(b, reactor.TCP, at, 4, false)
	_ = c.Alias(a, 5060)
	find := func(at reactor.Addr, sock reactor.SocketID, want reactor.ConnID) {
		t.Helper()
		if id, _ := c.Find(reactor.TCP, at, sock); id != want {
			t.Errorf("by socket %d to %v: %x, want %x", sock, at, uint64(id), uint64(want))
		}
	}
	find(at, 3, a)
	find(at, 4, b)
	find(at, 5, 0)
	find(at, reactor.NoSocket, b)
	find(addr("192.0.2.1:5060"), 3, a)
	find(addr("192.0.2.1:5060"), 4, 0)
	c.Close(a)
	find(at, 3, 0)
	find(addr("192.0.2.1:5060"), 3, 0)
	c.Close(b)
	find(at, 4, 0)
	if n := len(c.peers(peer{at, reactor.TCP, 0, 4}).m); n != 0 {
		t.Errorf("%d names are left", n)
	}
}

// TestASecondConnectionOfAPeerIsRefused (tcp_accept_unique), unless the first one has only
// taken that port as an alias, or is gone.
func TestASecondConnectionOfAPeerIsRefused(t *testing.T) {
	c := New()
	a, b, d := reactor.MakeConnID(0, 1, 1), reactor.MakeConnID(1, 2, 1), reactor.MakeConnID(1, 3, 1)
	at, other := addr("192.0.2.1:40000"), addr("192.0.2.1:40001")
	for _, again := range []string{"first", "first once more"} {
		if !c.Open(a, reactor.TCP, at, 0, true) {
			t.Errorf("the %s is refused", again)
		}
	}
	if c.Open(b, reactor.TCP, at, 1, true) {
		t.Error("the second one is taken")
	}
	if c.Len() != 1 {
		t.Errorf("%d connections", c.Len())
	}
	_ = c.Alias(a, 40001)
	if !c.Open(d, reactor.TCP, other, 1, true) {
		t.Error("an alias keeps another peer out")
	}
	c.Close(a)
	if !c.Open(b, reactor.TCP, at, 1, true) {
		t.Error("the place of one that is gone is taken")
	}
}
