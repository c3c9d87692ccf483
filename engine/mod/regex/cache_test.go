package regex

import (
	"fmt"
	"testing"
)

// TestCacheStaysBounded: computed patterns do not fill the memory.
func TestCacheStaysBounded(t *testing.T) {
	var c cache
	for i := range 3 * cacheSize {
		if _, err := c.get(fmt.Appendf(nil, "^%d$", i), options{Caseless: i%2 == 0}); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range c.byText {
			n += len(m)
		}
		if n > cacheSize || n != c.n {
			t.Fatalf("%d patterns, counted %d", n, c.n)
		}
	}
	if _, err := c.get(make([]byte, maxDynamic+1), options{}); err != errTooLong {
		t.Error(err)
	}
	p := []byte("^7$")
	c.get(p, options{})
	if n := testing.AllocsPerRun(100, func() { c.get(p, options{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
