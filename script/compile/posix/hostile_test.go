package posix

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostilePatterns are what a peer would send where a script takes a pattern out
// of a message: small, and large or slow for what compiles and runs them.
var hostilePatterns = []string{
	strings.Repeat(".{1000}", 40), "((((.{9}){9}){9}){9})", strings.Repeat("(a|b)*c.{50}x", 40), strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200),
	strings.Repeat("()", 1800), strings.Repeat("(a*)*", 300), "(a*)*b", "(x+x+)+y", "(.*a){12}", strings.Repeat("a?", 30) + strings.Repeat("a", 30),
	strings.Repeat("[^a]", 900), "[" + strings.Repeat("a-z", 1300) + "]", strings.Repeat("a|", 2000), "(.|.)*(.|.)*(.|.)*z", strings.Repeat(".*", 400) + "z",
	"ü(.*a){12}", strings.Repeat("é?", 400) + "z", strings.Repeat("\\<", 1000), strings.Repeat("^", 4000), strings.Repeat("$", 4000), "[a-c]*x[a-c]{90}y",
}

// A pattern out of a message is compiled, and used on the longest message there
// is, within a time that a loop can stand, or it is refused.
func TestPatternsOutOfMessagesAreBounded(t *testing.T) {
	texts := map[string][]byte{
		"all a":  []byte(strings.Repeat("a", 65000)),
		"mixed":  []byte(strings.Repeat("abcxy. é\r\n", 5900)),
		"colons": []byte(strings.Repeat(":", 65000)),
	}
	const most = slowdown * 400 * time.Millisecond // a tenth of it on a machine with nothing else to do
	var slowest time.Duration
	refused, long := 0, 0
	for _, p := range hostilePatterns {
		c := NewCache(4, 1<<30)
		start := time.Now()
		r, err := c.Get([]byte(p), true)
		if d := time.Since(start); d > most {
			t.Errorf("%.40q: %v to compile", p, d)
		}
		if err != nil {
			refused++
			continue
		}
		for name, text := range texts {
			var groups [2 * 10]int
			fastest := time.Hour // others are at work on the machine
			for range 3 {
				start := time.Now()
				r.Match(text)
				r.FindInto(groups[:0], text)
				fastest = min(fastest, time.Since(start))
			}
			if fastest > most {
				t.Errorf("%.40q on %s: %v", p, name, fastest)
			}
			slowest = max(slowest, fastest)
			if r.TooLong(len(text)) {
				long++
			}
		}
	}
	t.Logf("PROOF script-regex: %d hostile patterns, %d refused, %d texts refused; the slowest of the others took %v for 65,000 bytes", len(hostilePatterns), refused, long, slowest.Round(time.Millisecond))
}

// The time for a text grows with its length, not with the square of it.
func TestMatchingIsLinear(t *testing.T) {
	for _, p := range []string{"(a*)*b", "(x+x+)+y", "(.*a){5}b", "^(a|aa)+$", "a.*a.*a.*b", "[^b]*[^c]*d"} {
		r, err := Compile(p, true)
		if err != nil {
			t.Fatal(err)
		}
		if r.dfa == nil {
			t.Errorf("%s has no automaton", p)
			continue
		}
		took := func(n int) time.Duration {
			text := []byte(strings.Repeat("a", n))
			fastest := time.Hour
			for range 7 {
				start := time.Now()
				for range 8 {
					r.Match(text)
				}
				fastest = min(fastest, time.Since(start))
			}
			return fastest
		}
		if small, large := took(16<<10), took(64<<10); large > 10*small {
			t.Errorf("%s: %v for 16 KB and %v for 64 KB", p, small, large)
		}
	}
}

func TestScriptPatternsAreBoundedToo(t *testing.T) {
	for _, p := range []string{strings.Repeat(".{1000}", 100), strings.Repeat("a", 20<<10)} {
		if _, err := Compile(p, true); err == nil {
			t.Errorf("%.20q… was taken", p)
		}
	}
	if _, err := Compile("^(1[0-9]{2}|2[0-9]{3}){5}x.{900}", true); err != nil {
		t.Errorf("a large but sane pattern: %v", err)
	}
}

// The cache holds a number of patterns and a number of bytes, whatever comes.
func TestCacheIsBounded(t *testing.T) {
	const size, memory = 100, 512 << 10
	c := NewCache(size, memory)
	for i := range 5000 {
		var p string
		switch i % 3 {
		case 0:
			p = fmt.Sprintf("^sip:%d@", i)
		case 1:
			p = fmt.Sprintf("(a|b)*c.{20}x%d", i)
		default:
			p = fmt.Sprintf("%s[%d", strings.Repeat("x", i%3000), i) // a bad one
		}
		c.Get([]byte(p), i%2 == 0)
		if c.Len() > size || c.Memory() > memory+memory/2 {
			t.Fatalf("%d patterns of %d bytes", c.Len(), c.Memory())
		}
	}
	if c.Len() < 5 {
		t.Errorf("only %d patterns", c.Len())
	}
	small := NewCache(size, memory)
	for i := range 300 {
		small.Get(fmt.Appendf(nil, "^%d", i), true)
	}
	if small.Len() > size || small.Len() < 20 {
		t.Errorf("%d patterns of %d bytes", small.Len(), small.Memory())
	}
	used := 0
	for e := c.order.Front(); e != nil; e = e.Next() {
		used += e.Value.(*cached).size
	}
	if used != c.Memory() || len(c.byText[0])+len(c.byText[1]) != c.Len() {
		t.Errorf("%d bytes are there, %d are counted; %d and %d names for %d", used, c.Memory(), len(c.byText[0]), len(c.byText[1]), c.Len())
	}
}

// Several loops use the cache, and one pattern, at the same time.
func TestCacheIsUsedByAllLoops(t *testing.T) {
	c := NewCache(8, 1<<20)
	var wg sync.WaitGroup
	for loop := range 4 {
		wg.Go(func() {
			var buf [6]int
			for i := range 2000 {
				n := (i*7 + loop) % 20
				r, err := c.Get(fmt.Appendf(nil, "^(%d)(.*)$", n), true)
				if err != nil {
					t.Error(err)
					return
				}
				text := fmt.Appendf(nil, "%d:%d", n, i)
				if !r.Match(text) || r.Match([]byte("x")) {
					t.Errorf("%s on %s", r, text)
				}
				if m := r.FindInto(buf[:0], text); len(m) != 6 || m[3] != len(fmt.Sprint(n)) {
					t.Errorf("%s on %s: %v", r, text, m)
				}
			}
		})
	}
	wg.Wait()
	if c.Len() > 8 {
		t.Errorf("%d patterns", c.Len())
	}
}
