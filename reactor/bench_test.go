//go:build unix

package reactor

import (
	"testing"

	"golang.org/x/sys/unix"
)

// cpuTime is what the process has used, in nanoseconds.
func cpuTime() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return unix.TimevalToNsec(u.Utime) + unix.TimevalToNsec(u.Stime)
}

// BenchmarkLoopback is what one loop costs per datagram received and sent, kernel
// included, with each back end: a socket that talks to itself.
func BenchmarkLoopback(b *testing.B) {
	for _, name := range Pollers() {
		b.Run(name, func(b *testing.B) { benchmarkLoopback(b, name, 64) })
	}
}

// BenchmarkLoopbackSingly is the same with one datagram under way: each costs a
// whole cycle.
func BenchmarkLoopbackSingly(b *testing.B) { benchmarkLoopback(b, "", 1) }

func benchmarkLoopback(b *testing.B, poller string, window int) {
	got := 0
	h := &funcs{receive: func(l Loop, m []Message) { got += len(m); echo(l, m) }}
	l := open(b, h, Config{Listen: []Listen{listenOn("127.0.0.1:0")}, Poller: poller}).loops[0]
	for range window {
		if err := l.Send(0, l.sock(0).addr, make([]byte, 700)); err != nil {
			b.Fatal(err)
		}
	}
	l.out.flush(l)
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime()
	for got < b.N {
		l.cycle()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(float64(cpuTime()-began)/float64(b.N), "cpu-ns/packet")
}
