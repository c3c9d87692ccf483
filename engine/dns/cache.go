package dns

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// CacheConfig are the parameters of a Cache. Times are in milliseconds.
type CacheConfig struct {
	Limit      int   // bytes, of everything (dns_cache_mem); below 4 KB nothing is kept
	DelNonexp  bool  // a full cache may drop what is not past its time (dns_cache_del_nonexp)
	MinTTL     int64 // dns_cache_min_ttl
	MaxTTL     int64 // dns_cache_max_ttl; 0 is no bound
	Preference int   // dns_cache_rec_pref: 0 and 2 the new answer wins, 1 the one that is there, 3 the one that lasts longer
	StaleMax   int64 // how long after its time an answer may be used while there is no newer one; 0 never
	Refresh    bool  // names in use are looked up before their time is over
}

// Hit says what Cache.Get found.
type Hit uint8

// What Get finds. With HitRefresh the caller is to have the name looked up anew,
// beside using the answer; it is said to one caller only.
const (
	Miss Hit = iota
	HitFresh
	HitRefresh
)

// Cache keeps answers. All methods may be called from any goroutine; Get from a
// loop too.
type Cache struct {
	config atomic.Pointer[CacheConfig]
	set    atomic.Pointer[shardSet]
	now    atomic.Int64
	admin  sync.Mutex // one change of size at a time
	secret uint64
}

// shardSet is the shards of one size of the cache.
type shardSet struct {
	shards []*shard
	mask   uint64
}

const (
	maxShards      = 64
	bytesPerShard  = 64 << 10
	hotHits        = 2 // a name that was used as often since its last look-up is refreshed
	keyPrefix      = 10
	shortestWindow = 1000  // ms before its end in which a hot name is refreshed, at least
	longestWindow  = 60000 // and at most; a tenth of its TTL between
)

// NewCache makes a cache. Its clock stands still until SetNow moves it.
func NewCache(c CacheConfig) *Cache {
	k := &Cache{}
	var seed [8]byte
	_, _ = rand.Read(seed[:]) // never fails
	k.secret = binary.LittleEndian.Uint64(seed[:])
	k.config.Store(&c)
	k.set.Store(newShardSet(c.Limit))
	return k
}

func newShardSet(limit int) *shardSet {
	n := 1
	for n < maxShards && limit/(n*2) >= bytesPerShard {
		n *= 2
	}
	s := &shardSet{shards: make([]*shard, n), mask: uint64(n - 1)}
	for i := range s.shards {
		s.shards[i] = newShard(limit / n)
	}
	return s
}

// of is the shard for a hash; the table within it uses other bits.
func (s *shardSet) of(hash uint64) *shard { return s.shards[hash>>48&s.mask] }

// SetNow moves the clock, milliseconds from any moment; it does not go back.
func (c *Cache) SetNow(ms int64) {
	for {
		old := c.now.Load()
		if ms <= old || c.now.CompareAndSwap(old, ms) {
			return
		}
	}
}

// Now is the clock.
func (c *Cache) Now() int64 { return c.now.Load() }

// Configure changes the parameters. Another Limit moves what fits into memory of
// that size, the most recently used first to stay.
func (c *Cache) Configure(n CacheConfig) {
	c.admin.Lock()
	defer c.admin.Unlock()
	old := c.config.Load()
	c.config.Store(&n)
	if n.Limit == old.Limit {
		return
	}
	fresh := newShardSet(n.Limit)
	now := c.Now()
	shards := c.set.Load().shards
	// By their place in the order of use of their shards, so that what is left is
	// what was used last of all.
	order := make([][]uint32, len(shards))
	ranks := 0
	for k, s := range shards {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i := s.newest; i != 0; i = s.entry(i).older {
			order[k] = append(order[k], i)
		}
		ranks = max(ranks, len(order[k]))
	}
	var name, data []byte
	for rank := ranks - 1; rank >= 0; rank-- {
		for k, s := range shards {
			if rank >= len(order[k]) {
				continue
			}
			e := *s.entry(order[k][rank])
			if e.over(now, n.StaleMax) {
				continue
			}
			name, data = s.readName(&e, name[:0]), s.readData(&e, data[:0])
			e.older, e.newer, e.next, e.first = 0, 0, 0, 0
			fresh.of(e.hash).insert(e, name, data, now, true)
		}
	}
	c.set.Store(fresh)
}

// key writes the hash's input: a secret, so that nobody outside can make names
// that fall together, the type, and the name as appendName makes it.
func (c *Cache) key(buf *[keyPrefix + MaxName]byte, name []byte, t Type) (key []byte, ok bool) {
	binary.LittleEndian.PutUint64(buf[:], c.secret)
	binary.LittleEndian.PutUint16(buf[8:], uint16(t))
	return appendName(buf[:keyPrefix], name)
}

// Get copies what is known of a name and type into a. After Miss, a is not changed.
func (c *Cache) Get(name []byte, t Type, a *Answer) Hit {
	var buf [keyPrefix + MaxName]byte
	key, ok := c.key(&buf, name, t)
	if !ok {
		return Miss
	}
	hash, now, cfg := xxhash.Sum64(key), c.now.Load(), c.config.Load()
	s := c.set.Load().of(hash)
	s.mu.Lock()
	i := s.find(hash, key[keyPrefix:], t)
	hit := Miss
	if i != 0 {
		hit = s.entry(i).use(now, cfg)
	}
	if hit == Miss {
		s.misses++
		s.mu.Unlock()
		return Miss
	}
	s.touch(i, now)
	s.copyOut(s.entry(i), a, now)
	s.hits++
	if a.Stale {
		s.stale++
	}
	s.mu.Unlock()
	return hit
}

