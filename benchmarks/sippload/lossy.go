package sippload

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
)

// lossy is a leg of the way that loses datagrams: what reaches its port goes on to one address, and what comes back from
// there to whoever sent last. It remembers what it has lost of which call.
type lossy struct {
	front, back *net.UDPConn
	to          netip.AddrPort
	share       float64 // of the datagrams, in either direction
	client      atomic.Pointer[netip.AddrPort]
	readers     sync.WaitGroup

	mu   sync.Mutex
	rng  *rand.Rand
	lost map[string][]key // by Call-ID
	n    int
}

// loseBetween starts a leg from a port to an address; back is the port that it sends
// from.
func loseBetween(front, back int, to netip.AddrPort, share float64, seed uint64) (*lossy, error) {
	l := &lossy{to: to, share: share, rng: rand.New(rand.NewPCG(seed, 0x6c6f7373)), lost: map[string][]key{}}
	at := func(port int) *net.UDPAddr { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }
	var err error
	if l.front, err = net.ListenUDP("udp4", at(front)); err != nil {
		return nil, err
	}
	if l.back, err = net.ListenUDP("udp4", at(back)); err != nil {
		_ = l.front.Close()
		return nil, err
	}
	l.carry(l.front, func(msg []byte, from netip.AddrPort) {
		if c := l.client.Load(); c == nil || *c != from {
			l.client.Store(&from)
		}
		_, _ = l.back.WriteToUDPAddrPort(msg, l.to) // a datagram that cannot be sent is lost, too
	})
	l.carry(l.back, func(msg []byte, _ netip.AddrPort) {
		if c := l.client.Load(); c != nil {
			_, _ = l.front.WriteToUDPAddrPort(msg, *c)
		}
	})
	return l, nil
}

// port is where the leg begins.
func (l *lossy) port() int { return l.front.LocalAddr().(*net.UDPAddr).Port }

// carry passes on what a socket receives, but for what is lost.
func (l *lossy) carry(conn *net.UDPConn, on func(msg []byte, from netip.AddrPort)) {
	_ = conn.SetReadBuffer(bufferSize)
	l.readers.Go(func() {
		buf := make([]byte, 65535)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil && !l.loses(buf[:n]) {
				on(buf[:n], from)
			}
		}
	})
}

// loses throws the dice for a datagram.
func (l *lossy) loses(msg []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rng.Float64() >= l.share {
		return false
	}
	l.n++
	id, k := identify(msg)
	l.lost[id] = append(l.lost[id], k)
	return true
}

// stop ends the leg and adds what it has lost.
func (l *lossy) stop(into map[string][]key) int {
	_ = l.front.Close() // a UDP socket holds nothing back
	_ = l.back.Close()
	l.readers.Wait()
	for id, ks := range l.lost {
		into[id] = append(into[id], ks...)
	}
	return l.n
}

// identify reads a message's Call-ID and what it is.
func identify(msg []byte) (callID string, k key) {
	head, _, _ := bytes.Cut(msg, []byte("\r\n\r\n"))
	first, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if code, ok := bytes.CutPrefix(first, []byte("SIP/2.0 ")); ok && len(code) >= 3 {
		k.status, _ = strconv.Atoi(string(code[:3]))
	}
	for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Call-ID":
			callID = string(bytes.TrimSpace(value))
		case "CSeq":
			number, method, _ := bytes.Cut(bytes.TrimSpace(value), []byte(" "))
			k.cseq, _ = strconv.Atoi(string(number))
			k.method = string(method)
		}
	}
	return callID, k
}
