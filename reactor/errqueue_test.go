//go:build linux

package reactor

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// lostFuncs is a handler that hears of datagrams that did not arrive.
type lostFuncs struct {
	funcs
	lost func(l Loop, u *Undelivered)
}

func (f *lostFuncs) Undelivered(l Loop, u *Undelivered) { f.lost(l, u) }

// closedPort is a port of the host where nobody listens.
func closedPort(t testing.TB, host string) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	return netip.MustParseAddrPort(c.LocalAddr().String())
}

// TestAClosedPortIsToldAtOnce: by the ICMP error that comes back, over IPv4 and IPv6 and with
// each poll method, with the beginning of the datagram; and nothing else is lost to it, be it
// sent between the datagram and its error or behind it.
func TestAClosedPortIsToldAtOnce(t *testing.T) {
	for _, method := range Pollers() {
		for _, host := range []string{"127.0.0.1", "::1"} {
			t.Run(method+" "+host, func(t *testing.T) {
				dead := closedPort(t, host)
				lost := make(chan Undelivered, 1000)
				h := &lostFuncs{lost: func(_ Loop, u *Undelivered) {
					k := *u
					k.Data = bytes.Clone(u.Data)
					lost <- k
				}}
				long := strings.Repeat("x", 3*MaxQuote)
				h.receive = func(l Loop, batch []Message) {
					for i := range batch {
						m := &batch[i]
						_ = l.Send(m.Meta.Socket, FromAddrPort(dead), append([]byte(long[:10]), m.Data...))
						_ = l.Send(m.Meta.Socket, m.Meta.Remote, m.Data)
						_ = l.Send(m.Meta.Socket, FromAddrPort(dead), []byte(long))
					}
				}
				c := Config{Loops: 1, Poller: method, SendBatch: 1, Listen: []Listen{listenOn(net.JoinHostPort(host, "0"))}}
				c.Handler = func(int) Handler { return h }
				r, err := New(c)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { stop(t, r) })
				if err := r.Start(); err != nil {
					t.Fatal(err)
				}
				to := r.Addr(0)
				p := dial(t, net.JoinHostPort(host, "0"))
				const n = 200
				for i := range n {
					text := fmt.Sprint("datagram ", i)
					p.send(to, []byte(text))
					if got, _ := p.recv(); string(got) != text {
						t.Fatalf("of %q came %q back", text, got)
					}
				}
				first := 0
				for deadline := time.After(patience); first < 10; {
					select {
					case u := <-lost:
						if u.To.AddrPort() != dead || u.Refused || u.Err != unix.ECONNREFUSED || u.Socket != 0 {
							t.Fatalf("told of %+v", u)
						}
						switch text := string(u.Data); {
						case strings.HasPrefix(text, long[:10]+"datagram "):
							first++
						case len(text) < 400 || !strings.HasPrefix(long, text):
							t.Fatalf("told of %q", text)
						}
					case <-deadline:
						t.Fatalf("told of %d datagrams", first)
					}
				}
				st := r.Stats()[0]
				if st.SendErrors != 0 {
					t.Errorf("%d datagrams were not sent", st.SendErrors)
				}
				if st.ICMPErrors == 0 {
					t.Error("no ICMP errors are counted")
				}
			})
		}
	}
}

// TestARefusedDatagramIsTold, one for which the system has no way; the others of the batch go
// on.
func TestARefusedDatagramIsTold(t *testing.T) {
	lost := make(chan Undelivered, 10)
	h := &lostFuncs{lost: func(_ Loop, u *Undelivered) {
		k := *u
		k.Data = bytes.Clone(u.Data)
		lost <- k
	}}
	nowhere := FromAddrPort(netip.MustParseAddrPort("255.255.255.255:9")) // a broadcast, which must be asked for
	h.receive = func(l Loop, batch []Message) {
		m := &batch[0]
		_ = l.Send(m.Meta.Socket, nowhere, []byte("lost"))
		_ = l.Send(m.Meta.Socket, m.Meta.Remote, m.Data)
	}
	c := Config{Loops: 1, Listen: []Listen{listenOn("127.0.0.1:0")}}
	c.Handler = func(int) Handler { return h }
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	p := dial(t, "127.0.0.1:0")
	p.send(r.Addr(0), []byte("hello"))
	if got, _ := p.recv(); string(got) != "hello" {
		t.Fatalf("%q came back", got)
	}
	select {
	case u := <-lost:
		if !u.Refused || u.To != nowhere || string(u.Data) != "lost" || u.Err == nil {
			t.Errorf("told of %+v", u)
		}
	case <-time.After(patience):
		t.Error("nothing is told")
	}
}
