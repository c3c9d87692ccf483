package log

import (
	"sync/atomic"
	"time"
)

// fullness is what the goroutine that writes tells the writers of limits that are
// reached, so that they need not format lines that would be held back. It is a
// hint: a place may be taken over by another peer, and then the goroutine itself
// holds the line back.
type fullness struct {
	bytes  atomic.Int64 // no line at all before this time, Unix nanoseconds
	places [fullSources]struct {
		key   atomic.Uint64 // the source, mixed with the class
		until atomic.Int64  // no line of it before this time
	}
	byLines [classes]atomic.Uint64 // lines not formatted since the last summary
	byBytes atomic.Uint64
}

func fullKey(class Class, source uint64) uint64 {
	return (source ^ uint64(class+1)<<56) * 0x9e3779b97f4a7c15
}

// source notes that a peer has said all of a class that it may until a time.
func (f *fullness) source(class Class, source uint64, until time.Time) {
	k := fullKey(class, source)
	p := &f.places[k>>56%fullSources]
	p.until.Store(0)
	p.key.Store(k)
	p.until.Store(until.UnixNano())
}

// refuses reports whether a line would be held back at the time now, and counts it.
func (f *fullness) refuses(now int64, class Class, source uint64, held *atomic.Uint64) bool {
	switch k := fullKey(class, source); {
	case class == ClassAccount:
		return false
	case now < f.bytes.Load():
		f.byBytes.Add(1)
	case class == ClassScript || source == 0:
		return false
	default:
		p := &f.places[k>>56%fullSources]
		if now >= p.until.Load() || p.key.Load() != k {
			return false
		}
		f.byLines[class].Add(1)
	}
	held.Add(1)
	return true
}

// take is what was not formatted since it was last asked.
func (f *fullness) take() (lines [classes]uint64, bytes uint64) {
	for c := range lines {
		lines[c] = f.byLines[c].Swap(0)
	}
	return lines, f.byBytes.Swap(0)
}
