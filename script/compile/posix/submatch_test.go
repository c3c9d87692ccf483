package posix

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFindIntoAgreesWithFind(t *testing.T) {
	patterns := []string{"a", "a*", "(a|ab)(c|bcd)(d*)", "^(.*)@(.*)$", "b$", "(a)(b)?", "x|xy|xyz", "(a*)(b*)", "[a-c]+", "a{2,3}", "(^a|b)", "ö", ".", `\<b`, "(a|b)*c", "()", "(ab|a)(bc|c)?"}
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "abcdxyz@ö \n"
	for _, p := range patterns {
		for _, fold := range []bool{false, true} {
			re, err := Compile(p, fold)
			if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			for range 300 {
				text := make([]byte, random.IntN(12))
				for i := range text {
					text[i] = letters[random.IntN(len(letters))]
				}
				got, want := re.FindInto(nil, text), re.Find(text)
				if !slices.Equal(got, want) {
					t.Fatalf("%q in %q: got %v, want %v", p, text, got, want)
				}
			}
		}
	}
}

func TestFindIntoTakesLargePatternsToo(t *testing.T) {
	re, err := Compile("(a{900})(b{900})(c{900})(d{900})(e{900})|(c)d", false)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := re.FindInto(nil, []byte("xcd")); len(got) != 2*(re.NumSubexp()+1) || got[0] != 1 || got[1] != 3 {
			t.Fatalf("got %v", got)
		}
	}
	if got := re.FindInto(nil, []byte("xyz")); got != nil {
		t.Fatalf("got %v", got)
	}
}

func TestASearchFromTheMiddleKnowsWhatStandsBefore(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		from          int
		want          []int
	}{
		{"^a|b", "aab", 0, []int{0, 1}}, {"^a|b", "aab", 1, []int{2, 3}}, {"^a", "aab", 1, nil}, {"(a)(b)?", "xaab", 1, []int{1, 2, 1, 2, -1, -1}},
		{"b$", "abab", 2, []int{3, 4}}, {"b", "ab", 2, nil},
	} {
		re, err := Compile(tc.pattern, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := re.FindFrom(nil, []byte(tc.text), tc.from); !slices.Equal(got, tc.want) {
			t.Errorf("%q in %q from %d: %v, want %v", tc.pattern, tc.text, tc.from, got, tc.want)
		}
	}
	large, err := Compile("(a{900}){3}(b{900}){3}|(c)d", false)
	if err != nil {
		t.Skip("the pattern is refused as too large")
	}
	if got := large.FindFrom(nil, []byte("cdxcd"), 1); len(got) < 2 || got[0] != 3 || got[1] != 5 {
		t.Errorf("a large pattern: %v", got)
	}
}

func TestFindIntoDoesNotAllocate(t *testing.T) {
	re, err := Compile("^sip:([^@]*)@(.*)$", true)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("sip:alice@atlanta.example.com;transport=tcp")
	var buf [6]int
	re.FindInto(buf[:0], text)
	if n := testing.AllocsPerRun(50, func() { re.FindInto(buf[:0], text) }); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func BenchmarkFindInto(b *testing.B) {
	re, err := Compile("^sip:([^@]*)@(.*)$", true)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte("sip:alice@atlanta.example.com;transport=tcp")
	var buf [6]int
	b.ReportAllocs()
	for b.Loop() {
		re.FindInto(buf[:0], text)
	}
}
