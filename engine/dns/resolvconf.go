package dns

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/miekg/dns"
)

// System is what resolv.conf says, or a test in its place.
type System struct {
	Servers  []netip.AddrPort // in the order in which they are asked
	Search   []string         // domains that are tried behind a short name
	NDots    int              // names with as many dots are tried as they stand first
	Timeout  time.Duration    // before a query is sent again
	Attempts int              // how often all servers are asked
}

// DefaultPath is where the system keeps its list of name servers.
const DefaultPath = "/etc/resolv.conf"

// ReadSystem reads a file in the form of resolv.conf(5); a server may also stand as
// [address]:port, as on OpenBSD. A file that names no
// server means the one of this machine, as for the C library.
func ReadSystem(path string) (*System, error) {
	c, err := wire.ClientConfigFromFile(path)
	if err != nil {
		return nil, err
	}
	s := &System{NDots: c.Ndots, Timeout: time.Duration(c.Timeout) * time.Second, Attempts: c.Attempts}
	port, err := strconv.ParseUint(c.Port, 10, 16)
	if err != nil {
		port = 53
	}
	for _, t := range c.Servers {
		at, err := netip.ParseAddrPort(t)
		if a, e := netip.ParseAddr(t); e == nil {
			at, err = netip.AddrPortFrom(a, uint16(port)), nil
		} else if host, p, ok := strings.Cut(t, "]:"); ok && strings.HasPrefix(host, "[") && err != nil {
			at, err = netip.ParseAddrPort(host[1:] + ":" + p) // [192.0.2.1]:5353, as OpenBSD writes it
		}
		if err == nil && len(s.Servers) < maxServers {
			s.Servers = append(s.Servers, at)
		}
	}
	for _, d := range c.Search {
		if d, ok := cleanName(strings.TrimSuffix(d, ".")); ok && len(s.Search) < maxSearch {
			s.Search = append(s.Search, d)
		}
	}
	s.complete()
	return s, nil
}

func (s *System) complete() {
	if len(s.Servers) == 0 {
		s.Servers = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 53)}
	}
	if s.NDots < 0 {
		s.NDots = 1
	}
	if s.Timeout <= 0 {
		s.Timeout = systemRetryTime
	}
	if s.Attempts <= 0 {
		s.Attempts = 2
	}
}

// candidates are the names to be asked for in turn: a name that ends with a dot as
// it stands; one with enough dots as it stands and then within the search domains;
// another the other way round (resolv.conf(5)).
func (s *System) candidates(name string, search bool) []string {
	clean, ok := cleanName(name)
	if !ok {
		return nil
	}
	if !search || absolute(name) || len(s.Search) == 0 {
		return []string{clean}
	}
	var list []string
	for _, d := range s.Search {
		if n, ok := cleanName(clean + "." + d); ok {
			list = append(list, n)
		}
	}
	if strings.Count(clean, ".") >= s.NDots {
		return append([]string{clean}, list...)
	}
	return append(list, clean)
}

// systemFile keeps what a file says and reads it again when it has changed.
type systemFile struct {
	path    string
	current atomic.Pointer[servers]

	mu     sync.Mutex
	looked time.Time
	stamp  time.Time
	size   int64
}

// servers is a System with what has been learned about its servers.
type servers struct {
	System
	state []serverState
}

// serverState is what is known of a server, in nanoseconds of the monotonic clock.
type serverState struct {
	addr   netip.AddrPort
	sick   atomic.Int64 // did not answer; asked last until then
	noEDNS atomic.Bool
}

func newServers(s System) *servers {
	s.complete()
	v := &servers{System: s, state: make([]serverState, len(s.Servers))}
	for i, a := range s.Servers {
		v.state[i].addr = a
	}
	return v
}

// get is the list as it is now. The file is looked at every two seconds at most;
// when it cannot be read, what was known stays.
func (f *systemFile) get() *servers {
	if f.path == "" {
		return f.current.Load()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if v := f.current.Load(); v != nil && now.Sub(f.looked) < rereadEvery {
		return v
	}
	f.looked = now
	st, err := os.Stat(f.path)
	if err == nil && st.ModTime().Equal(f.stamp) && st.Size() == f.size && f.current.Load() != nil {
		return f.current.Load()
	}
	if err == nil {
		var s *System
		if s, err = ReadSystem(f.path); err == nil {
			f.stamp, f.size = st.ModTime(), st.Size()
			f.current.Store(newServers(*s))
		}
	}
	if err != nil && f.current.Load() == nil {
		f.current.Store(newServers(System{NDots: 1}))
	}
	return f.current.Load()
}

// order is the order in which the first n servers are asked: as listed, those
// that did not answer lately behind the others. One whose time there is over is tried by
// one look-up first; the others do not wait for it until it has answered.
func (v *servers) order(n int, now int64) []*serverState {
	if n <= 0 || n > len(v.state) {
		n = len(v.state)
	}
	list, last := make([]*serverState, 0, n), make([]*serverState, 0, n)
	for i := range v.state[:n] {
		s := &v.state[i]
		until := s.sick.Load()
		if until == 0 || until <= now && s.sick.CompareAndSwap(until, now+int64(sickTime)) {
			list = append(list, s)
		} else {
			last = append(last, s)
		}
	}
	return append(list, last...)
}

// dialer makes the sockets of queries: one for each, so that the system picks a
// random source port for each.
var dialer net.Dialer
