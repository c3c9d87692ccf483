package log

import (
	"fmt"
	"math"
	"time"
)

// throttle holds back what exceeds the limits: lines of one class about one
// source, and bytes of all lines. It is fixed in size. Windows of a source begin
// with its first line.
type throttle struct {
	lines, bytes int

	table  [sources]bucket
	shared [classes]bucket // for peers that found no place in the table

	start time.Time // of the window over all lines
	used  int       // bytes in it

	byLines [classes]uint64 // held back since the last summary
	byBytes uint64
	full    *fullness // what writers are told of limits that are reached
}

// bucket counts the lines of one class about one source.
type bucket struct {
	source uint64
	class  Class
	start  time.Time
	count  int
}

func (t *throttle) init(lines, bytes int, full *fullness) {
	t.lines, t.bytes, t.full = lines, bytes, full
}

// noBound is n, or the largest number where n is no bound.
func noBound(n int) int {
	if n <= 0 {
		return math.MaxInt
	}
	return n
}

// allow reports whether a line of n bytes may be written, and counts it.
func (t *throttle) allow(now time.Time, class Class, source uint64, n int) bool {
	class = min(class, classes-1)
	if class == ClassAccount {
		return true
	}
	if class != ClassScript {
		if b := t.bucketFor(now, class, source); !b.take(now, t.lines) {
			t.byLines[class]++
			if b.source == source && source != 0 {
				t.full.source(class, source, b.start.Add(window))
			}
			return false
		}
	}
	if now.Sub(t.start) >= window {
		t.start, t.used = now, 0
	}
	if t.used+n+lineOverhead > t.bytes {
		t.byBytes++
		if t.used+usualLine > t.bytes {
			t.full.bytes.Store(t.start.Add(window).UnixNano())
		}
		return false
	}
	t.used += n + lineOverhead
	return true
}

func (b *bucket) take(now time.Time, lines int) bool {
	if now.Sub(b.start) >= window {
		b.start, b.count = now, 0
	}
	if b.count >= lines {
		return false
	}
	b.count++
	return true
}

// bucketFor finds or makes the bucket of a source. A place whose window is over
// is free; where none is, the class's shared bucket counts.
func (t *throttle) bucketFor(now time.Time, class Class, source uint64) *bucket {
	h := (source ^ uint64(class)<<56) * 0x9e3779b97f4a7c15 >> 40
	var free *bucket
	for i := range uint64(probes) {
		b := &t.table[(h+i)%sources]
		if b.source == source && b.class == class {
			return b
		}
		if free == nil && now.Sub(b.start) >= window {
			free = b
		}
	}
	if free == nil {
		return &t.shared[class]
	}
	*free = bucket{source: source, class: class, start: now}
	return free
}

// holding reports whether something was held back since the last summary.
func (t *throttle) holding() bool {
	lines, bytes := t.full.take()
	for c, n := range lines {
		t.byLines[c] += n
	}
	t.byBytes += bytes
	return t.byBytes != 0 || t.byLines != [classes]uint64{}
}

// summary says what was held back, and forgets it.
func (t *throttle) summary() (parts []string) {
	for c, n := range t.byLines {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d of class %s above %d a second from one source", n, Class(c), t.lines))
		}
	}
	if t.byBytes > 0 {
		parts = append(parts, fmt.Sprintf("%d above %d bytes a second", t.byBytes, t.bytes))
	}
	t.byLines, t.byBytes = [classes]uint64{}, 0
	return parts
}