// use decides whether an entry may be used now, and whether it is to be refreshed.
func (e *entry) use(now int64, cfg *CacheConfig) Hit {
	switch {
	case e.flags&flagPermanent != 0:
		return HitFresh
	case now < e.expire:
		if e.hits < 255 {
			e.hits++
		}
		if !cfg.Refresh || e.status != Found || e.flags&flagManual != 0 || e.hits < hotHits || now < e.expire-e.window() {
			return HitFresh
		}
	case !e.keptStale(now, cfg.StaleMax):
		return Miss
	case e.flags&flagRefreshing != 0 && now < e.retry: // the answer is on its way
		return HitFresh
	case e.flags&flagFailing == 0: // nobody has tried yet
		return Miss
	}
	if now < e.retry {
		return HitFresh
	}
	e.flags |= flagRefreshing
	e.retry = now + DefaultDeadline.Milliseconds()
	return HitRefresh
}

func (e *entry) keptStale(now, stale int64) bool {
	return e.status == Found && e.flags&flagManual == 0 && now < e.expire+stale
}

// window is how long before its end an entry in use is refreshed.
func (e *entry) window() int64 {
	return min(min(max(int64(e.ttl)/10, shortestWindow), longestWindow), int64(e.ttl)/2)
}

func (s *shard) copyOut(e *entry, a *Answer, now int64) {
	a.Type, a.Status = e.typ, e.status
	a.TTL = e.expire - now
	a.Permanent = e.flags&flagPermanent != 0
	a.Stale = !a.Permanent && now >= e.expire
	a.n = int(e.n)
	a.data = s.readData(e, a.data[:0])
}

// Stale copies the last good answer of a name and type, if there is one that may
// still be used, and has others use it too while its look-up fails or lasts.
func (c *Cache) Stale(name []byte, t Type, a *Answer) bool {
	var buf [keyPrefix + MaxName]byte
	key, ok := c.key(&buf, name, t)
	if !ok {
		return false
	}
	hash, now, cfg := xxhash.Sum64(key), c.now.Load(), c.config.Load()
	s := c.set.Load().of(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(hash, key[keyPrefix:], t)
	if i == 0 {
		return false
	}
	e := s.entry(i)
	if !e.keptStale(now, cfg.StaleMax) {
		return false
	}
	e.flags |= flagFailing
	e.retry = max(e.retry, now+retryStale.Milliseconds())
	s.copyOut(e, a, now)
	s.stale++
	return true
}

// Put keeps an answer for ttl milliseconds, which the parameters may change when
// it has records. false: there is no room, the name is none, or an entry that was
// made by hand stands in its place. A failure does not replace a last good answer.
func (c *Cache) Put(name []byte, a *Answer, ttl int64) bool {
	cfg := c.config.Load()
	if a.Status == Found {
		ttl = max(ttl, cfg.MinTTL)
		if cfg.MaxTTL > 0 {
			ttl = min(ttl, cfg.MaxTTL)
		}
	}
	return c.put(name, a, ttl, 0)
}

func (c *Cache) put(name []byte, a *Answer, ttl int64, flags uint8) bool {
	var buf [keyPrefix + MaxName]byte
	key, ok := c.key(&buf, name, a.Type)
	if !ok {
		return false
	}
	hash, now, cfg := xxhash.Sum64(key), c.now.Load(), c.config.Load()
	s := c.set.Load().of(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	var before *entry
	var kept []byte
	if i := s.find(hash, key[keyPrefix:], a.Type); i != 0 {
		e := s.entry(i)
		if flags&flagManual == 0 {
			if e.flags&flagManual != 0 && !e.over(now, 0) {
				return false
			}
			if a.Status >= Refused && e.keptStale(now, cfg.StaleMax) {
				e.flags = e.flags&^flagRefreshing | flagFailing
				e.retry = now + retryStale.Milliseconds()
				return true
			}
			if now < e.expire && e.status == Found && (cfg.Preference == 1 || cfg.Preference == 3 && e.expire > now+ttl) && now < e.expire-e.window() {
				return true
			}
		}
		if flags&flagManual != 0 && e.flags&flagManual != 0 {
			was := *e
			before, kept = &was, s.readData(e, nil)
		}
		s.remove(i)
	}
	e := entry{hash: hash, expire: now + ttl, ttl: uint32(min(ttl, 1<<32-1)), typ: a.Type, n: uint16(a.n), status: a.Status, flags: flags, used: uint32(now / touchEvery)}
	if flags&flagPermanent != 0 {
		e.expire = noMoreTime
	}
	if e.expire > now && s.insert(e, key[keyPrefix:], a.data, now, cfg.DelNonexp || flags != 0) {
		return true
	}
	if before != nil { // what was entered by hand stays as it was: it has room where it stood
		before.first, before.next = 0, 0
		s.insert(*before, key[keyPrefix:], kept, now, true)
	}
	return false
}

// Collect removes what is of no more use (dns_cache_gc_interval) and says how many
// entries that were. It holds one shard at a time and lets go of it in between.
func (c *Cache) Collect() (removed int) {
	now, stale := c.Now(), c.config.Load().StaleMax
	for _, s := range c.set.Load().shards {
		for slot, done := 0, false; !done; {
			s.mu.Lock()
			for k := 0; k < collectStep && !done; k++ {
				if done = slot >= len(s.table); done {
					break
				}
				for i := s.table[slot]; i != 0; {
					e := s.entry(i)
					next := e.next
					if e.over(now, stale) {
						s.remove(i)
						removed++
					}
					i = next
				}
				slot++
			}
			s.mu.Unlock()
		}
	}
	return removed
}

// collectStep is how many slots of a table are looked at under one lock.
const collectStep = 256
