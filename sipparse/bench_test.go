package sipparse

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// samples are the messages of testdata that the speed is measured with.
var samples = []string{"invite", "ok", "register", "folded", "carrier"}

func sample(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name+".sip"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// scan is the lower bound that passes are compared with: every LF of the header
// block and the first colon of every line.
func scan(m []byte) (n int) {
	for len(m) > 0 {
		e := bytes.IndexByte(m, '\n')
		if e <= 1 {
			return
		}
		n += bytes.IndexByte(m[:e], ':')
		m = m[e+1:]
	}
	return
}

func BenchmarkPasses(b *testing.B) {
	for _, name := range samples {
		m := sample(b, name)
		var x Index
		run := func(what string, f func()) {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(m)))
				for b.Loop() {
					f()
				}
			})
		}
		run("scan", func() { scan(m) })
		run("index", func() { Parse(m, &x) })
		run("core", func() { Parse(m, &x); x.Core(m) })
		run("full", func() { Parse(m, &x); x.Full(m) })
		run("validate", func() { Parse(m, &x); x.Validate(m) })
	}
}

func BenchmarkClone(b *testing.B) {
	m := sample(b, "invite")
	var x, y Index
	Parse(m, &x)
	x.Core(m)
	buf := make([]byte, 2048)
	b.ReportAllocs()
	for b.Loop() {
		copy(buf, m)
		x.CloneTo(&y)
	}
}

func BenchmarkLeaf(b *testing.B) {
	via := []byte("SIP/2.0/UDP 198.51.100.12:5060;branch=z9hG4bK7a31fdde.2;received=198.51.100.12;rport=5060")
	rr := []byte("<sip:198.51.100.12;lr;ftag=gK0d3a8f1b;did=4c2.07a3>")
	from := []byte("\"WIRELESS CALLER\" <sip:+12025550188@198.51.100.9;user=phone>;tag=gK0d3a8f1b")
	uri := []byte("sip:+12025550143@203.0.113.80:5060;user=phone;transport=udp")
	cseq := []byte("418762 INVITE")
	b.Run("via", func(b *testing.B) {
		var v Via
		for b.Loop() {
			ParseVia(via, 0, len(via), &v)
		}
	})
	b.Run("record-route", func(b *testing.B) {
		var v NameAddr
		for b.Loop() {
			ParseNameAddr(rr, 0, len(rr), &v)
		}
	})
	b.Run("from", func(b *testing.B) {
		var v NameAddr
		for b.Loop() {
			ParseNameAddr(from, 0, len(from), &v)
		}
	})
	b.Run("uri", func(b *testing.B) {
		var u URI
		for b.Loop() {
			ParseURI(uri, 0, len(uri), &u)
		}
	})
	b.Run("uri-rr", func(b *testing.B) {
		var u URI
		for b.Loop() {
			ParseURI(rr, 1, len(rr)-1, &u)
		}
	})
	b.Run("cseq", func(b *testing.B) {
		var c CSeq
		for b.Loop() {
			ParseCSeq(cseq, 0, len(cseq), &c)
		}
	})
}
