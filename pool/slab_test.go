package pool

import "testing"

func TestSlabNamesNobodyAfterRelease(t *testing.T) {
	var s Slab[int]
	i, v, _ := s.Alloc(10)
	g := s.Gen(i)
	*v = 200
	if s.Get(i, g) != v || s.Live() != 1 {
		t.Fatal("not found")
	}
	s.Release(i)
	if s.Get(i, g) != nil || s.Live() != 0 {
		t.Error("found after its end")
	}
	j, w, _ := s.Alloc(10)
	if j != i || *w != 0 || s.Get(i, g) != nil || s.Gen(j) == g {
		t.Error("the next entry is not a new one")
	}
	if s.Get(-1, 1) != nil || s.Get(1000, 1) != nil {
		t.Error("found outside of the slab")
	}
}

func TestSlabKeepsItsLimitAndWalks(t *testing.T) {
	var s Slab[int]
	for n := range 600 {
		_, v, ok := s.Alloc(600)
		if !ok {
			t.Fatal("refused below the limit")
		}
		*v = n
	}
	if _, _, ok := s.Alloc(600); ok {
		t.Error("more entries than the limit")
	}
	for i := int32(0); i < 600; i += 2 {
		s.Release(i)
	}
	seen := 0
	for i, ok := s.Next(0); ok; i, ok = s.Next(i + 1) {
		if *s.At(i) != int(i) || i%2 == 0 {
			t.Fatalf("entry %d holds %d", i, *s.At(i))
		}
		seen++
	}
	if seen != 300 {
		t.Errorf("walked over %d entries, want 300", seen)
	}
}
