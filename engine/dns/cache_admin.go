package dns

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cespare/xxhash/v2"
)

// This file is what the dns.* commands of the control plane do.

// CacheMem are figures of a cache's memory, in bytes (dns.mem_info).
type CacheMem struct {
	Used     int    `json:"used"`
	Limit    int    `json:"limit"`
	Entries  int    `json:"entries"`
	Negative int    `json:"negative"`
	Evicted  uint64 `json:"evicted"` // entries that went for others
	Refused  uint64 `json:"refused"` // answers that found no room
	Hits     uint64 `json:"hits"`
	Misses   uint64 `json:"misses"`
	Stale    uint64 `json:"stale"` // answers used beyond their time
}

// MemInfo reads the figures.
func (c *Cache) MemInfo() CacheMem {
	m := CacheMem{Limit: c.config.Load().Limit}
	for _, s := range c.set.Load().shards {
		s.mu.Lock()
		m.Used += s.used
		m.Entries += s.live
		m.Negative += s.negative
		m.Evicted += s.evicted
		m.Refused += s.refused
		m.Hits += s.hits
		m.Misses += s.misses
		m.Stale += s.stale
		s.mu.Unlock()
	}
	return m
}

// AddA enters an address by hand (dns.add_a, dns.add_aaaa): the type is the
// address's. A name that has entries made by hand gets one more record; what
// servers said of it is replaced. permanent: it stays until it is deleted, else
// for ttl. Answers of servers never replace it meanwhile. Errors: ErrName, ErrFull.
func (c *Cache) AddA(name string, ttl time.Duration, ip netip.Addr, permanent bool) error {
	t := TypeA
	if ip.Unmap().Is6() {
		t = TypeAAAA
	}
	return c.add(name, t, ttl, permanent, func(a *Answer) bool { return a.AddAddr(ip) })
}

// AddSRV enters an SRV record (dns.add_srv); see AddA.
func (c *Cache) AddSRV(name string, ttl time.Duration, priority, weight, port uint16, target string, permanent bool) error {
	return c.add(name, TypeSRV, ttl, permanent, func(a *Answer) bool { return a.AddSRV(priority, weight, port, target) })
}

// AddNAPTR enters a NAPTR record (dns.add_naptr); see AddA.
func (c *Cache) AddNAPTR(name string, ttl time.Duration, order, preference uint16, flags, service, regexp, replacement string, permanent bool) error {
	return c.add(name, TypeNAPTR, ttl, permanent, func(a *Answer) bool {
		return a.AddNAPTR(order, preference, flags, service, regexp, replacement)
	})
}

// AddText enters a TXT, PTR or CNAME record (dns.add_txt, add_ptr, add_cname); see AddA.
func (c *Cache) AddText(name string, t Type, ttl time.Duration, text string, permanent bool) error {
	return c.add(name, t, ttl, permanent, func(a *Answer) bool { return a.AddText(text) })
}

func (c *Cache) add(name string, t Type, ttl time.Duration, permanent bool, record func(*Answer) bool) error {
	c.admin.Lock()
	defer c.admin.Unlock()
	if _, ok := cleanName(name); !ok {
		return fmt.Errorf("%w: %.80q", ErrName, name)
	}
	var a Answer
	a.Reset(t)
	flags := flagManual
	if permanent {
		flags |= flagPermanent
	}
	c.visit(name, t, func(s *shard, i uint32) {
		if e := s.entry(i); e.flags&flagManual != 0 && !e.over(c.Now(), 0) {
			s.copyOut(e, &a, c.Now())
		}
	})
	if !record(&a) {
		return fmt.Errorf("the %v record for %.80q is not valid, or the name has %d already", t, name, a.Len())
	}
	if !c.put([]byte(name), &a, ttl.Milliseconds(), flags) {
		return ErrFull
	}
	return nil
}

// visit calls f with the shard and index of an entry, under its lock; false: there is none.
func (c *Cache) visit(name string, t Type, f func(*shard, uint32)) bool {
	var buf [keyPrefix + MaxName]byte
	key, ok := c.key(&buf, []byte(name), t)
	if !ok {
		return false
	}
	hash := xxhash.Sum64(key)
	s := c.set.Load().of(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(hash, key[keyPrefix:], t)
	if i != 0 {
		f(s, i)
	}
	return i != 0
}

// Delete removes a name's entry of a type, permanent or not (dns.delete_a …), and
// says whether there was one.
func (c *Cache) Delete(name string, t Type) bool {
	return c.visit(name, t, func(s *shard, i uint32) { s.remove(i) })
}

// DeleteAll empties the cache (dns.delete_all); force takes permanent entries
// too (dns.delete_all_force). It says how many entries went.
func (c *Cache) DeleteAll(force bool) (removed int) {
	for _, s := range c.set.Load().shards {
		s.mu.Lock()
		for i := s.oldest; i != 0; {
			e := s.entry(i)
			newer := e.newer
			if force || e.flags&flagPermanent == 0 {
				s.remove(i)
				removed++
			}
			i = newer
		}
		s.mu.Unlock()
	}
	return removed
}

// AddNegative enters by hand that a name has no record of a type; see AddA.
func (c *Cache) AddNegative(name string, t Type, ttl time.Duration, permanent bool) error {
	c.admin.Lock()
	defer c.admin.Unlock()
	if _, ok := cleanName(name); !ok {
		return fmt.Errorf("%w: %.80q", ErrName, name)
	}
	a := Answer{Type: t, Status: NoRecord}
	flags := flagManual
	if permanent {
		flags |= flagPermanent
	}
	if !c.put([]byte(name), &a, ttl.Milliseconds(), flags) {
		return ErrFull
	}
	return nil
}

// Entry is an entry of the cache as dns.view shows it.
type Entry struct {
	Name   string
	Answer Answer
	Bytes  int           // of memory
	Unused time.Duration // since it was last used, to a quarter of a second
}

// View calls f with a copy of every entry (dns.view) until it returns false. No
// lock is held meanwhile; what changes during the walk may be seen or not.
func (c *Cache) View(f func(e *Entry) bool) {
	for _, s := range c.set.Load().shards {
		var items []Entry
		s.mu.Lock()
		for i := s.newest; i != 0; i = s.entry(i).older {
			items = append(items, s.describe(i, c.Now()))
		}
		s.mu.Unlock()
		for i := range items {
			if !f(&items[i]) {
				return
			}
		}
	}
}

// Entry is the entry of a name and type, whether or not its time is over.
func (c *Cache) Entry(name string, t Type) (e Entry, ok bool) {
	ok = c.visit(name, t, func(s *shard, i uint32) { e = s.describe(i, c.Now()) })
	return e, ok
}

func (s *shard) describe(i uint32, now int64) (d Entry) {
	e := s.entry(i)
	var buf [MaxName]byte
	d.Name = string(s.readName(e, buf[:0]))
	s.copyOut(e, &d.Answer, now)
	d.Bytes = entrySize + (int(e.nameLen)+int(e.size)+blockData-1)/blockData*blockSize
	d.Unused = time.Duration(now-int64(e.used)*touchEvery) * time.Millisecond
	return d
}

// Lookup copies one entry whether or not its time is over (dns.lookup); it does not
// count as a use.
func (c *Cache) Lookup(name string, t Type, a *Answer) bool {
	return c.visit(name, t, func(s *shard, i uint32) { s.copyOut(s.entry(i), a, c.Now()) })
}
