package htable

import (
	"errors"
	"strings"
	"sync"

	"sipedge/engine/core"
	"sipedge/script/rt"
)

// live is what outlives configurations: the tables by name.
type live struct {
	srv       *core.Server
	iterators []*loopIterators // by loop

	mu      sync.Mutex
	tables  map[string]*table
	begun   bool // mod-init has had its first chance
	sweeper sweeper
}

func liveOf(s *core.Server) *live {
	return s.Live("htable.tables", func() any {
		l := &live{srv: s, tables: map[string]*table{}}
		l.sweeper.live = l
		for range s.Loops() {
			l.iterators = append(l.iterators, newLoopIterators())
		}
		return l
	}).(*live)
}

// prepare gives every definition its table: the one that there is, or a new one.
// Nobody sees the new ones before commit.
func prepare(host, cfg any) error {
	c := cfg.(*Config)
	c.live = liveOf(host.(*core.Server))
	c.live.mu.Lock()
	defer c.live.mu.Unlock()
	for _, d := range c.defs {
		if d.table = c.live.tables[d.name]; d.table == nil {
			d.table = newTable(d)
		}
	}
	return nil
}

// commit makes the definitions current. A table that is not defined any more is
// gone when the last script that knows it has ended.
func commit(host, cfg any) {
	s, c := host.(*core.Server), cfg.(*Config)
	l := c.live
	now := map[string]*table{}
	l.mu.Lock()
	c.fresh = map[string]bool{}
	for _, d := range c.defs {
		now[d.name] = d.table
		if l.tables[d.name] == nil {
			c.fresh[d.name] = true
			continue
		}
		d.table.bound(d)
		d.table.resize(d.size)
	}
	before := l.tables
	l.tables = now
	l.mu.Unlock()
	for name, t := range before {
		if now[name] == nil {
			s.Log().Printf(levelInfo, "htable: table %q is not defined any more; its %d items are gone", name, t.counts().items)
		}
	}
	for _, d := range c.defs {
		if len(d.notes) > 0 && c.fresh[d.name] {
			s.Log().Printf(levelInfo, "htable: table %q: %s: no effect, tables are neither loaded from a database nor replicated by this version",
				d.name, strings.Join(d.notes, ", "))
		}
	}
}

const (
	modInit       = "htable:mod-init"
	expiredPrefix = "htable:expired:"
)

// initRun is what event_route[htable:mod-init] may do: write to fresh tables, or,
// where fresh is nil, to all. A reload runs the block for the sake of tables that
// are new; what is in the others has been written since and stays.
type initRun struct{ fresh map[string]bool }

// started runs event_route[htable:mod-init]: at the server's start, before there is
// traffic, and after a reload that has brought new tables.
func started(host, cfg any) {
	s, c := host.(*core.Server), cfg.(*Config)
	l := c.live
	l.mu.Lock()
	first := !l.begun
	l.begun = true
	l.mu.Unlock()
	warnUnknown(s, c)
	l.sweeper.arm()
	if !first && len(c.fresh) == 0 {
		return
	}
	e := &core.EventRun{Name: modInit, BeforeTraffic: true}
	if !first {
		e.Arg = &initRun{c.fresh}
	}
	if err := s.PostEvent(0, e); err != nil && !errors.Is(err, core.ErrNoBlock) {
		s.Log().Printf(levelErr, "htable: event_route[%s] does not run: %v", modInit, err)
	}
}

// writable tells whether the running script may write to the table (initRun).
func (d *definition) writable(c *rt.Ctx) bool {
	e := core.Of(c).Event()
	if e == nil {
		return true
	}
	r, ok := e.Arg.(*initRun)
	return !ok || r.fresh[d.name]
}

// warnUnknown names blocks for the expiry of tables that there are not.
func warnUnknown(s *core.Server, c *Config) {
	for k := range s.Snapshot().Program().Routes {
		name, ok := strings.CutPrefix(k.Name, expiredPrefix)
		if !ok || k.Kind != rt.EventRoute {
			continue
		}
		if d, err := c.find(name); err != nil {
			s.Log().Printf(levelWarn, "nothing runs event_route[%s]: %v", k.Name, err)
		} else if d.autoexpire == 0 {
			s.Log().Printf(levelWarn, "nothing runs event_route[%s]: the table has no autoexpire", k.Name)
		}
	}
}

// counters are the figures of all tables.
func counters(host any) map[string]uint64 {
	l := liveOf(host.(*core.Server))
	l.mu.Lock()
	defer l.mu.Unlock()
	m := map[string]uint64{}
	for name, t := range l.tables {
		n := t.counts()
		m[name+".items"], m[name+".bytes"] = n.items, n.bytes
		m[name+".refused"], m[name+".expired"] = n.refused, n.expired
	}
	return m
}
