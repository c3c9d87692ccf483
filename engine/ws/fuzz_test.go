package ws

import "testing"

// FuzzDecode: whatever comes, what is found does not depend on how it is cut, nothing
// is taken that is not there, and no memory is kept.
func FuzzDecode(f *testing.F) {
	for _, tc := range corpus {
		if len(tc.stream) < 2000 {
			f.Add(tc.stream, uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, piece uint8) {
		d := newDecoder()
		m := d.Memory
		want := decode(t, d, stream, whole)
		d.Reset()
		if n := m.Lent(); n != 0 {
			t.Fatalf("%d pieces are lent", n)
		}
		for _, k := range []int{1, int(piece) + 2} {
			if got := decode(t, newDecoder(), stream, func(at int) int { return at + k }); got != want {
				t.Fatalf("in pieces of %d: %s, want %s", k, got, want)
			}
		}
	})
}
