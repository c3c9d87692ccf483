package coretest

import (
	"context"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"sipedge/pool"
	"sipedge/reactor"
)

// wire is a loop whose sends are delivered when a batch is done, and the pool
// and the network of its server. Blocking work runs at once; its result comes as
// mail, after the batch that asked for it.
type wire struct {
	reactor.NoConns

	handler reactor.Handler
	deliver func(to netip.AddrPort, data []byte)
	quiet   bool // sends are taken and forgotten

	buf    [reactor.MaxDatagram]byte
	sent   []datagram
	mail   []reactor.Mail
	timers []timer
	nextID reactor.TimerID
	now    time.Duration
	// maxTimers bounds the armed timers; 0 for no bound.
	maxTimers int
	own       uint64 // heap objects that the wire made for datagrams
	// closed are addresses from which an ICMP error comes back.
	closed map[netip.AddrPort]bool
}

// reserveRoom makes room for what one message can cause, so that appending to the
// wire's lists allocates nothing.
func (w *wire) reserveRoom(int) {
	w.sent = slices.Grow(w.sent, 64)
	w.timers = slices.Grow(w.timers, 64)
	w.own = 0
}

type datagram struct {
	sock reactor.SocketID
	to   netip.AddrPort
	data []byte
}

type timer struct {
	id   reactor.TimerID
	at   time.Duration
	kind uint32
	arg  uint64
}

// start is the time of day at which every wire begins.
var start = time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC)

// receive is one cycle of the loop, and further ones while there is mail.
func (w *wire) receive(batch []reactor.Message) {
	w.handler.Receive(w, batch)
	w.handler.CycleEnd(w)
	w.settle()
}

func (w *wire) settle() {
	for len(w.mail) > 0 {
		m := w.mail[0]
		w.mail = w.mail[1:]
		w.handler.Posted(w, &m)
		w.handler.CycleEnd(w)
	}
	var back []reactor.Undelivered
	for i := range w.sent {
		d := &w.sent[i]
		if w.closed[d.to] {
			back = append(back, reactor.Undelivered{Socket: d.sock, To: reactor.FromAddrPort(d.to), Err: syscall.ECONNREFUSED, Data: d.data[:min(len(d.data), reactor.MaxQuote)]})
			continue
		}
		w.deliver(d.to, d.data)
	}
	w.sent = w.sent[:0]
	w.undelivered(back...)
}

// undelivered brings ICMP errors, and what comes of them.
func (w *wire) undelivered(back ...reactor.Undelivered) {
	for i := range back {
		w.handler.(reactor.DatagramHandler).Undelivered(w, &back[i])
		w.handler.CycleEnd(w)
		w.settle()
	}
}

func (w *wire) advance(d time.Duration) {
	for end := w.now + d; ; {
		next := -1
		for i := range w.timers {
			if w.timers[i].at <= end && (next < 0 || w.timers[i].at < w.timers[next].at) {
				next = i
			}
		}
		if next < 0 {
			w.now = end
			return
		}
		t := w.timers[next]
		w.timers = append(w.timers[:next], w.timers[next+1:]...)
		w.now = t.at
		w.handler.Timer(w, t.kind, t.arg)
		w.handler.CycleEnd(w)
		w.settle()
	}
}

// ID implements reactor.Loop, as the methods below do.
func (w *wire) ID() int { return 0 }

func (w *wire) Loops() int { return 1 }

func (w *wire) Now() int64 { return int64(w.now) + 1 }

func (w *wire) Wall() int64 { return start.Add(w.now).UnixNano() }

func (w *wire) SocketAddr(s reactor.SocketID) reactor.Addr {
	return reactor.FromAddrPort(netip.MustParseAddrPort(Listen[s]))
}

func (w *wire) Reserve(n int) []byte { return w.buf[:n:n] }

func (w *wire) Commit(s reactor.SocketID, to reactor.Addr, n int) error {
	if !w.quiet {
		w.own++
		w.sent = append(w.sent, datagram{s, to.AddrPort(), append([]byte(nil), w.buf[:n]...)})
	}
	return nil
}

func (w *wire) CommitFrom(s reactor.SocketID, _, to reactor.Addr, n int) error {
	return w.Commit(s, to, n)
}

func (w *wire) Send(s reactor.SocketID, to reactor.Addr, data []byte) error {
	return w.Commit(s, to, copy(w.buf[:], data))
}

func (w *wire) SendFrom(s reactor.SocketID, _, to reactor.Addr, data []byte) error {
	return w.Send(s, to, data)
}

func (w *wire) After(d time.Duration, kind uint32, arg uint64) reactor.TimerID {
	if w.maxTimers > 0 && len(w.timers) >= w.maxTimers {
		return 0
	}
	w.nextID++
	w.timers = append(w.timers, timer{w.nextID, w.now + max(d, time.Millisecond), kind, arg})
	return w.nextID
}

func (w *wire) Cancel(id reactor.TimerID) bool {
	for i := range w.timers {
		if w.timers[i].id == id {
			w.timers = append(w.timers[:i], w.timers[i+1:]...)
			return true
		}
	}
	return false
}

func (w *wire) Post(_ int, m *reactor.Mail) error {
	k := *m
	k.Data = append([]byte(nil), m.Data...)
	w.mail = append(w.mail, k)
	return nil
}

// poster implements reactor.Poster.
type poster struct{ w *wire }

func (w *wire) Poster() reactor.Poster { return poster{w} }

func (p poster) Post(m *reactor.Mail) error { return p.w.Post(0, m) }

func (p poster) ID() int { return 0 }

// network is the wire as core.Network and core.Submitter.
type network struct{ w *wire }

func (n network) Poster(int) reactor.Poster { return poster(n) }

func (n network) Submit(j pool.Job) error {
	result, ref, err := j.Run(context.Background())
	return j.Done(pool.Completion{Result: result, Ref: ref, Err: err})
}
