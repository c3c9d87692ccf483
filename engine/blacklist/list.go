package blacklist

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"sipedge/script/rt"
)

// Config are the parameters of a List. Times are in milliseconds of the caller's clock.
type Config struct {
	On     bool                   // use_dst_blacklist; false: nothing is added, nothing is found
	Expire int64                  // dst_blacklist_expire; 0 or less: nothing is added
	Limit  int                    // bytes (dst_blacklist_mem)
	Ignore [rt.ProtoWSS + 1]Cause // causes that do not count, by transport (dst_blacklist_udp_imask …)
}

// Entry is one destination of the list.
type Entry struct {
	Proto rt.Proto
	Addr  netip.AddrPort
	Cause Cause // all that have put it there
	Until int64 // it is on the list until then, ms
}

// Mem are figures of a list (dst_blacklist.mem_info); sizes are in bytes.
type Mem struct {
	Used, Limit, Entries int
	Added, Found         uint64 // destinations put on it; sends that it stopped
	Refused              uint64 // destinations for which there was no room
}

// List is a list of destinations that failed. All methods may be called from any
// goroutine, loops included.
type List struct {
	config atomic.Pointer[Config]
	tables atomic.Pointer[[shards]table]
	secret [8]byte
	admin  sync.Mutex // one change of size at a time
	size   atomic.Int64

	added, found, refused atomic.Uint64
}

// key is a destination: transport, address, port. The bytes between are zero.
type key [20]byte

func makeKey(p rt.Proto, a netip.AddrPort) (k key) {
	ip := a.Addr().Unmap().As16()
	copy(k[:], ip[:])
	binary.BigEndian.PutUint16(k[16:], a.Port())
	k[18] = byte(p)
	return k
}

// record is a place of a table; until 0 is an empty one.
type record struct {
	key   key
	cause Cause
	until int64
}

const (
	shards     = 8
	recordSize = int(unsafe.Sizeof(record{}))
	// probes is how many places a destination may stand in. When all are taken by
	// others that are still on the list, the one whose time is over first goes.
	probes = 8
)

// table is a shard: places in one block without pointers, a power of two of them.
// It is made when the first destination is added.
type table struct {
	mu      sync.Mutex
	places  []record
	entries int
}

// New makes an empty list.
func New(c Config) *List {
	l := &List{}
	_, _ = rand.Read(l.secret[:]) // never fails
	l.config.Store(&c)
	l.tables.Store(new([shards]table))
	return l
}

// Configure changes the parameters. With another Limit the list moves into memory
// of that size; what does not fit is forgotten.
func (l *List) Configure(c Config) {
	l.admin.Lock()
	defer l.admin.Unlock()
	old := l.config.Swap(&c)
	if old.Limit == c.Limit {
		return
	}
	var keep []Entry
	l.View(0, func(e Entry) bool { keep = append(keep, e); return true })
	l.tables.Store(new([shards]table))
	l.size.Store(0)
	for _, e := range keep {
		l.put(e.Proto, e.Addr, e.Cause, e.Until, 0)
	}
}

// Ignored reports whether the parameters leave a cause out for a transport.
func (l *List) Ignored(p rt.Proto, c Cause) bool {
	cfg := l.config.Load()
	return !cfg.On || cfg.Expire <= 0 || int(p) >= len(cfg.Ignore) || c&^cfg.Ignore[p] == 0
}

// Add puts a destination on the list, or lets it stay for longer, and says whether it did.
func (l *List) Add(p rt.Proto, a netip.AddrPort, c Cause, now int64) bool {
	if l.Ignored(p, c) || !a.IsValid() {
		return false
	}
	return l.put(p, a, c, now+l.config.Load().Expire, now)
}

// Force is Add with a time of its own, whatever the masks leave out (blst_add).
func (l *List) Force(p rt.Proto, a netip.AddrPort, c Cause, until, now int64) bool {
	if !l.config.Load().On || !a.IsValid() || until <= now {
		return false
	}
	return l.put(p, a, c, until, now)
}

// AddFor is Add with a time of its own (blst_503).
func (l *List) AddFor(p rt.Proto, a netip.AddrPort, c Cause, until, now int64) bool {
	if l.Ignored(p, c) || !a.IsValid() || until <= now {
		return false
	}
	return l.put(p, a, c, until, now)
}

// AddUntil is Add by hand (dst_blacklist.add) with a time of its own.
func (l *List) AddUntil(p rt.Proto, a netip.AddrPort, until, now int64) bool {
	if l.Ignored(p, Admin) || !a.IsValid() || until <= now {
		return false
	}
	return l.put(p, a, Admin, until, now)
}

