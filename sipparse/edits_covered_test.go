package sipparse

import "testing"

// TestDropCovered: a change inside of what is left out is left out too; what
// stands at its ends stays.
func TestDropCovered(t *testing.T) {
	const msg, arena = "0123456789", "abcdefghij"
	for _, tc := range []struct {
		name string
		make func(e *Edits)
		want string
	}{
		{"inserted inside", func(e *Edits) { e.InsertAt(4, 0, 1, false); e.Cut(2, 5) }, "01789"},
		{"replaced inside", func(e *Edits) { e.Cut(2, 5); e.Replace(3, 2, 0, 2) }, "01789"},
		{"inserted at the ends", func(e *Edits) { e.Cut(2, 5); e.InsertAt(2, 0, 1, false); e.InsertAt(7, 1, 1, false) }, "01ab789"},
		{"inserted between two cuts", func(e *Edits) { e.Cut(2, 2); e.Cut(4, 2); e.InsertAt(4, 0, 1, true) }, "01a6789"},
		{"a cut that goes on behind another", func(e *Edits) { e.Cut(2, 4); e.Replace(4, 4, 0, 1); e.InsertAt(6, 1, 1, false) }, "0189"},
		{"a replacement covers as a cut does", func(e *Edits) { e.Replace(2, 5, 0, 2); e.InsertAt(4, 2, 3, false) }, "01ab789"},
		{"nothing is covered", func(e *Edits) { e.Replace(0, 1, 0, 1); e.InsertAt(5, 1, 1, false) }, "a1234b56789"},
	} {
		var e Edits
		tc.make(&e)
		e.DropCovered()
		if got := string(e.AppendTo(nil, []byte(msg), []byte(arena))); got != tc.want || e.Size(len(msg)) != len(got) {
			t.Errorf("%s: %q (size %d), want %q", tc.name, got, e.Size(len(msg)), tc.want)
		}
	}
}
