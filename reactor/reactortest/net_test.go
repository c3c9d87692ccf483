package reactortest_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/reactor"
	"sipedge/reactor/reactortest"
)

var server = netip.MustParseAddrPort("192.0.2.1:5060")

// peer is the i-th address outside.
func peer(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 5060)
}

// funcs is a handler of single functions; those that are nil do nothing.
type funcs struct {
	start   func(l reactor.Loop)
	receive func(l reactor.Loop, m *reactor.Message)
	posted  func(l reactor.Loop, m *reactor.Mail)
	timer   func(l reactor.Loop, kind uint32, arg uint64)
	stop    func(l reactor.Loop)
}

func (f *funcs) Start(l reactor.Loop) {
	if f.start != nil {
		f.start(l)
	}
}

func (f *funcs) Receive(l reactor.Loop, batch []reactor.Message) {
	for i := range batch {
		if f.receive != nil {
			f.receive(l, &batch[i])
		}
	}
}

func (f *funcs) Posted(l reactor.Loop, m *reactor.Mail) {
	if f.posted != nil {
		f.posted(l, m)
	}
}

func (f *funcs) Timer(l reactor.Loop, kind uint32, arg uint64) {
	if f.timer != nil {
		f.timer(l, kind, arg)
	}
}

func (f *funcs) CycleEnd(reactor.Loop) {}

func (f *funcs) Stop(l reactor.Loop) {
	if f.stop != nil {
		f.stop(l)
	}
}

// attach runs the same handler on all loops.
func attach(n *reactortest.Net, f *funcs) { n.Run(func(int) reactor.Handler { return f }) }

// story is a run in which everything happens: what it was, as text.
func story(seed uint64) string {
	var log strings.Builder
	n := reactortest.New(seed, reactortest.Options{
		Loops: 3, Loss: 0.1, Duplicate: 0.1, Reorder: 0.2, MinDelay: time.Millisecond, MaxDelay: 5 * time.Millisecond,
	})
	n.Listen(server)
	attach(n, &funcs{
		receive: func(l reactor.Loop, m *reactor.Message) {
			fmt.Fprintf(&log, "%d loop %d got %s\n", l.Now(), l.ID(), m.Data)
			l.Post((l.ID()+1)%l.Loops(), &reactor.Mail{Data: m.Data, Meta: m.Meta})
			l.After(3*time.Millisecond, 1, uint64(len(m.Data)))
		},
		posted: func(l reactor.Loop, m *reactor.Mail) {
			fmt.Fprintf(&log, "%d loop %d has mail %s\n", l.Now(), l.ID(), m.Data)
			l.Send(m.Meta.Socket, m.Meta.Remote, m.Data)
		},
		timer: func(l reactor.Loop, _ uint32, arg uint64) {
			fmt.Fprintf(&log, "%d loop %d timer %d\n", l.Now(), l.ID(), arg)
		},
	})
	for i := range 10 {
		ep := n.Endpoint(peer(i), func(now time.Duration, from reactor.Addr, data []byte) {
			fmt.Fprintf(&log, "%v answer %s from %v\n", now, data, from)
		})
		for k := range 10 {
			ep.Send(server, fmt.Appendf(nil, "%d/%d", i, k))
		}
	}
	n.Advance(time.Second)
	fmt.Fprintf(&log, "%+v", n.Counters())
	return log.String()
}

func TestASeedReplaysExactly(t *testing.T) {
	seen := map[string]uint64{}
	for seed := range uint64(20) {
		a := story(seed)
		if b := story(seed); a != b {
			t.Fatalf("seed %d gave two runs:\n%s\n---\n%s", seed, a, b)
		}
		if other, ok := seen[a]; ok {
			t.Errorf("seeds %d and %d gave the same run", other, seed)
		}
		seen[a] = seed
	}
}

