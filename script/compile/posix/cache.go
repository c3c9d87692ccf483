package posix

import (
	"container/list"
	"fmt"
	"sync"
)

// Cache keeps the patterns used last compiled, the bad ones with their error. It
// is safe for use by several goroutines; its lock is held for a look-up only,
// never while a pattern is compiled.
type Cache struct {
	size, longest int
	mu            sync.Mutex
	byText        [2]map[string]*list.Element // by fold
	order         *list.List                  // most recently used first
}

type cached struct {
	text string
	fold int
	re   *Regexp
	err  error
}

// NewCache makes a cache of size patterns of at most longest bytes each.
func NewCache(size, longest int) *Cache {
	return &Cache{size: size, longest: longest, order: list.New(),
		byText: [2]map[string]*list.Element{{}, {}}}
}

// Get is the compiled pattern. A pattern that is in the cache costs a look-up
// and no allocation.
func (c *Cache) Get(text []byte, fold bool) (*Regexp, error) {
	if len(text) > c.longest {
		return nil, fmt.Errorf("a pattern of %d bytes is too long", len(text))
	}
	f := 0
	if fold {
		f = 1
	}
	c.mu.Lock()
	if e := c.byText[f][string(text)]; e != nil {
		c.order.MoveToFront(e)
		k := e.Value.(*cached)
		c.mu.Unlock()
		return k.re, k.err
	}
	c.mu.Unlock()

	k := &cached{text: string(text), fold: f}
	k.re, k.err = Compile(k.text, fold)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byText[f][k.text]; e != nil { // another loop was faster
		k = e.Value.(*cached)
		return k.re, k.err
	}
	c.byText[f][k.text] = c.order.PushFront(k)
	for c.order.Len() > c.size {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.byText[old.fold], old.text)
	}
	return k.re, k.err
}

// Len is the number of patterns in the cache.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}