func (l *List) shard(k *key) (*table, uint64) {
	var b [len(l.secret) + len(k)]byte
	copy(b[:], l.secret[:])
	copy(b[len(l.secret):], k[:])
	h := xxhash.Sum64(b[:])
	return &l.tables.Load()[h>>56%shards], h
}

func (l *List) put(p rt.Proto, a netip.AddrPort, c Cause, until, now int64) bool {
	k := makeKey(p, a)
	t, h := l.shard(&k)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.places == nil {
		n := 1
		for limit := l.config.Load().Limit / shards; n*2*recordSize <= limit; {
			n *= 2
		}
		if n < probes {
			l.refused.Add(1)
			return false
		}
		t.places = make([]record, n)
		l.size.Add(int64(n * recordSize))
	}
	mask := uint64(len(t.places) - 1)
	var free *record
	for i := range uint64(probes) {
		r := &t.places[(h+i)&mask]
		if r.until > now && r.key == k {
			r.cause |= c
			r.until = max(r.until, until)
			return true
		}
		if r.until != 0 && r.key == k { // past its time: its own place, so that it stands in one only
			free = r
			break
		}
		if free == nil || r.until < free.until {
			free = r
		}
	}
	if free.until == 0 {
		t.entries++
	}
	*free = record{k, c, until}
	l.added.Add(1)
	return true
}

// Listed reports whether, and why, a destination is on the list. Nothing is to be
// sent to one that is.
func (l *List) Listed(p rt.Proto, a netip.AddrPort, now int64) (Cause, bool) {
	if !l.config.Load().On || l.added.Load() == 0 {
		return 0, false
	}
	k := makeKey(p, a)
	t, h := l.shard(&k)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.entries == 0 {
		return 0, false
	}
	mask := uint64(len(t.places) - 1)
	for i := range uint64(probes) {
		if r := &t.places[(h+i)&mask]; r.until > now && r.key == k {
			l.found.Add(1)
			return r.cause, true
		}
	}
	return 0, false
}

// Delete takes one destination off the list and says whether it was on it.
func (l *List) Delete(p rt.Proto, a netip.AddrPort, now int64) bool {
	k := makeKey(p, a)
	t, h := l.shard(&k)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := 0; i < probes && t.entries > 0; i++ {
		r := &t.places[(h+uint64(i))&uint64(len(t.places)-1)]
		if r.until != 0 && r.key == k {
			on := r.until > now
			*r = record{}
			t.entries--
			return on
		}
	}
	return false
}

// DeleteAll empties the list (dst_blacklist.delete_all).
func (l *List) DeleteAll() { l.collect(1<<62 - 1) }

// Collect forgets what is past its time (dst_blacklist_gc_interval) and says how
// many destinations that were.
func (l *List) Collect(now int64) int { return l.collect(now) }

func (l *List) collect(now int64) (removed int) {
	set := l.tables.Load()
	for i := range set {
		t := &set[i]
		t.mu.Lock()
		for k := range t.places {
			if r := &t.places[k]; r.until != 0 && r.until <= now {
				*r = record{}
				t.entries--
				removed++
			}
		}
		t.mu.Unlock()
	}
	return removed
}

// View calls f with every destination on the list (dst_blacklist.view) until it
// returns false. No lock is held meanwhile.
func (l *List) View(now int64, f func(Entry) bool) {
	set := l.tables.Load()
	for i := range set {
		t := &set[i]
		var list []Entry
		t.mu.Lock()
		for k := range t.places {
			if r := &t.places[k]; r.until > now {
				ip := netip.AddrFrom16([16]byte(r.key[:16])).Unmap()
				list = append(list, Entry{rt.Proto(r.key[18]), netip.AddrPortFrom(ip, binary.BigEndian.Uint16(r.key[16:])), r.cause, r.until})
			}
		}
		t.mu.Unlock()
		for _, e := range list {
			if !f(e) {
				return
			}
		}
	}
}

// MemInfo reads the figures.
func (l *List) MemInfo() Mem {
	m := Mem{Used: int(l.size.Load()), Limit: l.config.Load().Limit, Added: l.added.Load(), Found: l.found.Load(), Refused: l.refused.Load()}
	set := l.tables.Load()
	for i := range set {
		set[i].mu.Lock()
		m.Entries += set[i].entries
		set[i].mu.Unlock()
	}
	return m
}
