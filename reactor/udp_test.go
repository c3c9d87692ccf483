//go:build unix

package reactor

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEveryPollerReceivesAndSends: the back ends differ in nothing that a handler sees.
func TestEveryPollerReceivesAndSends(t *testing.T) {
	for _, name := range Pollers() {
		t.Run(name, func(t *testing.T) {
			r := run(t, &funcs{receive: echo}, Config{Listen: []Listen{listenOn("127.0.0.1:0"), listenOn("127.0.0.1:0")}, Poller: name, RecvBatch: 4})
			c := dial(t, "127.0.0.1:0")
			for round := range 20 {
				to := r.Addr(SocketID(round % 2))
				for k := range 50 { // more than readBatches of RecvBatch
					c.send(to, fmt.Append(nil, round, k))
				}
				for k := range 50 {
					if got, from := c.recv(); string(got) != fmt.Sprint(round, k) || from != to {
						t.Fatalf("round %d: number %d is %q from %v", round, k, got, from)
					}
				}
			}
			stop(t, r) // a datagram is counted after it has left
			st := total(r)
			if st.MessagesIn != 1000 || st.MessagesOut != 1000 || st.SendDrops+st.SendErrors+st.RecvErrors != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestNoReadyDescriptorStarves: more of them than a wait can tell of come in turns.
func TestNoReadyDescriptorStarves(t *testing.T) {
	for _, kind := range pollers {
		if kind.edge {
			continue // reports each once
		}
		t.Run(kind.name, func(t *testing.T) {
			p, err := kind.open()
			if err != nil {
				t.Fatal(err)
			}
			defer p.close()
			const n = 5
			for tag := range int32(n) {
				w, err := newWaker()
				if err != nil {
					t.Fatal(err)
				}
				defer w.close()
				if err := p.add(w.fd, tag, wantRead); err != nil {
					t.Fatal(err)
				}
				w.wake()
			}
			seen := map[int32]bool{}
			var events [2]event
			for range n {
				k, err := p.wait(0, events[:])
				if err != nil || k != len(events) {
					t.Fatalf("%d events, %v", k, err)
				}
				for _, e := range events {
					seen[e.tag] = true
				}
			}
			if len(seen) != n {
				t.Errorf("only %v came", seen)
			}
		})
	}
}

func TestUnknownPollerIsRefused(t *testing.T) {
	_, err := New(Config{Loops: 1, Poller: "devpoll", Handler: func(int) Handler { return &funcs{} }})
	if err == nil {
		t.Error("devpoll was taken")
	}
}

func TestIPv6(t *testing.T) {
	if c, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback}); err != nil {
		t.Skip("no IPv6 on this machine: ", err)
	} else {
		c.Close()
	}
	for _, listen := range []string{"[::1]:0", "[::]:0"} {
		r := run(t, &funcs{receive: echo}, Config{Listen: []Listen{listenOn(listen)}, Loops: 2})
		c := dial(t, "[::1]:0")
		to := netip.AddrPortFrom(netip.IPv6Loopback(), r.Addr(0).Port())
		c.send(to, []byte("six"))
		if got, from := c.recv(); string(got) != "six" || from != to {
			t.Errorf("%s: %q from %v", listen, got, from)
		}
	}
}

func TestIPv4MappedIsIPv4(t *testing.T) {
	for _, listen := range []string{"[::ffff:127.0.0.1]:0", "[::ffff:0.0.0.0]:0"} {
		r := run(t, &funcs{receive: echo}, Config{Listen: []Listen{listenOn(listen)}})
		if !r.Addr(0).Addr().Is4() {
			t.Errorf("%s is bound as %v", listen, r.Addr(0))
		}
		c := dial(t, "127.0.0.1:0")
		c.send(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), r.Addr(0).Port()), []byte("four"))
		if got, _ := c.recv(); string(got) != "four" {
			t.Errorf("%q", got)
		}
	}
}

// TestWildcardAnswersFromTheAddressAsked needs addresses beside 127.0.0.1, which
// Linux has on its loopback interface.
func TestWildcardAnswersFromTheAddressAsked(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("one loopback address only")
	}
	local := make(chan Addr, 8)
	r := run(t, &funcs{receive: func(l Loop, b []Message) {
		for i := range b {
			local <- b[i].Meta.Local
		}
		echo(l, b)
	}}, Config{Listen: []Listen{listenOn("0.0.0.0:0")}, Loops: 2})
	c := dial(t, "127.0.0.9:0")
	for _, a := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.77"} {
		to := netip.AddrPortFrom(netip.MustParseAddr(a), r.Addr(0).Port())
		c.send(to, []byte(a))
		if got, from := c.recv(); string(got) != a || from != to {
			t.Errorf("asked %v, %q came from %v", to, got, from)
		}
		if l := <-local; l.AddrPort() != to {
			t.Errorf("Local is %v, want %v", l, to)
		}
	}
}

