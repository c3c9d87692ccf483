//go:build unix

package reactor

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// rerecord puts the content of a ClientHello into records of at most n bytes.
func rerecord(hello []byte, n int) (out []byte) {
	body := hello[recordHeader:]
	for len(body) > 0 {
		k := min(n, len(body))
		out = append(append(out, recordHandshake, 3, 1, byte(k>>8), byte(k)), body[:k]...)
		body = body[k:]
	}
	return out
}

// TestAClientHelloIsFoundHoweverItIsCut: in records of any size, and not a byte too
// early.
func TestAClientHelloIsFoundHoweverItIsCut(t *testing.T) {
	b := hello(t)
	for _, n := range []int{1, 2, 3, 4, 5, 100, len(b)} {
		cut := rerecord(b, n)
		for i := range cut {
			if st := findHello(cut[:i]); st != helloPart {
				t.Fatalf("records of %d bytes: %d of %d bytes are %v", n, i, len(cut), st)
			}
		}
		if findHello(cut) != helloWhole || findHello(append(cut, 1, 2, 3)) != helloWhole {
			t.Errorf("records of %d bytes: it is not found", n)
		}
		if w := wholeRecords(cut); w != len(cut) {
			t.Errorf("records of %d bytes: %d of %d are whole", n, w, len(cut))
		}
		if w := wholeRecords(cut[:len(cut)-1]); w >= len(cut)-1 && n > 1 {
			t.Errorf("records of %d bytes: a part counts as whole", n)
		}
	}
}

// TestBordersOfRecordsAreFollowed in pieces of any size.
func TestBordersOfRecordsAreFollowed(t *testing.T) {
	var stream []byte
	ends := map[int]bool{0: true}
	for i := range 200 {
		body := bytes.Repeat([]byte{23}, i*7%300)
		stream = append(append(stream, 23, 3, 3, byte(len(body)>>8), byte(len(body))), body...)
		ends[len(stream)] = true
	}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var r records
		for at := 0; at < len(stream); {
			n := min(1+rnd.IntN(400), len(stream)-at)
			r.pass(stream[at : at+n])
			if at += n; r.inside() == ends[at] {
				t.Fatalf("seed %d: at %d inside is %v", seed, at, r.inside())
			}
		}
	}
}

// FuzzHello: no bytes make the look at a ClientHello go wrong, and what is whole stays
// so.
func FuzzHello(f *testing.F) {
	f.Add([]byte{22, 3, 1, 0, 4, 1, 0, 0, 0})
	f.Add([]byte{22, 3, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		st := findHello(b)
		if n := wholeRecords(b); n > len(b) {
			t.Errorf("%d of %d bytes", n, len(b))
		}
		if more := findHello(append(b[:len(b):len(b)], 0)); st != helloPart && more != st {
			t.Errorf("%v becomes %v", st, more)
		}
		var r records
		r.pass(b)
	})
}
