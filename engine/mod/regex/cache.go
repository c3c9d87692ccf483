package regex

import (
	"errors"
	"regexp"
	"sync"
)

var errTooLong = errors.New("the pattern is too long")

// dynamic keeps patterns that scripts have computed; all loops share it.
var dynamic cache

// A cache keeps compiled patterns, bad ones with their error. When it is full it
// begins anew. Its lock is held for a look-up only, never while a pattern is
// compiled.
type cache struct {
	mu     sync.Mutex
	byText map[options]map[string]cached
	n      int
}

type cached struct {
	re  *regexp.Regexp
	err error
}

// get is the compiled pattern; one that is known costs no allocation.
func (c *cache) get(text []byte, o options) (*regexp.Regexp, error) {
	if len(text) > maxDynamic {
		return nil, errTooLong
	}
	c.mu.Lock()
	k, ok := c.byText[o][string(text)]
	c.mu.Unlock()
	if ok {
		return k.re, k.err
	}
	k.re, k.err = compile(string(text), o)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byText == nil || c.n >= cacheSize {
		c.byText, c.n = map[options]map[string]cached{}, 0
	}
	if c.byText[o] == nil {
		c.byText[o] = map[string]cached{}
	}
	c.byText[o][string(text)] = k
	c.n++
	return k.re, k.err
}