// TestABroadcastIsAnsweredFromOurAddress: nothing can be sent from the address that
// a broadcast or a multicast was sent to, so that a reply needs another one.
func TestABroadcastIsAnsweredFromOurAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no broadcast on the loopback interface")
	}
	r := run(t, &funcs{receive: echo}, Config{Listen: []Listen{listenOn("0.0.0.0:0")}})
	c := dial(t, "127.0.0.9:0")
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var optErr error
	if err := raw.Control(func(fd uintptr) {
		optErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
	}); err != nil || optErr != nil {
		t.Fatal(err, optErr)
	}
	c.send(netip.AddrPortFrom(netip.MustParseAddr("127.255.255.255"), r.Addr(0).Port()), []byte("all"))
	if got, from := c.recv(); string(got) != "all" || !from.Addr().IsLoopback() || from.Addr() == netip.MustParseAddr("127.255.255.255") {
		t.Errorf("%q came from %v", got, from)
	}
}

func TestAMulticastGroupIsNoSource(t *testing.T) {
	r := open(t, &funcs{}, Config{Listen: []Listen{listenOn("0.0.0.0:0"), listenOn("[::]:0")}})
	l := r.loops[0]
	for id, a := range []string{"127.0.0.1", "::1"} {
		c := dial(t, netip.AddrPortFrom(netip.MustParseAddr(a), 0).String())
		from := FromAddrPort(netip.MustParseAddrPort([]string{"224.0.1.75:5060", "[ff02::1]:5060"}[id]))
		to := FromAddrPort(c.LocalAddr().(*net.UDPAddr).AddrPort())
		if err := l.SendFrom(SocketID(id), from, to, []byte("x")); err != nil {
			t.Fatal(err)
		}
		l.out.flush(l)
		if got, _ := c.recv(); string(got) != "x" {
			t.Errorf("%s: %q", a, got)
		}
	}
}

func TestPortInUseIsRefusedByName(t *testing.T) {
	plain := dial(t, "127.0.0.1:0").LocalAddr().(*net.UDPAddr).AddrPort()
	for _, loops := range []int{1, 2} {
		other := open(t, &funcs{}, Config{Loops: loops, Listen: []Listen{listenOn("127.0.0.1:0")}}).Addr(0)
		for _, taken := range []netip.AddrPort{plain, other} {
			for _, l := range []int{1, 2} {
				free := netip.MustParseAddrPort("127.0.0.1:0")
				_, err := New(Config{Loops: l, Handler: func(int) Handler { return &funcs{} }, Listen: []Listen{{Transport: UDP, Addr: free}, {Transport: UDP, Addr: taken}}})
				var le *ListenError
				if !errors.As(err, &le) || !le.InUse || le.Listen.Addr != taken || le.Unwrap() == nil {
					t.Errorf("%d loops on %v: %v", l, taken, err)
				} else if want := fmt.Sprintf("cannot listen on udp:%v: address already in use", taken); err.Error() != want {
					t.Errorf("%q, want %q", err, want)
				}
			}
		}
	}
}

func TestAddressThatIsNotOursIsRefused(t *testing.T) {
	for _, l := range []Listen{listenOn("192.0.2.1:0"), {Transport: UDP}, {Transport: TCP, Addr: netip.MustParseAddrPort("127.0.0.1:0")}} {
		_, err := New(Config{Loops: 2, Handler: func(int) Handler { return &funcs{} }, Listen: []Listen{l}})
		var le *ListenError
		if !errors.As(err, &le) || le.InUse {
			t.Errorf("%v: %v", l, err)
		}
	}
}

// TestDatagramsOfAllSizes: from nothing to what UDP over IPv4 can carry.
func TestDatagramsOfAllSizes(t *testing.T) {
	r := run(t, &funcs{receive: echo}, Config{Listen: []Listen{listenOn("127.0.0.1:0")}})
	c := dial(t, "127.0.0.1:0")
	for _, n := range []int{0, 1, 1500, 32768, 65507} {
		want := bytes.Repeat([]byte{byte(n)}, n)
		c.send(r.Addr(0), want)
		if got, _ := c.recv(); !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back as %d", n, len(got))
		}
	}
	stop(t, r)
	if st := total(r); st.Truncated != 0 || st.BytesIn != 1+1500+32768+65507 || st.BytesOut != st.BytesIn {
		t.Errorf("%+v", st)
	}
}

// TestTwoLoopsShareTheTraffic: the kernel spreads source ports over the group, and
// port 0 is the same port for all loops.
func TestTwoLoopsShareTheTraffic(t *testing.T) {
	const ports, each, tries = 16, 20, 20
	var share [2]int
	for range tries { // the kernel's hash is keyed: 16 ports alone may fall badly
		got := make(chan int, ports*each)
		r := run(t, &funcs{receive: func(l Loop, b []Message) {
			for range b {
				got <- l.ID()
			}
		}}, Config{Loops: 2, Listen: []Listen{listenOn("127.0.0.1:0")}})
		for range ports {
			c := dial(t, "127.0.0.1:0")
			for range each {
				c.send(r.Addr(0), []byte("x"))
			}
		}
		var now [2]int
		for range ports * each {
			now[need(t, got, "the arrival of a datagram")]++
		}
		stop(t, r)
		share[0] += now[0]
		share[1] += now[1]
		if p := now[0] * 100 / (ports * each); p >= 25 && p <= 75 {
			return
		}
	}
	t.Errorf("the loops' shares are %v", share)
}
