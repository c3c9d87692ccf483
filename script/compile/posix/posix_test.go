package posix

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestMatchesAsRegcompDoes(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		fold          bool
		want          bool
	}{
		{"^sip:49", "sip:4930@h", false, true},
		{"^sip:49", "SIP:4930@h", false, false},
		{"^sip:49", "SIP:4930@h", true, true},
		{"^sip:49", "xsip:49", true, false},
		{"sip:.+@example\\.org", "sip:a@example.org;x", true, true},
		{"sip:.+@example\\.org", "sip:@example.org", true, false},
		{"^$", "", false, true},
		{"^$", "a", false, false},
		{"x*", "", false, true},
		{"a**", "aaa", false, true},
		{"^a+?b$", "aab", false, true},
		{"a||zz", "q", false, true},
		{"()", "", false, true},
		{"a)", "xa)", false, true},
		{"^a{,2}b$", "aab", false, true},
		{"^a{,2}b$", "aaab", false, false},
		{`\d`, "5", false, false},
		{`\d`, "d", false, true},
		{`^\w+\*\w$`, "abc*d", false, true},
		{`\<abc\>`, "x abc y", false, true},
		{`\<abc\>`, "xabc", false, false},
		{`[\w]bc`, "abc", false, false},
		{`[\w]bc`, `\bc`, false, true},
		{"[]a]", "]", false, true},
		{"[^]a]", "]", false, false},
		{"[a-]", "-", false, true},
		{"[[:alpha:]][[:digit:]]", "ü a7", false, true},
		{"[[:upper:]]", "a", true, true},
		{"a.b", "a\nb", false, true},
		{"^.$", "\xff", false, true},
		{"[^a]", "\xe9", false, true},
		{"a$b|c", "xc", false, true},
		{"^^a", "a", false, true},
		{"(ab|cd)+$", "xxcdab", false, true},
		{"b$", "ab\n", false, false},
		{`\.`, "x", false, false},
		{"^(1[0-9][0-9]|2..)$", "183", false, true},
		{"k", "K", true, true},
		{"[[.-.]]", "-", false, true},
		{`\Bb`, "ab", false, true},
		{`\Bb`, "b", false, false},
	} {
		r, err := Compile(tt.pattern, tt.fold)
		if err != nil {
			t.Errorf("%q: %v", tt.pattern, err)
			continue
		}
		if r.dfa == nil {
			t.Errorf("%q has no automaton", tt.pattern)
		}
		if got := r.Match([]byte(tt.text)); got != tt.want {
			t.Errorf("%q on %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
		if got := r.re.Match([]byte(tt.text)); got != tt.want && strings.IndexByte(tt.text, 0xff) < 0 && strings.IndexByte(tt.text, 0xe9) < 0 {
			t.Errorf("%q on %q: Go's regexp says %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

func TestLinesAreBoundaries(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"^Subject: .*urgent", "From: x\r\nSubject: very urgent\r\n", true},
		{"^Subject: .*urgent", "Subject: a\r\nTo: urgent\r\n", false},
		{"a$", "a\nb", true}, {"^b$", "a\nb\nc", true}, {"^$", "a\n\nb", true}, {"[^x]b", "a\nb", false}, {"a.b", "a\nb", false}, {"^c", "a\nb", false},
	} {
		r, err := CompileLines(tt.pattern, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Match([]byte(tt.text)); got != tt.want || r.dfa == nil {
			t.Errorf("%q on %q: %v", tt.pattern, tt.text, got)
		}
		if got := r.re.Match([]byte(tt.text)); got != tt.want {
			t.Errorf("%q on %q: Go's regexp says %v", tt.pattern, tt.text, got)
		}
	}
}

func TestBadPatternsNameTheirPlace(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		off     int
	}{
		{"*a", 0}, {"^*a", 1}, {"a{x", 1}, {"{a", 0}, {"(?:a)", 1}, {"(+a)", 1}, {"x|+a", 2}, {"([", 1}, {"(a", 0},
		{"x[[:foo:]]", 2}, {"[z-a]", 1}, {`a\`, 1}, {`(b)c\1`, 4}, {"a{3,1}", 1}, {"a{9999}", 1}, {strings.Repeat("(", 500), 200},
	} {
		_, err := Compile(tt.pattern, true)
		if err == nil {
			t.Errorf("%q was taken", tt.pattern)
		} else if Offset(err) != tt.off {
			t.Errorf("%q: offset %d, want %d (%v)", tt.pattern, Offset(err), tt.off, err)
		}
	}
}

func TestFindIsLeftmostLongest(t *testing.T) {
	r, err := Compile("(a|ab)(c|bcd)?", false)
	if err != nil {
		t.Fatal(err)
	}
	if m := r.Find([]byte("xabcd")); fmt.Sprint(m[:2]) != "[1 5]" {
		t.Errorf("match %v, want [1 5]", m)
	}
	if r.NumSubexp() != 2 {
		t.Errorf("%d groups", r.NumSubexp())
	}
	if m := r.Find([]byte("xyz")); m != nil {
		t.Errorf("a match where there is none: %v", m)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	r, _ := Compile("^sip:[0-9]+@(a|b)\\.example\\.com", true)
	text := []byte("sip:4930123456@b.example.com:5060;transport=udp")
	c := NewCache(4, 1<<20)
	pattern := []byte("^sip:.*@")
	if _, err := c.Get(pattern, true); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		r.Match(text)
		m, _ := c.Get(pattern, true)
		m.Match(text)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestCacheForgetsTheLeastRecentlyUsed(t *testing.T) {
	c := NewCache(2, 1<<20)
	a, _ := c.Get([]byte("a"), true)
	c.Get([]byte("b"), true)
	c.Get([]byte("a"), true)
	c.Get([]byte("["), true)
	if c.Len() != 2 {
		t.Errorf("%d patterns", c.Len())
	}
	if again, _ := c.Get([]byte("a"), true); again != a {
		t.Error("the pattern used last is gone")
	}
	if _, err := c.Get([]byte("["), true); err == nil {
		t.Error("a bad pattern was taken")
	}
	if _, err := c.Get(make([]byte, 5000), true); err == nil {
		t.Error("a long pattern was taken")
	}
}

func FuzzAgreesWithGo(f *testing.F) {
	for _, s := range []string{"^a*b$", "(a|b)+c", "[a-c]\\bx", "a{2,3}.", "\\w+@\\w"} {
		f.Add(s, "abcabc x@y")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 60 || len(text) > 200 {
			return
		}
		for i := range len(text) {
			if text[i] >= 0x80 {
				return // over bytes here, over characters there
			}
		}
		r, err := compile(pattern, true, len(text)%2 == 0, &loaded)
		if err != nil || r.dfa == nil {
			return
		}
		re := regexp.MustCompile("(?i)" + r.source)
		if got, want := r.Match([]byte(text)), re.MatchString(text); got != want {
			t.Errorf("%q (%q) on %q: %v, want %v", pattern, r.source, text, got, want)
		}
	})
}

func BenchmarkMatchURI(b *testing.B) {
	r, _ := Compile("^sip:[0-9]+@(a|b)\\.example\\.com", true)
	text := []byte("sip:4930123456@b.example.com:5060;transport=udp")
	b.ReportAllocs()
	for b.Loop() {
		r.Match(text)
	}
}

func BenchmarkGoRegexpMatchURI(b *testing.B) {
	r, _ := Compile("^sip:[0-9]+@(a|b)\\.example\\.com", true)
	text := []byte("sip:4930123456@b.example.com:5060;transport=udp")
	b.ReportAllocs()
	for b.Loop() {
		r.re.Match(text)
	}
}

func BenchmarkMatchKinds(b *testing.B) {
	for _, k := range []struct{ name, pattern, text string }{
		{"prefix", "^sip:[a-z0-9.]+@biloxi\\.example\\.com", "sip:bob@biloxi.example.com"},
		{"another prefix", "^sip:[a-z0-9.]+@biloxi\\.example\\.com", "tel:+4930123456"},
		{"words anywhere", "friendly-scanner|sipvicious", "<sip:alice@192.0.2.20:5060>"},
		{"none", "x[0-9]+y", "<sip:alice@192.0.2.20:5060>"},
	} {
		r, _ := Compile(k.pattern, true)
		text := []byte(k.text)
		b.Run(k.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Match(text)
			}
		})
	}
}
