package reactortest

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"time"

	"sipedge/reactor"
)

// Endpoint is an address outside the loops.
type Endpoint struct {
	n    *Net
	addr netip.AddrPort
	recv func(now time.Duration, from reactor.Addr, data []byte)
}

// wire is the way from one address to another.
type wire struct{ from, to netip.AddrPort }

// Endpoint puts somebody at an address: recv is called with each datagram that
// arrives there, whose data is valid until it returns; nil ignores them. An
// endpoint that was at the address before is replaced.
func (n *Net) Endpoint(addr netip.AddrPort, recv func(now time.Duration, from reactor.Addr, data []byte)) *Endpoint {
	e := &Endpoint{n, addr, recv}
	n.endpoints[addr] = e
	return e
}

// Addr is the endpoint's address.
func (e *Endpoint) Addr() netip.AddrPort { return e.addr }

// Send sends a copy of data, at the present time.
func (e *Endpoint) Send(to netip.AddrPort, data []byte) { e.n.transmit(e.addr, to, bytes.Clone(data)) }

// transmit puts a datagram on the wire, which may lose, double or hold it back.
func (n *Net) transmit(from, to netip.AddrPort, data []byte) {
	n.c.Sent++
	n.tap(Sent, from, to, data)
	if n.chance(n.opts.Loss) {
		n.c.Lost++
		return
	}
	n.travel(from, to, data)
	if n.chance(n.opts.Duplicate) {
		n.c.Duplicated++
		n.travel(from, to, bytes.Clone(data))
	}
}

func (n *Net) tap(e Event, from, to netip.AddrPort, data []byte) {
	if n.opts.Tap != nil {
		n.opts.Tap(e, from, to, data)
	}
}

func (n *Net) travel(from, to netip.AddrPort, data []byte) {
	delay := n.between(n.opts.MinDelay, n.opts.MaxDelay)
	if delay > n.opts.MinDelay {
		n.c.Delayed++
	}
	t := n.now + delay
	if n.chance(n.opts.Reorder) {
		n.c.Reordered++
		t += n.between(1, 2*n.opts.MaxDelay+holdBack)
	} else {
		w := wire{from, to}
		t = max(t, n.last[w])
		n.last[w] = t
	}
	n.at(t, func() { n.arrive(from, to, data) })
}

// arrive gives a datagram to the loop or endpoint of its destination.
func (n *Net) arrive(from, to netip.AddrPort, data []byte) {
	if id := n.listener(to); id != reactor.NoSocket {
		l := n.loops[n.steer(from, to)]
		if l.stopped {
			n.c.Undelivered++
			return
		}
		n.c.Delivered++
		n.tap(Arrived, from, to, data)
		l.inbox[id] = append(l.inbox[id], datagram{from, to, data})
		return
	}
	e := n.endpoints[to]
	if e == nil {
		n.c.Undelivered++
		if n.closed[to] {
			n.bounce(from, to, data)
		}
		return
	}
	n.c.Delivered++
	n.tap(Arrived, from, to, data)
	if e.recv != nil {
		e.recv(n.now, reactor.FromAddrPort(from), data)
	}
}

// Close makes an address a host's closed port: what a loop sends there comes back as
// an ICMP error, which takes its time and may be lost like a datagram. An endpoint
// that is put there opens it.
func (n *Net) Close(addr netip.AddrPort) {
	delete(n.endpoints, addr)
	n.closed[addr] = true
}

// bounce tells a loop that a datagram has met a closed port: the one that the kernel
// would choose for a datagram from there, which need not be the one that has sent it.
func (n *Net) bounce(from, to netip.AddrPort, data []byte) {
	id := n.listener(from)
	if id == reactor.NoSocket || n.chance(n.opts.Loss) {
		return
	}
	l := n.loops[n.steer(to, from)]
	quote := bytes.Clone(data[:min(len(data), reactor.MaxQuote)])
	n.at(n.now+n.between(n.opts.MinDelay, n.opts.MaxDelay), func() {
		if !l.stopped {
			l.lost = append(l.lost, reactor.Undelivered{Socket: id, To: reactor.FromAddrPort(to), Err: ErrRefused, Data: quote})
		}
	})
}

// listener is the listen address that takes what is sent to an address: that very
// one, or a wildcard when no endpoint is there.
func (n *Net) listener(to netip.AddrPort) reactor.SocketID {
	best := reactor.NoSocket
	for i, a := range n.listen {
		if n.streams[reactor.SocketID(i)] {
			continue
		}
		if a == to {
			return reactor.SocketID(i)
		}
		if a.Addr().IsUnspecified() && a.Port() == to.Port() && a.Addr().Is4() == to.Addr().Is4() {
			best = reactor.SocketID(i)
		}
	}
	if n.endpoints[to] != nil {
		return reactor.NoSocket
	}
	return best
}

// steer is the loop that gets the datagrams of one address to one other, as the
// kernel's hash of a SO_REUSEPORT group would have it. It is FNV-1a with the seed.
func (n *Net) steer(from, to netip.AddrPort) int {
	h := uint64(14695981039346656037) ^ n.seed
	add := func(b byte) { h = (h ^ uint64(b)) * 1099511628211 }
	for _, a := range []netip.AddrPort{from, to} {
		for _, b := range a.Addr().As16() {
			add(b)
		}
		for _, b := range binary.BigEndian.AppendUint16(nil, a.Port()) {
			add(b)
		}
	}
	h ^= h >> 32 // its lower bits alone depend on the lower bits of the input
	return int(h % uint64(len(n.loops)))
}
