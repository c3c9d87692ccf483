package log

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what New needs. Zero fields mean the defaults of limits.go.
type Options struct {
	// Rings is the number of loops that will write.
	Rings int
	// Sink takes the lines; nil discards them.
	Sink Sink
	// Level is the first level, LevelWarn unless set.
	Level int
	// Lines bounds the lines a second of one class about one source, Bytes the
	// bytes a second of all lines; 0 is the default, negative no bound.
	Lines, Bytes int
}

// Logger carries lines from its Writers to its Sink. All methods may be called
// from any goroutine.
type Logger struct {
	level    atomic.Int32
	sleeping atomic.Bool // the goroutine waits for wake
	wake     chan struct{}

	loops  []*Writer
	shared *Writer

	orders   chan order
	stop     chan struct{} // closed by Close
	done     chan struct{} // closed when the goroutine has ended
	stopOnce sync.Once

	held atomic.Uint64 // lines that the limits held back
	full fullness
	d    drain // the goroutine's
}

// Writer is where lines go in: one per loop, and one for all others.
type Writer struct {
	logger *Logger
	mu     *sync.Mutex // nil for a loop's writer, which has one user
	ring   ring
	proc   int  // 0 for the shared writer, else the loop's number plus 1
	own    bool // level stands in place of the logger's
	level  int
}

// New starts a logger. Close ends it.
func New(o Options) *Logger {
	l := newLogger(o)
	go l.run()
	return l
}

func newLogger(o Options) *Logger {
	l := &Logger{wake: make(chan struct{}, 1), orders: make(chan order), stop: make(chan struct{}), done: make(chan struct{})}
	l.level.Store(int32(o.Level))
	l.shared = &Writer{logger: l, mu: new(sync.Mutex)}
	l.shared.ring.open(sharedRing)
	for i := range o.Rings {
		l.loops = append(l.loops, &Writer{logger: l, proc: i + 1})
	}
	l.d.init(l, o)
	return l
}

// Loop is the writer of loop i, 0 to Options.Rings-1. Only one goroutine may
// write to it at a time. Call it before the loop runs.
func (l *Logger) Loop(i int) *Writer {
	w := l.loops[i]
	if w.ring.buf == nil {
		w.ring.open(loopRing)
		l.order(func(d *drain) { d.writers = append(d.writers, w) })
	}
	return w
}

// Shared is the writer for everything that is not a loop; any goroutine may use it.
func (l *Logger) Shared() *Writer { return l.shared }

// SetLevel sets the level (parameter debug) from now on.
func (l *Logger) SetLevel(level int) { l.level.Store(int32(min(max(level, -128), 127))) }

// Level is the current level.
func (l *Logger) Level() int { return int(l.level.Load()) }

// SetSink sends all lines that are not written yet to s.
func (l *Logger) SetSink(s Sink) { l.order(func(d *drain) { d.setSink(s) }) }

// SetLimits changes the limits, as Options.Lines and Bytes, except that 0 means
// no bound too.
func (l *Logger) SetLimits(lines, bytes int) {
	l.order(func(d *drain) { d.throttle.lines, d.throttle.bytes = noBound(lines), noBound(bytes) })
}

// Lost is the number of lines that a full ring could not take.
func (l *Logger) Lost() uint64 {
	n := l.shared.ring.full.Load()
	for _, w := range l.loops {
		n += w.ring.full.Load()
	}
	return n
}

// LostAccounts is the number of lines of ClassAccount among them.
func (l *Logger) LostAccounts() uint64 {
	n := l.shared.ring.gone.Load()
	for _, w := range l.loops {
		n += w.ring.gone.Load()
	}
	return n
}

// Held is the number of lines that the limits held back.
func (l *Logger) Held() uint64 { return l.held.Load() }

// Flush waits until all lines written before it have been handed to the sink.
func (l *Logger) Flush() { l.order(func(d *drain) { d.all() }) }

// Close writes what is left and ends the logger; lines written later are lost.
// It waits two seconds at most for a sink that is stuck.
func (l *Logger) Close() {
	l.stopOnce.Do(func() { close(l.stop) })
	select {
	case <-l.done:
	case <-time.After(closeTimeout):
	}
}

// Enabled reports whether lines of the level are logged.
func (w *Writer) Enabled(level int) bool {
	if w.own {
		return level <= w.level
	}
	return level <= int(w.logger.level.Load())
}

// SetLevel gives a loop's writer a level of its own; it is the loop's to call.
func (w *Writer) SetLevel(level int) { w.own, w.level = true, level }

// ResetLevel lets the logger's level count again.
func (w *Writer) ResetLevel() { w.own = false }

// Wanted reports whether a line that Write got now would come out, as far as can
// be told without its text: for those who have to format it first. A line that is
// not wanted counts as held back, or as lost when the ring is full; it is told of
// with the others. It allocates nothing.
func (w *Writer) Wanted(level int, class Class, source uint64) bool {
	if !w.Enabled(level) {
		return false
	}
	if w.ring.left(class) < headerSize+usualLine {
		w.ring.full.Add(1)
		return false
	}
	l := w.logger
	return !l.full.refuses(l.d.now().UnixNano(), min(class, classes-1), source, &l.held)
}

// Write logs a line if its level is enabled. text is copied; source is a hash of
// the peer that caused the line, 0 for none. It never waits and allocates
// nothing; a line for which there is no room is counted and lost.
func (w *Writer) Write(level int, class Class, source uint64, text []byte) {
	if !w.Enabled(level) {
		return
	}
	if w.mu == nil {
		w.ring.push(level, class, source, text)
	} else {
		w.mu.Lock()
		w.ring.push(level, class, source, text)
		w.mu.Unlock()
	}
	w.logger.rouse()
}

// Printf formats and logs a line of ClassServer. It allocates: not for the way
// of a message.
func (w *Writer) Printf(level int, format string, args ...any) {
	if w.Enabled(level) {
		w.Write(level, ClassServer, 0, fmt.Appendf(nil, format, args...))
	}
}

// rouse wakes the goroutine, once for all that write before it is up.
func (l *Logger) rouse() {
	if l.sleeping.Load() && l.sleeping.CompareAndSwap(true, false) {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}
