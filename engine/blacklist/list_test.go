package blacklist

import (
	"fmt"
	"net/netip"
	"testing"

	"sipedge/script/rt"
)

func config(change func(*Config)) Config {
	c := Config{On: true, Expire: 60_000, Limit: 250 << 10}
	if change != nil {
		change(&c)
	}
	return c
}

var dst = netip.MustParseAddrPort("192.0.2.1:5060")

// TestListedUntilItsTimeIsOver, and anew when it fails again; other ports,
// addresses and transports are others.
func TestListedUntilItsTimeIsOver(t *testing.T) {
	l := New(config(nil))
	if !l.Add(rt.ProtoUDP, dst, Timeout, 1000) {
		t.Fatal("not added")
	}
	for _, c := range []struct {
		p    rt.Proto
		a    string
		now  int64
		want bool
	}{
		{rt.ProtoUDP, "192.0.2.1:5060", 1000, true},
		{rt.ProtoUDP, "[::ffff:192.0.2.1]:5060", 1000, true},
		{rt.ProtoUDP, "192.0.2.1:5060", 60_999, true},
		{rt.ProtoUDP, "192.0.2.1:5060", 61_000, false},
		{rt.ProtoTCP, "192.0.2.1:5060", 1000, false},
		{rt.ProtoUDP, "192.0.2.1:5061", 1000, false},
		{rt.ProtoUDP, "192.0.2.2:5060", 1000, false},
		{rt.ProtoUDP, "[2001:db8::1]:5060", 1000, false},
	} {
		if _, on := l.Listed(c.p, netip.MustParseAddrPort(c.a), c.now); on != c.want {
			t.Errorf("%v %s at %d: %v", c.p, c.a, c.now, on)
		}
	}
	l.Add(rt.ProtoUDP, dst, ICMPError, 50_000)
	if c, on := l.Listed(rt.ProtoUDP, dst, 100_000); !on || c != Timeout|ICMPError || c.String() != "icmp+timeout" {
		t.Errorf("after it failed again: %v %v", c, on)
	}
	if n := l.Collect(109_999); n != 0 {
		t.Errorf("%d collected early", n)
	}
	if n := l.Collect(110_000); n != 1 || l.MemInfo().Entries != 0 {
		t.Errorf("%d collected, %d left", n, l.MemInfo().Entries)
	}
}

// TestParametersDecideWhatIsListed: off, no time, masks per transport.
func TestParametersDecideWhatIsListed(t *testing.T) {
	masked := func(c *Config) { c.Ignore[rt.ProtoTCP] = ConnectFailed | Timeout }
	for _, c := range []struct {
		what   string
		change func(*Config)
		p      rt.Proto
		cause  Cause
		want   bool
	}{
		{"on", nil, rt.ProtoUDP, SendFailed, true},
		{"off", func(c *Config) { c.On = false }, rt.ProtoUDP, SendFailed, false},
		{"expire 0", func(c *Config) { c.Expire = 0 }, rt.ProtoUDP, SendFailed, false},
		{"no memory", func(c *Config) { c.Limit = 0 }, rt.ProtoUDP, SendFailed, false},
		{"masked", masked, rt.ProtoTCP, ConnectFailed, false},
		{"masked", masked, rt.ProtoTCP, Timeout, false},
		{"another cause", masked, rt.ProtoTCP, Answer503, true},
		{"another transport", masked, rt.ProtoUDP, Timeout, true},
	} {
		l := New(config(c.change))
		l.Add(c.p, dst, c.cause, 1)
		if _, on := l.Listed(c.p, dst, 2); on != c.want {
			t.Errorf("%s, %v %v: %v", c.what, c.p, c.cause, on)
		}
	}
	l := New(config(nil))
	l.Add(rt.ProtoUDP, dst, Timeout, 1)
	l.Configure(config(func(c *Config) { c.On = false }))
	if _, on := l.Listed(rt.ProtoUDP, dst, 2); on {
		t.Error("switched off, and still listed")
	}
}

