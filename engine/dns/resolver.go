package dns

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/miekg/dns"
)

// Settings are the parameters of a Resolver that may change while it runs. The
// zero value of a time or number means its default, unless it says otherwise.
type Settings struct {
	Cache CacheConfig

	UseCache        bool          // use_dns_cache; false: the system's resolver is asked each time
	Retries         int           // dns_retr_no: repetitions of a query; negative: as resolv.conf says
	RetryTime       time.Duration // dns_retr_time: before a query is repeated; 0 or less: as resolv.conf says
	Servers         int           // dns_servers_no: how many of the servers are asked; 0 or less: all
	UseSearchList   bool          // dns_use_search_list
	SearchFullMatch bool          // dns_search_full_match
	NegativeTTL     time.Duration // dns_cache_negative_ttl; 0: negative answers are not kept

	Deadline   time.Duration // of the resolution of a destination
	FailureTTL time.Duration // how long "nobody answered" is kept; negative: not at all
	StaleWait  time.Duration // before the last good answer is used
	GCInterval time.Duration // dns_cache_gc_interval; 0: 120 s
}

// DefaultSettings are the defaults of the cookbook and ours.
func DefaultSettings() Settings {
	return Settings{
		Cache:    CacheConfig{Limit: 500 << 10, Refresh: true, StaleMax: DefaultStaleMax.Milliseconds()},
		UseCache: true, Retries: -1, UseSearchList: true, SearchFullMatch: true, NegativeTTL: 60 * time.Second,
	}
}

func (s Settings) complete() Settings {
	if s.Deadline <= 0 {
		s.Deadline = DefaultDeadline
	}
	if s.FailureTTL == 0 {
		s.FailureTTL = DefaultFailureTTL
	}
	if s.StaleWait <= 0 {
		s.StaleWait = DefaultStaleWait
	}
	if s.GCInterval <= 0 {
		s.GCInterval = 120 * time.Second
	}
	return s
}

// Config makes a Resolver.
type Config struct {
	Settings Settings
	// System is the list of servers; nil: Path, which is read again when it changes.
	System *System
	// Path is the file that lists the servers; "" is DefaultPath.
	Path string
	// Lookups and Resolutions bound what waits at a time; 0 means the defaults.
	Lookups, Resolutions int
	// ManualClock: the cache's clock is moved by the caller (Cache().SetNow), for tests.
	ManualClock bool
}

// Resolver asks name servers and keeps their answers. All methods may be called
// from any goroutine; only Cached, and Resolve and Refresh, which do not wait, from
// a loop.
type Resolver struct {
	settings atomic.Pointer[Settings]
	down     atomic.Bool // SetServersUp
	system   systemFile
	cache    *Cache
	// exchange asks one server one question; tests of what is done with answers replace it.
	exchange func(ctx context.Context, s *serverState, q question) (*wire.Msg, error)
	began    time.Time
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	maxLookups, maxResolutions int

	mu                  sync.Mutex
	closed              bool
	lookups             map[question]*lookup
	perName             map[string]*nameGate
	resolutions         map[resolutionKey]*resolution
	zones, destinations waitingByZone                         // lookups and resolutions by domain (fair.go)
	reverses            map[netip.Addr][]func(*Answer, error) // who waits for an address's names

	refresh chan refreshName

	stats resolverStats
}

type resolverStats struct {
	queries, timeouts, lookups, shared, busy, refreshes, stale atomic.Uint64
	waiting, waitingMost                                       atomic.Int64
}

// Stats are a resolver's figures since its start.
type Stats struct {
	Queries   uint64 `json:"queries"`   // sent to servers, repetitions included
	Timeouts  uint64 `json:"timeouts"`  // queries without an answer in time
	Lookups   uint64 `json:"lookups"`   // names looked up
	Shared    uint64 `json:"shared"`    // look-ups that joined one that was under way
	Busy      uint64 `json:"busy"`      // look-ups and resolutions refused since too many waited
	Refreshes uint64 `json:"refreshes"` // look-ups of names in use before their time was over
	Stale     uint64 `json:"stale"`     // look-ups that ended with the last good answer
	Waiting   int    `json:"waiting"`   // look-ups under way now
	Most      int    `json:"most"`      // the most that there were
}

