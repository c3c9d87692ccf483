package posix

import (
	"container/list"
	"fmt"
	"sync"
)

// Cache keeps the patterns used last compiled, the bad ones with their error. It
// is safe for use by several goroutines; its lock is held for a look-up only,
// never while a pattern is compiled. Its patterns may come out of messages:
// their size and what using them costs are bounded more tightly than those of a
// script's own (limits.go), and both their number and their memory.
type Cache struct {
	size, memory int
	mu           sync.Mutex
	used         int                         // bytes of all patterns, about
	byText       [2]map[string]*list.Element // by fold
	order        *list.List                  // most recently used first
}

type cached struct {
	text string
	fold int
	size int
	re   *Regexp
	err  error
}

// NewCache makes a cache of at most size patterns, which together hold about
// memory bytes at most.
func NewCache(size, memory int) *Cache {
	return &Cache{size: size, memory: memory, order: list.New(),
		byText: [2]map[string]*list.Element{{}, {}}}
}

// Get is the compiled pattern. A pattern that is in the cache costs a look-up
// and no allocation.
func (c *Cache) Get(text []byte, fold bool) (*Regexp, error) {
	if len(text) > computed.pattern {
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
	if k.re, k.err = compile(k.text, fold, false, &computed); k.err == nil {
		k.size = k.re.memory()
	}
	k.size += 256 + len(k.text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byText[f][k.text]; e != nil { // another loop was faster
		k = e.Value.(*cached)
		return k.re, k.err
	}
	c.byText[f][k.text] = c.order.PushFront(k)
	c.used += k.size
	for c.order.Len() > c.size || c.used > c.memory && c.order.Len() > 1 {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.byText[old.fold], old.text)
		c.used -= old.size
	}
	return k.re, k.err
}

// Memory is about the number of bytes that the patterns hold.
func (c *Cache) Memory() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// Len is the number of patterns in the cache.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}
