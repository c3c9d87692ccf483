package log

import (
	"io"
	"strconv"
	"sync"
)

// lineOverhead is what a sink adds to a text, about, for the limit on bytes:
// process, level and line end.
const lineOverhead = 32

// Line is one line for a sink.
type Line struct {
	// Proc is 0 for the server, else the loop's number plus 1, as Kamailio counts
	// its processes.
	Proc  int
	Level int
	Class Class
	// Text is harmless and has no line end. It is valid until Log returns.
	Text []byte
}

// Sink takes lines, one at a time, on the logger's goroutine. Flush follows when
// no further lines are waiting.
type Sink interface {
	Log(Line)
	Flush()
}

// Discard is the sink that takes no notice.
var Discard Sink = discard{}

type discard struct{}

func (discard) Log(Line) {}
func (discard) Flush()   {}

// writerSink writes lines as Kamailio writes them to standard error.
type writerSink struct {
	w       io.Writer
	pid     string
	colours bool
	buf     []byte
}

// ToWriter writes lines to w in Kamailio's form: " 1(4711) ERROR: <core>: text".
// pid is shown in the parentheses; colours wraps each line in the terminal colour
// of its level.
func ToWriter(w io.Writer, pid int, colours bool) Sink {
	return &writerSink{w: w, pid: strconv.Itoa(pid), colours: colours}
}

// bufferedBytes is how much is collected before a write.
const bufferedBytes = 32 << 10

func (s *writerSink) Log(l Line) {
	colour := levels[index(l.Level)].colour
	if s.colours {
		s.buf = append(s.buf, colour...)
	}
	if l.Proc < 10 {
		s.buf = append(s.buf, ' ')
	}
	s.buf = strconv.AppendInt(s.buf, int64(l.Proc), 10)
	s.buf = append(s.buf, '(')
	s.buf = append(s.buf, s.pid...)
	s.buf = append(s.buf, ") "...)
	s.buf = appendTagged(s.buf, l)
	if s.colours && colour != "" {
		s.buf = append(s.buf, "\x1b[0m"...)
	}
	s.buf = append(s.buf, '\n')
	if len(s.buf) >= bufferedBytes {
		s.Flush()
	}
}

func (s *writerSink) Flush() {
	if len(s.buf) > 0 {
		s.w.Write(s.buf) // nobody is left to be told of an error
		s.buf = s.buf[:0]
	}
}

// appendTagged appends level, origin and text. The script's own lines bring their
// origin with them: xlog's parameter prefix says what it is. Records of accounting
// have none.
func appendTagged(dst []byte, l Line) []byte {
	dst = append(dst, LevelName(l.Level)...)
	dst = append(dst, ": "...)
	if l.Class != ClassScript && l.Class != ClassAccount {
		dst = append(dst, "<core>: "...)
	}
	return append(dst, l.Text...)
}

// Memory is a sink that keeps lines, for tests.
type Memory struct {
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

// Log implements Sink.
func (m *Memory) Log(l Line) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, string(appendTagged(nil, l)))
	if m.more != nil {
		close(m.more)
		m.more = nil
	}
}

// Flush implements Sink.
func (m *Memory) Flush() {}

// Lines are the lines so far, each "LEVEL: <origin>: text".
func (m *Memory) Lines() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.lines...)
}

// More is closed when a further line arrives.
func (m *Memory) More() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.more == nil {
		m.more = make(chan struct{})
	}
	return m.more
}