// New makes a resolver and starts its housekeeping; Close ends it.
func New(c Config) *Resolver {
	r := &Resolver{
		began: time.Now(), exchange: ask, maxLookups: c.Lookups, maxResolutions: c.Resolutions,
		lookups: make(map[question]*lookup), perName: make(map[string]*nameGate), resolutions: make(map[resolutionKey]*resolution),
		zones: waitingByZone{}, destinations: waitingByZone{},
		reverses: make(map[netip.Addr][]func(*Answer, error)),
		refresh:  make(chan refreshName, refreshQueue),
	}
	if r.maxLookups <= 0 {
		r.maxLookups = DefaultLookups
	}
	if r.maxResolutions <= 0 {
		r.maxResolutions = DefaultResolutions
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	s := c.Settings.complete()
	r.settings.Store(&s)
	r.cache = NewCache(s.Cache)
	if c.System != nil {
		r.system.current.Store(newServers(*c.System))
	} else if r.system.path = c.Path; c.Path == "" {
		r.system.path = DefaultPath
	}
	r.cache.SetNow(1)
	if !c.ManualClock {
		r.start(r.keepTime)
	}
	for range refreshWorkers {
		r.start(r.refresher)
	}
	return r
}

// start runs f on a goroutine that Close waits for; false: the resolver is closed.
func (r *Resolver) start(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.startLocked(f)
}

func (r *Resolver) startLocked(f func()) bool {
	if r.closed {
		return false
	}
	r.running.Add(1)
	go func() { defer r.running.Done(); f() }()
	return true
}

// Configure changes the parameters; what is under way ends with those it began with.
func (r *Resolver) Configure(s Settings) {
	s = s.complete()
	r.settings.Store(&s)
	r.cache.Configure(s.Cache)
}

// Cache is the resolver's cache.
func (r *Resolver) Cache() *Cache { return r.cache }

// Close ends everything under way and waits for it; who waits hears ErrClosed.
func (r *Resolver) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	r.running.Wait()
}

// SetServersUp says whether name servers are asked (dns.set_server_state). While they are
// not, names are found in the cache alone, beyond their time as far as StaleMax allows; others
// are as with servers that do not answer.
func (r *Resolver) SetServersUp(up bool) { r.down.Store(!up) }

// Stats reads the figures.
func (r *Resolver) Stats() Stats {
	s := &r.stats
	return Stats{
		Queries: s.queries.Load(), Timeouts: s.timeouts.Load(), Lookups: s.lookups.Load(), Shared: s.shared.Load(), Busy: s.busy.Load(),
		Refreshes: s.refreshes.Load(), Stale: s.stale.Load(), Waiting: int(s.waiting.Load()), Most: int(s.waitingMost.Load()),
	}
}

// keepTime moves the cache's clock and has it cleaned up.
func (r *Resolver) keepTime() {
	tick := time.NewTicker(clockTick)
	defer tick.Stop()
	collected := time.Now()
	for {
		select {
		case <-r.ctx.Done():
			return
		case now := <-tick.C:
			r.cache.SetNow(1 + now.Sub(r.began).Milliseconds())
			if now.Sub(collected) >= r.settings.Load().GCInterval {
				collected = now
				r.cache.Collect()
			}
		}
	}
}

// refreshName is a name in the queue of refreshes; it is no pointer, so that
// queueing it allocates nothing.
type refreshName struct {
	typ  Type
	n    uint8
	name [MaxName]byte
}

// Refresh queues a name for a look-up beside its use; a full queue means that it
// is not refreshed now.
func (r *Resolver) Refresh(name []byte, t Type) {
	var q refreshName
	q.typ = t
	q.n = uint8(copy(q.name[:], name))
	select {
	case r.refresh <- q:
	default:
	}
}

func (r *Resolver) refresher() {
	var a Answer
	for {
		select {
		case <-r.ctx.Done():
			return
		case q := <-r.refresh:
			r.stats.refreshes.Add(1)
			r.renew(string(q.name[:q.n]), q.typ, &a)
		}
	}
}

// Cached copies what the cache knows of a name and type into a; ErrMiss: it has to
// be looked up, else the answer's status as an error. It never waits and allocates
// nothing once a has been used.
func (r *Resolver) Cached(name []byte, t Type, a *Answer) error {
	if !r.settings.Load().UseCache {
		return ErrMiss
	}
	var buf [MaxName]byte
	for range maxAliases {
		switch r.cache.Get(name, t, a) {
		case HitRefresh:
			r.Refresh(name, t)
			return a.Status.Err()
		case HitFresh:
			return a.Status.Err()
		}
		// An alias made by hand (dns.add_cname).
		if t == TypeCNAME || r.cache.Get(name, TypeCNAME, a) == Miss || a.Status != Found {
			return ErrMiss
		}
		target, _ := a.NextText(0)
		name = append(buf[:0], target...) // a gets the next answer
	}
	return ErrAliases
}
