package log

import (
	"fmt"
	"strings"
	"time"
)

// drain is the state of the goroutine that writes.
type drain struct {
	logger   *Logger
	writers  []*Writer // those that have a ring
	sink     Sink
	throttle throttle
	now      func() time.Time
	lost     uint64    // lost lines that were told of
	gone     uint64    // of these, lines of ClassAccount
	since    time.Time // when the first line was lost or held back that was not told of

	scratch [MaxLine]byte
	line    []byte
}

// order is work for the goroutine; done is closed after it.
type order struct {
	f    func(*drain)
	done chan struct{}
}

func (d *drain) init(l *Logger, o Options) {
	d.logger = l
	d.now = time.Now
	d.writers = []*Writer{l.shared}
	d.sink = o.Sink
	if d.sink == nil {
		d.sink = Discard
	}
	def := func(n, def int) int {
		if n == 0 {
			return def
		}
		return noBound(n)
	}
	d.throttle.init(def(o.Lines, DefaultLines), def(o.Bytes, DefaultBytes), &l.full)
}

// order has the goroutine run f and waits for it; after Close it does nothing.
func (l *Logger) order(f func(*drain)) {
	o := order{f, make(chan struct{})}
	select {
	case l.orders <- o:
		<-o.done
	case <-l.done:
	}
}

// run is the goroutine.
func (l *Logger) run() {
	defer close(l.done)
	d := &l.d
	tell := time.NewTimer(window)
	defer tell.Stop()
	for {
		d.all()
		if !d.since.IsZero() {
			tell.Reset(window - d.now().Sub(d.since))
		}
		l.sleeping.Store(true)
		if d.waiting() {
			l.sleeping.Store(false)
			continue
		}
		select {
		case <-l.wake:
		case <-tell.C:
		case o := <-l.orders:
			o.f(d)
			close(o.done)
		case <-l.stop:
			d.all()
			d.tell()
			d.sink.Flush()
			return
		}
		l.sleeping.Store(false)
	}
}

// all writes every line that is in the rings, taking turns.
func (d *drain) all() {
	wrote := false
	for more := true; more; {
		more = false
		for _, w := range d.writers {
			n := 0
			for ; n < batchLines; n++ {
				r, ok := w.ring.pop(&d.scratch)
				if !ok {
					break
				}
				d.write(w.proc, r)
				wrote = true
			}
			more = more || n == batchLines
		}
		d.tellWhenDue()
	}
	if wrote {
		d.sink.Flush()
	}
}

func (d *drain) waiting() bool {
	for _, w := range d.writers {
		if !w.ring.empty() {
			return true
		}
	}
	return false
}

// write passes one line on unless a limit holds it back.
func (d *drain) write(proc int, r record) {
	d.line = appendEscaped(d.line[:0], r.text)
	if r.cut > 0 {
		d.line = fmt.Appendf(d.line, "… (%d bytes more)", r.cut)
	}
	if !d.throttle.allow(d.now(), r.class, r.source, len(d.line)) {
		d.logger.held.Add(1)
		return
	}
	d.sink.Log(Line{Proc: proc, Level: r.level, Class: r.class, Text: d.line})
}

// mustTell reports whether lines were lost or held back that nobody was told of.
func (d *drain) mustTell() bool {
	return d.throttle.holding() || d.logger.Lost() != d.lost
}

// tellWhenDue tells of what was lost and held back a window after it began.
func (d *drain) tellWhenDue() {
	switch {
	case !d.mustTell():
	case d.since.IsZero():
		d.since = d.now()
	case d.now().Sub(d.since) >= window:
		d.tell()
	}
}

// tell says in one line what was lost and held back since the last time.
func (d *drain) tell() {
	if !d.mustTell() {
		return
	}
	d.since = time.Time{}
	var parts []string
	if gone := d.logger.LostAccounts(); gone != d.gone {
		text := fmt.Appendf(nil, "%d accounting records are lost: what reads the log does not keep up", gone-d.gone)
		d.gone = gone
		d.sink.Log(Line{Level: LevelErr, Class: ClassServer, Text: text})
	}
	if lost := d.logger.Lost(); lost != d.lost {
		parts = append(parts, fmt.Sprintf("%d for want of room", lost-d.lost))
		d.lost = lost
	}
	parts = append(parts, d.throttle.summary()...)
	if d.logger.Level() >= LevelWarn {
		text := fmt.Appendf(nil, "log lines not shown: %s", strings.Join(parts, ", "))
		d.sink.Log(Line{Level: LevelWarn, Class: ClassServer, Text: text})
		d.sink.Flush()
	}
}

// Print logs a line whatever the level and the limits are, and whatever its
// length: what an operator has asked for at this moment. It waits until the sink
// has the line.
func (l *Logger) Print(level int, text []byte) {
	l.order(func(d *drain) {
		d.all()
		d.line = appendEscaped(d.line[:0], text)
		d.sink.Log(Line{Level: level, Class: ClassServer, Text: d.line})
		d.sink.Flush()
	})
}

func (d *drain) setSink(s Sink) {
	d.all()
	if s == nil {
		s = Discard
	}
	d.sink = s
}
