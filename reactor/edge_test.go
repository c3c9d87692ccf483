//go:build linux

package reactor

import (
	"fmt"
	"testing"
)

// TestEdgeTriggeredReadsOnUnderLoad: a socket that always has more than a cycle
// reads stands in the list of those to go on with once, however long that lasts,
// and the cycles read no more of it than one that is level-triggered.
func TestEdgeTriggeredReadsOnUnderLoad(t *testing.T) {
	got := 0
	l := open(t, &funcs{receive: func(_ Loop, b []Message) { got += len(b) }},
		Config{Listen: []Listen{listenOn("127.0.0.1:0")}, Poller: "epoll_et", RecvBatch: 2}).loops[0]
	c := dial(t, "127.0.0.1:0")
	const perCycle = 2 * readBatches
	to := l.sock(0).addr.AddrPort()
	sent := 0
	for cycle := range 20 {
		for range perCycle + 1 {
			c.send(to, fmt.Append(nil, sent))
			sent++
		}
		l.cycle()
		if got != perCycle*(cycle+1) {
			t.Fatalf("%d datagrams after %d cycles", got, cycle+1)
		}
		if len(l.ready) != 1 {
			t.Fatalf("the socket stands %d times in the list", len(l.ready))
		}
	}
	for got < sent {
		before := got
		if l.cycle(); got == before {
			t.Fatalf("%d of %d datagrams were read, and no event tells of the others", got, sent)
		}
	}
	if len(l.ready) != 0 && l.sock(0).more {
		l.cycle()
	}
	if l.sock(0).more {
		t.Error("there is nothing more")
	}
}

// TestKernelDropsAreCountedPerSocket: a new socket with the number of an old
// descriptor begins at 0.
func TestKernelDropsAreCountedPerSocket(t *testing.T) {
	l := open(t, &funcs{}, Config{RecvBuffer: 1}).loops[0]
	c := dial(t, "127.0.0.1:0")
	dropped := uint64(0)
	for range 3 {
		id, err := l.r.AddListen(listenOn("127.0.0.1:0"))
		if err != nil {
			t.Fatal(err)
		}
		s := l.sock(id)
		for range 200 {
			c.send(s.addr.AddrPort(), make([]byte, 500))
		}
		l.read(s)
		c.send(s.addr.AddrPort(), nil) // brings the count along
		l.read(s)
		now := l.c.kernelDrops.Load()
		if now <= dropped || now > dropped+200 {
			t.Errorf("%d drops are counted, %d before", now, dropped)
		}
		dropped = now
		if err := l.r.RemoveListen(id); err != nil {
			t.Fatal(err)
		}
	}
}
