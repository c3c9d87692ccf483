package dialog

import (
	"encoding/binary"
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// profile counts the dialogs that scripts have put into it. It is shared by all
// loops and lives as long as the server.
type profile struct {
	name      string
	withValue bool
	total     atomic.Int64
	shards    [profileShards]shard
}

// shard counts a part of a profile's values. A value is known by 128 bits of keyed
// hashes, so that the table holds no pointers and no texts.
type shard struct {
	mu     sync.Mutex
	counts map[valueKey]int64
}

type valueKey [2]uint64

func (v *live) valueKey(value []byte) valueKey {
	return valueKey{maphash.Bytes(v.seeds[0], value), maphash.Bytes(v.seeds[1], value)}
}

// profileNumber is the number of a profile, made at first use.
func (v *live) profileNumber(name string, withValue bool) int {
	key := name
	if withValue {
		key += "/"
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if n, ok := v.byName[key]; ok {
		return n
	}
	p := &profile{name: name, withValue: withValue}
	for i := range p.shards {
		p.shards[i].counts = map[valueKey]int64{}
	}
	// Loops read the slice without the lock: what they have is never written to.
	all := append(append([]*profile{}, *v.profiles.Load()...), p)
	v.profiles.Store(&all)
	v.byName[key] = len(all) - 1
	return len(all) - 1
}

func (v *live) profile(n int) *profile { return (*v.profiles.Load())[n] }

// add changes the counts of a profile by n.
func (v *live) add(p *profile, value []byte, n int64) {
	p.total.Add(n)
	if !p.withValue {
		return
	}
	k := v.valueKey(value)
	s := &p.shards[k[0]%profileShards]
	s.mu.Lock()
	if c := s.counts[k] + n; c != 0 {
		s.counts[k] = c
	} else {
		delete(s.counts, k)
	}
	s.mu.Unlock()
}

// size is the number of entries of a profile: all, or those of one value.
func (v *live) size(p *profile, value []byte, all bool) int64 {
	if all || !p.withValue {
		return p.total.Load()
	}
	k := v.valueKey(value)
	s := &p.shards[k[0]%profileShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[k]
}

// ProfileSize is the number of dialogs in a profile with no value; with a value,
// of those with that one ("" for all). false: there is no such profile. From any
// goroutine.
func (a *API) ProfileSize(name, value string) (int64, bool) {
	v := a.live
	v.mu.Lock()
	n, ok := v.byName[name]
	if !ok {
		n, ok = v.byName[name+"/"]
	}
	v.mu.Unlock()
	if !ok {
		return 0, false
	}
	return v.size(v.profile(n), []byte(value), value == ""), true
}

// A dialog keeps its profiles as one text: for each a number and the length of the
// value, 16 bits each, and the value.

const linkHead = 4

// join puts a dialog into a profile. Twice counts twice, as in Kamailio.
func (m *layer) join(d *dlg, n int, value []byte) bool {
	p := m.live.profile(n)
	if !p.withValue {
		value = nil
	}
	if d.nLinks == maxLinks || len(value) > maxLinkValue {
		return false
	}
	var old []byte
	if d.links != 0 {
		old = m.arena.Bytes(d.links)[:d.linksLen]
	}
	need := len(old) + linkHead + len(value)
	if d.links == 0 || len(m.arena.Bytes(d.links)) < need {
		ref, buf, ok := m.arena.Alloc(need)
		if !ok {
			m.stats.noMemory.Add(1)
			return false
		}
		copy(buf, old)
		m.arena.Free(d.links)
		d.links = ref
	}
	b := m.arena.Bytes(d.links)[:need]
	at := need - linkHead - len(value)
	binary.LittleEndian.PutUint16(b[at:], uint16(n))
	binary.LittleEndian.PutUint16(b[at+2:], uint16(len(value)))
	copy(b[at+linkHead:], value)
	d.linksLen = uint16(need)
	d.nLinks++
	m.live.add(p, value, 1)
	return true
}

// link is the offset of a dialog's entry for a profile and value, -1 for none.
func (m *layer) link(d *dlg, n int, value []byte, anyValue bool) int {
	found := -1
	m.eachLink(d, func(at, number int, v []byte) bool {
		if number == n && (anyValue || string(v) == string(value)) {
			found = at
			return false
		}
		return true
	})
	return found
}

func (m *layer) eachLink(d *dlg, f func(at, number int, value []byte) bool) {
	if d.links == 0 {
		return
	}
	b := m.arena.Bytes(d.links)[:d.linksLen]
	for at := 0; at < len(b); {
		n := int(binary.LittleEndian.Uint16(b[at+2:]))
		if !f(at, int(binary.LittleEndian.Uint16(b[at:])), b[at+linkHead:at+linkHead+n]) {
			return
		}
		at += linkHead + n
	}
}

// leave takes a dialog out of a profile, once.
func (m *layer) leave(d *dlg, n int, value []byte) bool {
	p := m.live.profile(n)
	if !p.withValue {
		value = nil
	}
	at := m.link(d, n, value, false)
	if at < 0 {
		return false
	}
	b := m.arena.Bytes(d.links)[:d.linksLen]
	cut := linkHead + len(value)
	m.live.add(p, value, -1)
	copy(b[at:], b[at+cut:])
	d.linksLen -= uint16(cut)
	d.nLinks--
	return true
}

// leaveProfiles takes a dialog that has ended out of all its profiles.
func (m *layer) leaveProfiles(d *dlg) {
	m.eachLink(d, func(_, n int, value []byte) bool {
		m.live.add(m.live.profile(n), value, -1)
		return true
	})
	m.arena.Free(d.links)
	d.links, d.linksLen, d.nLinks = 0, 0, 0
}