func TestWithoutFaultsEachDatagramArrivesOnceAndInOrder(t *testing.T) {
	for seed := range uint64(50) {
		n := reactortest.New(seed, reactortest.Options{Loops: 4, MaxDelay: 10 * time.Millisecond})
		n.Listen(server)
		got := map[reactor.Addr][]byte{}
		loops := map[reactor.Addr]int{}
		attach(n, &funcs{receive: func(l reactor.Loop, m *reactor.Message) {
			got[m.Meta.Remote] = append(got[m.Meta.Remote], m.Data[0])
			if at, ok := loops[m.Meta.Remote]; ok && at != l.ID() {
				t.Errorf("%v: %v came to loops %d and %d", n, m.Meta.Remote, at, l.ID())
			}
			loops[m.Meta.Remote] = l.ID()
		}})
		const sources, each = 8, 20
		for k := range byte(each) {
			for i := range sources {
				n.Endpoint(peer(i), nil).Send(server, []byte{k})
			}
			n.Advance(time.Millisecond)
		}
		n.Advance(time.Second)
		for i := range sources {
			g := got[reactor.FromAddrPort(peer(i))]
			if len(g) != each || !slices.IsSorted(g) {
				t.Errorf("%v: from %v came %v", n, peer(i), g)
			}
		}
	}
}

func TestSourcesAreSpreadOverTheLoops(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{Loops: 4})
	n.Listen(server)
	var share [4]int
	attach(n, &funcs{receive: func(l reactor.Loop, _ *reactor.Message) { share[l.ID()]++ }})
	for i := range 200 {
		n.Endpoint(peer(i), nil).Send(server, []byte("x"))
	}
	n.Advance(time.Second)
	for id, k := range share {
		if k < 25 || k > 85 {
			t.Errorf("loop %d has %d of 200 sources", id, k)
		}
	}
}

func TestFaultsAreCountedAndAboutAsOftenAsAsked(t *testing.T) {
	n := reactortest.New(3, reactortest.Options{Loss: 0.2, Duplicate: 0.1, Reorder: 0.3, MinDelay: time.Millisecond, MaxDelay: 3 * time.Millisecond})
	n.Listen(server)
	var got []uint64
	attach(n, &funcs{receive: func(_ reactor.Loop, m *reactor.Message) {
		var k uint64
		fmt.Sscan(string(m.Data), &k)
		got = append(got, k)
	}})
	ep := n.Endpoint(peer(1), nil)
	const sent = 2000
	for k := range sent {
		ep.Send(server, fmt.Append(nil, k))
		n.Advance(100 * time.Microsecond)
	}
	n.Endpoint(peer(2), nil).Send(netip.MustParseAddrPort("192.0.2.77:1"), []byte("to nobody"))
	n.Advance(time.Second)
	c := n.Counters()
	about := func(name string, n uint64, low, high int) {
		if int(n) < low || int(n) > high {
			t.Errorf("%s: %d, want %d to %d", name, n, low, high)
		}
	}
	about("lost", c.Lost, 300, 500)
	about("duplicated", c.Duplicated, 110, 220)
	about("reordered", c.Reordered, 400, 700)
	about("delayed", c.Delayed, 1500, 1800)
	about("undelivered", c.Undelivered, 0, 1)
	if c.Delivered != sent+1-c.Lost+c.Duplicated-c.Undelivered || len(got) != int(c.Delivered) {
		t.Errorf("%d arrived: %+v", len(got), c)
	}
	if slices.IsSorted(got) {
		t.Error("nothing was overtaken")
	}
}

func TestTimeStandsWhereItWasAdvancedTo(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{MinDelay: 20 * time.Millisecond, MaxDelay: 20 * time.Millisecond})
	n.Listen(server)
	var at, echoed time.Duration
	attach(n, &funcs{receive: func(l reactor.Loop, m *reactor.Message) {
		at = time.Duration(l.Now())
		l.Send(m.Meta.Socket, m.Meta.Remote, m.Data)
	}})
	ep := n.Endpoint(peer(1), func(now time.Duration, _ reactor.Addr, _ []byte) { echoed = now })
	ep.Send(server, []byte("x"))
	n.Advance(19 * time.Millisecond)
	if at != 0 || n.Now() != 19*time.Millisecond {
		t.Errorf("arrived at %v; it is %v", at, n.Now())
	}
	if !n.RunUntil(func() bool { return echoed != 0 }, time.Minute) || echoed != 40*time.Millisecond || n.Now() != echoed {
		t.Errorf("the echo came at %v; it is %v", echoed, n.Now())
	}
	if n.RunUntil(func() bool { return false }, time.Second) || n.Now() != echoed+time.Second {
		t.Errorf("it is %v", n.Now())
	}
}

