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
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"))
	if err := c.Alias(a, 5060); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5060"} {
		if id, ok := c.Find(reactor.TCP, addr(at)); !ok || id != a {
			t.Errorf("%s: %x, %v", at, id, ok)
		}
		if _, ok := c.Find(reactor.TLS, addr(at)); ok {
			t.Errorf("%s is found by another transport", at)
		}
	}
	c.Close(a)
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5060"} {
		if _, ok := c.Find(reactor.TCP, addr(at)); ok {
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
	if c.Turn(a, reactor.WSS) {
		t.Error("there is none")
	}
	c.Open(a, reactor.TLS, addr("192.0.2.1:40000"))
	s := &Secure{}
	c.SetSecure(a, s)
	_ = c.Alias(a, 5061)
	if !c.Turn(a, reactor.WSS) {
		t.Error("it does not turn")
	}
	for _, at := range []string{"192.0.2.1:40000", "192.0.2.1:5061"} {
		if _, ok := c.Find(reactor.TLS, addr(at)); ok {
			t.Errorf("%s is found as before", at)
		}
	}
	if id, ok := c.Find(reactor.WSS, addr("192.0.2.1:40000")); !ok || id != a || c.Secure(a) != s {
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
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"))
	c.Open(b, reactor.TCP, addr("192.0.2.1:40001"))
	_ = c.Alias(a, 5060)
	_ = c.Alias(b, 5060)
	c.Close(a)
	if id, ok := c.Find(reactor.TCP, addr("192.0.2.1:5060")); !ok || id != b {
		t.Errorf("%x, %v", id, ok)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	c := New()
	a := reactor.MakeConnID(0, 1, 1)
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"))
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
	c.Open(a, reactor.TCP, addr("192.0.2.1:40000"))
	c.Retire(a)
	if _, ok := c.Find(reactor.TCP, addr("192.0.2.1:40000")); ok {
		t.Error("it is still found")
	}
	ip := netip.MustParseAddr("192.0.2.1")
	if !c.Belongs(a, reactor.TCP, ip) || c.Belongs(a, reactor.TCP, ip.Next()) || c.Belongs(a, reactor.TLS, ip) {
		t.Error("whose it is")
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	c := New()
	a, to := reactor.MakeConnID(0, 1, 1), addr("192.0.2.1:40000")
	c.Open(a, reactor.TCP, to)
	if n := testing.AllocsPerRun(100, func() { c.Find(reactor.TCP, to) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
