//go:build unix

package reactor

import (
	"strings"
	"testing"
)

// BenchmarkStream is what one loop costs per message received and sent over a
// connection to itself, kernel included; BenchmarkLoopback is the same over
// datagrams of that size. Each message is read once and written once.
func BenchmarkStream(b *testing.B) {
	for _, name := range Pollers() {
		b.Run(name, func(b *testing.B) { benchmarkStream(b, name, 64) })
	}
}

// BenchmarkStreamSingly is the same with one message under way.
func BenchmarkStreamSingly(b *testing.B) { benchmarkStream(b, "", 1) }

func benchmarkStream(b *testing.B, poller string, window int) {
	got := 0
	h := &streamFuncs{}
	h.receive = func(l Loop, m []Message) { got += len(m); answer(l, m) }
	l := openStreams(b, h, Config{Poller: poller, Streams: Streams{ConnQueue: 1 << 20}}).loops[0]
	d := &Dial{Transport: TCP, Socket: 0, To: l.listener(0).addr}
	id, err := l.Connect(d)
	if err != nil {
		b.Fatal(err)
	}
	msg := []byte(pack(strings.Repeat("m", 696)))
	for range window {
		if err := l.SendConn(id, 0, msg); err != nil {
			b.Fatal(err)
		}
	}
	for got < window {
		l.cycle()
	}
	got = 0
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime()
	for got < b.N {
		l.cycle()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(cpuTime()-began)/float64(b.N), "cpu-ns/message")
}