// TestCommands: view, add, delete, delete_all, mem_info.
func TestCommands(t *testing.T) {
	l := New(config(nil))
	for i := range 100 {
		if !l.AddUntil(rt.ProtoTCP, netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 5060), int64(1000+i), 1) {
			t.Fatal("not added")
		}
	}
	seen := 0
	l.View(1050, func(e Entry) bool {
		if e.Cause != Admin || e.Proto != rt.ProtoTCP || e.Until <= 1050 || int64(e.Addr.Addr().As4()[3])+1000 != e.Until {
			t.Errorf("%+v", e)
		}
		seen++
		return true
	})
	if seen != 49 {
		t.Errorf("view shows %d", seen)
	}
	last := netip.MustParseAddrPort("192.0.2.99:5060")
	if !l.Delete(rt.ProtoTCP, last, 1) || l.Delete(rt.ProtoTCP, last, 1) {
		t.Error("delete")
	}
	if m := l.MemInfo(); m.Entries != 99 || m.Added != 100 || m.Used <= 0 || m.Used > m.Limit {
		t.Errorf("%+v", m)
	}
	l.Configure(config(func(c *Config) { c.Limit = 64 << 10 }))
	if m := l.MemInfo(); m.Entries != 99 || m.Used > 64<<10 {
		t.Errorf("in less memory: %+v", m)
	}
	l.DeleteAll()
	if m := l.MemInfo(); m.Entries != 0 {
		t.Errorf("%+v", m)
	}
}

// TestMemoryIsHeld: a hundred thousand dead destinations stay within the limit,
// the latest are on the list.
func TestMemoryIsHeld(t *testing.T) {
	l := New(config(nil))
	at := func(i int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5060)
	}
	const n = 100_000
	for i := range n {
		l.Add(rt.ProtoUDP, at(i), Timeout, int64(i))
	}
	if m := l.MemInfo(); m.Used > m.Limit || m.Entries < 2000 {
		t.Errorf("%+v", m)
	}
	for i := n - 100; i < n; i++ {
		if _, on := l.Listed(rt.ProtoUDP, at(i), n); !on {
			t.Errorf("number %d is not listed", i)
		}
	}
}

// TestLookupAllocatesNothing: neither looking a destination up nor adding it again.
func TestLookupAllocatesNothing(t *testing.T) {
	l := New(config(nil))
	l.Add(rt.ProtoUDP, dst, Timeout, 1)
	other := netip.MustParseAddrPort("[2001:db8::1]:5060")
	if n := testing.AllocsPerRun(1000, func() {
		l.Listed(rt.ProtoUDP, dst, 2)
		l.Listed(rt.ProtoUDP, other, 2)
		l.Add(rt.ProtoUDP, dst, Timeout, 2)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkListed(b *testing.B) {
	l := New(config(nil))
	for i := range 1000 {
		l.Add(rt.ProtoUDP, netip.MustParseAddrPort(fmt.Sprintf("10.0.%d.%d:5060", i/250, i%250)), Timeout, 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Listed(rt.ProtoUDP, dst, 2)
	}
}

// TestDestinationStandsInOnePlace: one that comes back before the list was cleaned up is
// counted once, shows its new cause only, and is gone when it is taken off.
func TestDestinationStandsInOnePlace(t *testing.T) {
	l := New(config(nil))
	l.Add(rt.ProtoUDP, dst, Timeout, 1)
	l.Add(rt.ProtoUDP, dst, ICMPError, 100_000) // its first time is over
	if m := l.MemInfo(); m.Entries != 1 {
		t.Errorf("%d entries", m.Entries)
	}
	if c, on := l.Listed(rt.ProtoUDP, dst, 100_001); !on || c != ICMPError {
		t.Errorf("listed for %v: %v", c, on)
	}
	if !l.Delete(rt.ProtoUDP, dst, 100_001) {
		t.Error("it was on the list")
	}
	if _, on := l.Listed(rt.ProtoUDP, dst, 100_001); on {
		t.Error("it is on the list after it was taken off")
	}
}
