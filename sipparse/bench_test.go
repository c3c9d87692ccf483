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
