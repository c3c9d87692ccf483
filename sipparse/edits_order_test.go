package sipparse

import (
	"math/rand/v2"
	"testing"
)

func TestEditsKeepTheOrderOfInsertions(t *testing.T) {
	const msg, arena = "0123456789", "abcdefgh"
	for _, tc := range []struct {
		name string
		do   func(e *Edits)
		want string
	}{
		{"nothing", func(e *Edits) {}, msg},
		{"cut", func(e *Edits) { e.Cut(2, 3) }, "0156789"},
		{"insertions behind each other", func(e *Edits) { e.InsertAt(3, 0, 1, false); e.InsertAt(3, 1, 1, false) }, "012ab3456789"},
		{"insertion ahead of others", func(e *Edits) { e.InsertAt(3, 0, 1, false); e.InsertAt(3, 1, 1, true) }, "012ba3456789"},
		{"insertion where a cut begins", func(e *Edits) { e.Cut(3, 2); e.InsertAt(3, 0, 1, false) }, "012a56789"},
		{"insertion within a cut", func(e *Edits) { e.Cut(3, 4); e.InsertAt(5, 0, 1, false) }, "012a789"},
		{"insertion where a cut ends", func(e *Edits) { e.Cut(3, 4); e.InsertAt(7, 0, 1, false) }, "012a789"},
		{"insertion before a replacement", func(e *Edits) { e.Replace(3, 2, 4, 2); e.InsertAt(3, 0, 1, false) }, "012aef56789"},
		{"cuts that overlap", func(e *Edits) { e.Cut(4, 4); e.Cut(2, 4) }, "0189"},
		{"a cut in a cut", func(e *Edits) { e.Cut(2, 6); e.Cut(3, 1) }, "0189"},
		{"at both ends", func(e *Edits) { e.InsertAt(10, 0, 1, false); e.InsertAt(0, 1, 1, false) }, "b0123456789a"},
		{"a cut beyond the end", func(e *Edits) { e.Cut(8, 100) }, "01234567"},
		{"behind the end", func(e *Edits) { e.InsertAt(50, 0, 2, false) }, "0123456789ab"},
	} {
		var e Edits
		tc.do(&e)
		if got := string(e.AppendTo(nil, []byte(msg), []byte(arena))); got != tc.want || e.Size(len(msg)) != len(got) {
			t.Errorf("%s: %q, size %d, want %q", tc.name, got, e.Size(len(msg)), tc.want)
		}
	}
}

func TestEditsAreBounded(t *testing.T) {
	var e Edits
	for range MaxEdits {
		if !e.InsertAt(0, 0, 0, false) {
			t.Fatal("refused early")
		}
	}
	if e.Cut(0, 1) || e.InsertAt(0, 0, 0, true) || e.Replace(0, 0, 0, 0) || e.Len() != MaxEdits {
		t.Error("one change too many was taken")
	}
	e.Reset()
	if e.Cut(-1, 1) || e.Cut(1, -1) || e.Cut(MaxMessage, 1) || e.InsertAt(0, -1, 1, false) || e.InsertAt(0, 1, -1, false) || e.Len() != 0 {
		t.Error("a change that is none was taken")
	}
}

// The slow editor keeps what is put in before every byte, and which bytes are
// left out.
func TestEditsAgreeWithASlowEditor(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	msg := []byte("the quick brown fox")
	const arena = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for range 2000 {
		var e Edits
		before := make([]string, len(msg)+1)
		gone := make([]bool, len(msg)+1)
		for range r.IntN(8) {
			off := r.IntN(len(msg) + 1)
			n := r.IntN(len(msg) - off + 1)
			d := r.IntN(20)
			switch r.IntN(3) {
			case 0:
				e.Cut(off, n)
				for i := off; i < off+n; i++ {
					gone[i] = true
				}
			case 1:
				e.InsertAt(off, d, 2, false)
				before[off] += arena[d : d+2]
			case 2:
				e.InsertAt(off, d, 3, true)
				before[off] = arena[d:d+3] + before[off]
			}
		}
		want := ""
		for i := range before {
			want += before[i]
			if i < len(msg) && !gone[i] {
				want += string(msg[i])
			}
		}
		if got := string(e.AppendTo(nil, msg, []byte(arena))); got != want || e.Size(len(msg)) != len(want) {
			t.Fatalf("%q, size %d, want %q", got, e.Size(len(msg)), want)
		}
	}
}

// TestPartSizeIsTheSizeOfAPart: the parts of a message before and behind a place
// where nothing is put in add up to the whole.
func TestPartSizeIsTheSizeOfAPart(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	const n = 40
	for range 5000 {
		var e Edits
		at := r.IntN(n + 1)
		for range r.IntN(8) {
			off := r.IntN(n + 1)
			cut := r.IntN(n - off + 1)
			if off == at || off < at && off+cut > at { // on the boundary both sides could have it
				continue
			}
			e.Replace(off, cut, 0, r.IntN(5))
		}
		head, _ := e.PartSize(0, at)
		body, changed := e.PartSize(at, n)
		if head+body != e.Size(n) {
			t.Fatalf("%d and %d at %d, want %d together", head, body, at, e.Size(n))
		}
		if !changed && body != n-at {
			t.Fatalf("%d bytes from %d on, nothing changed", body, at)
		}
	}
}

func TestChangesAreTakenBack(t *testing.T) {
	msg, arena := []byte("0123456789"), []byte("abcdef")
	var e Edits
	e.Replace(2, 2, 0, 1)
	e.InsertAt(4, 1, 1, false)
	e.Withdraw(2, 2)
	e.Replace(2, 2, 2, 1)
	if got := string(e.AppendTo(nil, msg, arena)); got != "01cb456789" {
		t.Errorf("a later change of the same span: %q", got)
	}
	e.Withdraw(4, 0) // an insertion is not meant
	e.InsertAt(4, 5, 1, false)
	e.Retract(5)
	e.Cut(6, 2)
	e.Cut(7, 3)
	e.Forget(2, 8)
	if got := string(e.AppendTo(nil, msg, arena)); got != "0123456" {
		t.Errorf("all within 2 to 8 forgotten: %q", got)
	}
}

func TestEditsDoNotAllocate(t *testing.T) {
	dst, msg, arena := make([]byte, 0, 64), []byte("0123456789"), []byte("abc")
	var e Edits
	if n := testing.AllocsPerRun(100, func() {
		e.Reset()
		e.Cut(2, 2)
		e.InsertAt(4, 0, 3, false)
		dst = e.AppendTo(dst[:0], msg, arena)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