func TestWildcardAnswersFromTheAddressAsked(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{})
	n.Listen(netip.MustParseAddrPort("0.0.0.0:5060"))
	attach(n, &funcs{receive: func(l reactor.Loop, m *reactor.Message) {
		if err := l.SendFrom(m.Meta.Socket, m.Meta.Local, m.Meta.Remote, m.Data); err != nil {
			t.Error(err)
		}
	}})
	var from reactor.Addr
	ep := n.Endpoint(peer(1), func(_ time.Duration, f reactor.Addr, _ []byte) { from = f })
	ep.Send(server, []byte("x"))
	n.Advance(time.Second)
	if from.AddrPort() != server {
		t.Errorf("the answer came from %v", from)
	}
}

func TestSendErrorsAreTheReactors(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{})
	sock := n.Listen(server)
	v6 := reactor.FromAddrPort(netip.MustParseAddrPort("[2001:db8::1]:5060"))
	v4 := reactor.FromAddrPort(peer(1))
	attach(n, &funcs{start: func(l reactor.Loop) {
		for _, tc := range []struct{ got, want error }{
			{l.Send(sock+1, v4, nil), reactor.ErrNoSocket},
			{l.Send(sock, v6, nil), reactor.ErrFamily},
			{l.Send(sock, v4, make([]byte, reactor.MaxDatagram+1)), reactor.ErrTooLarge},
			{l.Commit(sock, v4, 1), reactor.ErrNoReserve},
			{l.Post(1, &reactor.Mail{}), reactor.ErrNoLoop},
			{l.Post(0, &reactor.Mail{Data: make([]byte, reactor.MaxMail+1)}), reactor.ErrTooLarge},
			{l.Send(sock, v4, nil), nil},
		} {
			if !errors.Is(tc.got, tc.want) {
				t.Errorf("got %v, want %v", tc.got, tc.want)
			}
		}
	}})
}

func TestTapSeesWhatIsSentAndWhatArrives(t *testing.T) {
	var seen []string
	n := reactortest.New(1, reactortest.Options{Tap: func(e reactortest.Event, from, to netip.AddrPort, data []byte) {
		seen = append(seen, fmt.Sprint(e, from, to, string(data)))
	}})
	a, b := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.2:2")
	n.Endpoint(b, nil)
	e := n.Endpoint(a, nil)
	n.After(time.Second, func() { e.Send(b, []byte("x")) })
	n.Advance(time.Second / 2)
	if len(seen) != 0 {
		t.Fatalf("too early: %q", seen)
	}
	n.Advance(time.Second)
	want := []string{fmt.Sprint(reactortest.Sent, a, b, "x"), fmt.Sprint(reactortest.Arrived, a, b, "x")}
	if !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

// lostFuncs hears of datagrams that did not arrive.
type lostFuncs struct {
	funcs
	lost func(l reactor.Loop, u *reactor.Undelivered)
}

func (f *lostFuncs) Undelivered(l reactor.Loop, u *reactor.Undelivered) { f.lost(l, u) }

// TestAClosedPortSaysSo to one of the loops, after the time there and back; nobody at an
// address says nothing, nor does a port that was opened.
func TestAClosedPortSaysSo(t *testing.T) {
	n := reactortest.New(7, reactortest.Options{Loops: 2, MinDelay: 10 * time.Millisecond, MaxDelay: 10 * time.Millisecond})
	sock := n.Listen(server)
	var told []string
	n.Run(func(int) reactor.Handler {
		return &lostFuncs{
			funcs: funcs{start: func(l reactor.Loop) {
				if l.ID() == 0 {
					for i := range 3 {
						_ = l.Send(sock, reactor.FromAddrPort(peer(i)), []byte(fmt.Sprint("to ", i)))
					}
				}
			}},
			lost: func(_ reactor.Loop, u *reactor.Undelivered) {
				told = append(told, fmt.Sprint(n.Now().Milliseconds(), " ", u.To.AddrPort(), " ", string(u.Data), " ", u.Socket, u.Refused, u.Err))
			},
		}
	})
	n.Close(peer(1))
	n.Close(peer(2))
	n.Endpoint(peer(2), nil)
	n.Advance(time.Second)
	if want := []string{fmt.Sprint("20 ", peer(1), " to 1 0 false ", reactortest.ErrRefused)}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q", told, want)
	}
}
