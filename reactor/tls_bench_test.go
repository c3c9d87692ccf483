//go:build unix

package reactor

import (
	"runtime"
	"testing"
)

// BenchmarkTLSRoundTrip is a message over TLS to a loop and its answer.
func BenchmarkTLSRoundTrip(b *testing.B) {
	r := runTLS(b, &streamFuncs{}, Config{}, nil)
	p := connectTLS(b, r, nil)
	msg := pack(string(make([]byte, 600)))
	b.ReportAllocs()
	for b.Loop() {
		p.send(msg)
		p.recv()
	}
}

// BenchmarkTLSHandshake is one whole handshake, both sides of it.
func BenchmarkTLSHandshake(b *testing.B) {
	r := runTLS(b, &streamFuncs{}, Config{}, nil)
	for b.Loop() {
		p := connectTLS(b, r, nil)
		p.Conn.Close()
	}
}

// TestWhatConnectionsCost: an idle TLS connection and a handshake that waits for its
// client, in bytes of heap and stack.
func TestWhatConnectionsCost(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	const n = 300
	used := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	r := runTLS(t, &streamFuncs{}, Config{Streams: Streams{MaxHandshakes: 2 * n, HandshakeShare: 100}}, nil)
	connectTLS(t, r, nil) // what the first one makes
	b := hello(t)
	before := used()
	var waiting []*peer
	for range n {
		p := connectTo(t, r)
		p.send(string(b))
		waiting = append(waiting, p)
	}
	eventually(t, "the handshakes", func() bool {
		r.slots.mu.Lock()
		defer r.slots.mu.Unlock()
		return r.slots.begun == n && r.slots.busy == 0
	})
	perHandshake := (used() - before) / n
	for _, p := range waiting {
		p.Close()
	}
	eventually(t, "the end", func() bool { return underWay(r) == 0 })
	// The clients are in this process too: what they have is measured with a server of
	// the library.
	mine := make([]*tlsPeer, 0, n)
	before = used()
	for range n {
		p := connectTLS(t, r, nil)
		p.send(pack("x"))
		p.recv()
		mine = append(mine, p)
	}
	both := (used() - before) / n
	for _, p := range mine {
		p.Conn.Close()
	}
	t.Logf("a handshake that waits: %d bytes; an idle connection and its client: %d bytes", perHandshake, both)
	if perHandshake > 64<<10 {
		t.Errorf("a handshake that waits takes %d bytes", perHandshake)
	}
	if both > 48<<10 {
		t.Errorf("an idle connection and its client take %d bytes", both)
	}
}
