package dialog

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/pool"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// live is what the module keeps over all configurations.
type live struct {
	srv    *core.Server
	tm     *tm.API
	layers []*layer // by loop

	endHook core.EndHook // messageDone, bound once

	onCall   tm.CallbackID // events of the INVITE that begins a dialog
	onTarget tm.CallbackID // the 2xx to a request that changes a side's Contact
	onBye    tm.CallbackID // replies to our BYE
	onPing   tm.CallbackID // replies to our OPTIONS
	lifeKind core.TimerKind
	pingKind core.TimerKind

	seeds    [2]maphash.Seed // of the values of profiles
	mu       sync.Mutex
	profiles atomic.Pointer[[]*profile] // by number; they never go
	byName   map[string]int
	routes   []string // names of routing blocks that dialogs keep, by number - 1
}

// liveOf is the server's live state; made at first use, in the first Prepare.
func liveOf(s *core.Server) *live {
	return s.Live("dialog", func() any { return newLive(s) }).(*live)
}

func newLive(s *core.Server) *live {
	v := &live{srv: s, tm: tm.Of(s), byName: map[string]int{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	v.profiles.Store(&[]*profile{})
	for i := range s.Loops() {
		v.layers = append(v.layers, &layer{live: v, id: i, heads: make([]int32, firstBuckets),
			arena: pool.NewArena(pool.ArenaConfig{Limit: arenaBytes})})
	}
	v.endHook = v.messageDone
	v.onCall = v.tm.NewCallback(v.callEvent)
	v.onTarget = v.tm.NewCallback(v.targetEvent)
	v.onBye = v.tm.NewCallback(v.byeAnswered)
	v.onPing = v.tm.NewCallback(v.pingAnswered)
	v.tm.OnRequestIn(v.tm.NewCallback(v.requestIn))
	v.lifeKind = s.NewTimerKind(func(l *core.Loop, arg uint64) { v.on(l).lifeEnded(int32(uint32(arg)), uint32(arg>>32)) })
	v.pingKind = s.NewTimerKind(func(l *core.Loop, arg uint64) { v.on(l).ping(int32(uint32(arg)), uint32(arg>>32)) })
	return v
}

// layer is the dialogs of one event loop. It belongs to that loop's goroutine;
// only stats are read by others.
type layer struct {
	live  *live
	id    int
	loop  *core.Loop // known from the first message on
	dlgs  pool.Slab[dlg]
	arena *pool.Arena
	heads []int32 // hash table by dlg.key; index + 1
	stats stats

	scratch sipparse.Index // for a request that is read again
	text    []byte         // where texts are put together
}

func (v *live) on(l *core.Loop) *layer {
	m := v.layers[l.ID()]
	m.loop = l
	return m
}

func (v *live) layerOf(p *core.Proc) *layer { return v.on(p.HomeLoop()) }

// cfg is the module's configuration for a message; nil where the message began
// with one that does not load the module.
func cfg(p *core.Proc) *Config {
	c, _ := p.Config("dialog").(*Config)
	return c
}

// current is the module's configuration now, for what happens without a message.
func (m *layer) current() *Config {
	if c, ok := m.live.srv.Snapshot().Config("dialog").(*Config); ok {
		return c
	}
	return newConfig().(*Config)
}

func (m *layer) get(r Ref) *dlg {
	if r == 0 || r.Loop() != m.id {
		return nil
	}
	return m.dlgs.Get(r.slot(), r.gen())
}

func (m *layer) ref(i int32) Ref { return makeRef(m.id, i, m.dlgs.Gen(i)) }

func (m *layer) timerArg(i int32) uint64 { return uint64(m.dlgs.Gen(i))<<32 | uint64(uint32(i)) }

// bytes is a text of a piece of memory; valid until the dialog changes.
func (m *layer) bytes(r pool.Ref, t piece) []byte {
	if r == 0 || t.n == 0 {
		return nil
	}
	return m.arena.Bytes(r)[t.off : int(t.off)+int(t.n) : int(t.off)+int(t.n)]
}

func (m *layer) callID(d *dlg) []byte        { return m.bytes(d.ident, d.callID) }
func (m *layer) tag(d *dlg, side int) []byte { return m.bytes(d.legs[side].mem, d.legs[side].tag) }
func (m *layer) uri(d *dlg, side int) []byte {
	if side == caller {
		return m.bytes(d.ident, d.fromURI)
	}
	return m.bytes(d.ident, d.toURI)
}

// setLeg replaces the texts of a side. false: there is no memory; it is as it was.
func (m *layer) setLeg(l *leg, tag, contact, routes []byte) bool {
	if len(routes) > maxRoutes {
		return false
	}
	ref, buf, ok := m.arena.Alloc(max(len(tag)+len(contact)+len(routes), 1))
	if !ok {
		m.stats.noMemory.Add(1)
		return false
	}
	n := copy(buf, tag)
	n += copy(buf[n:], contact)
	copy(buf[n:], routes)
	m.arena.Free(l.mem)
	l.mem = ref
	l.tag = piece{0, uint16(len(tag))}
	l.contact = piece{uint16(len(tag)), uint16(len(contact))}
	l.routes = piece{uint16(n), uint16(len(routes))}
	return true
}

// enter puts a dialog into the hash table.
func (m *layer) enter(i int32, d *dlg) {
	if m.dlgs.Live() > 2*len(m.heads) {
		m.grow()
	}
	h := &m.heads[d.key&uint64(len(m.heads)-1)]
	d.next, *h = *h, i+1
}

// grow doubles the table.
func (m *layer) grow() {
	old := m.heads
	m.heads = make([]int32, 2*len(old))
	for _, i := range old {
		for i != 0 {
			d := m.dlgs.At(i - 1)
			next := d.next
			h := &m.heads[d.key&uint64(len(m.heads)-1)]
			d.next, *h = *h, i
			i = next
		}
	}
}

// remove ends a dialog's entry and gives back all that it holds.
func (m *layer) remove(i int32, d *dlg) {
	m.stopTimers(d)
	m.leaveProfiles(d)
	for at := &m.heads[d.key&uint64(len(m.heads)-1)]; *at != 0; at = &m.dlgs.At(*at - 1).next {
		if *at == i+1 {
			*at = d.next
			break
		}
	}
	for _, r := range [...]pool.Ref{d.ident, d.legs[caller].mem, d.legs[callee].mem, d.vars, d.links} {
		m.arena.Free(r)
	}
	m.dlgs.Release(i)
}

func (m *layer) stopTimers(d *dlg) {
	if d.timer != 0 {
		m.loop.Cancel(d.timer)
		d.timer = 0
	}
	if d.kaTimer != 0 {
		m.loop.Cancel(d.kaTimer)
		d.kaTimer = 0
	}
}

// arm sets the time at which lifeEnded looks at the dialog. A dialog whose timer
// cannot be armed would never end; it is given up.
func (m *layer) arm(i int32, d *dlg, after time.Duration) {
	if d.timer != 0 {
		m.loop.Cancel(d.timer)
	}
	if d.timer = m.loop.AfterKind(after, m.live.lifeKind, m.timerArg(i)); d.timer == 0 {
		m.stats.timersFull.Add(1)
		if d.state == Ended {
			m.remove(i, d)
		}
	}
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// lifetime is the time that the dialog has once it is answered.
func (m *layer) lifetime(d *dlg, c *Config) int64 {
	if d.lifetime != 0 {
		return int64(d.lifetime)
	}
	return c.DefaultTimeout
}

// run runs a block on a message; what the block is about is found by the
// message's Call-ID and tags.
func (m *layer) run(p *core.Proc, kind rt.RouteKind, name string) {
	op := p.Snapshot().Block(kind, name)
	if op == nil {
		return
	}
	route := p.Route
	p.Route = kind
	if _, err := p.RunNested(op); err != nil {
		p.Logf(levelErr, "dialog: %s: %v", name, err)
	}
	p.Route = route
}

// routeNumber is the number by which dialogs keep the name of a routing block; 0
// when there are too many.
func (v *live) routeNumber(name []byte) uint16 {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i, r := range v.routes {
		if r == string(name) {
			return uint16(i) + 1
		}
	}
	if len(v.routes) == maxTimeoutRoutes {
		return 0
	}
	v.routes = append(v.routes, string(name))
	return uint16(len(v.routes))
}

func (v *live) routeName(n uint16) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.routes[n-1]
}
