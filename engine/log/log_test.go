package log

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// clockLogger is a logger without its goroutine, on a clock that the test moves.
func clockLogger(o Options) (l *Logger, clock *time.Time) {
	l = newLogger(o)
	now := time.Unix(1e9, 0)
	l.d.now = func() time.Time { return now }
	return l, &now
}

// loopWriter gives the loop's writer of a logger without goroutine.
func loopWriter(l *Logger, i int) *Writer {
	w := l.loops[i]
	w.ring.open(loopRing)
	l.d.writers = append(l.d.writers, w)
	return w
}

func count(lines []string, part string) (n int) {
	for _, s := range lines {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

func TestLinesAboveTheLevelAreNotWritten(t *testing.T) {
	var m Memory
	l := New(Options{Sink: &m, Level: LevelWarn})
	defer l.Close()
	w := l.Shared()
	w.Printf(LevelInfo, "hidden")
	w.Printf(LevelWarn, "shown %d", 1)
	l.SetLevel(LevelDebug)
	w.Printf(LevelDebug, "shown %d", 2)
	l.SetLevel(LevelNone)
	w.Printf(LevelAlert, "hidden")
	l.Flush()
	want := "WARNING: <core>: shown 1|DEBUG: <core>: shown 2"
	if got := strings.Join(m.Lines(), "|"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if l.Level() != LevelNone || w.Enabled(LevelAlert) {
		t.Error("level -6 must disable every line")
	}
}

func TestLineLooksAsKamailiosOnStderr(t *testing.T) {
	for _, c := range []struct {
		line    Line
		colours bool
		want    string
	}{
		{Line{Proc: 0, Level: LevelInfo, Text: []byte("started")}, false, " 0(42) INFO: <core>: started\n"},
		{Line{Proc: 3, Level: LevelErr, Class: ClassScript, Text: []byte("edge: x")}, false, " 3(42) ERROR: edge: x\n"},
		{Line{Proc: 12, Level: -9, Text: []byte("x")}, false, "12(42) ALERT: <core>: x\n"},
		{Line{Proc: 1, Level: 7, Text: []byte("x")}, false, " 1(42) DEBUG: <core>: x\n"},
		{Line{Proc: 1, Level: LevelErr, Text: []byte("x")}, true, "\x1b[31m 1(42) ERROR: <core>: x\x1b[0m\n"},
	} {
		var b bytes.Buffer
		s := ToWriter(&b, 42, c.colours)
		s.Log(c.line)
		s.Flush()
		if b.String() != c.want {
			t.Errorf("got %q, want %q", b.String(), c.want)
		}
	}
}

func TestControlBytesAreEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n":            "plain",
		"two\r\n\n":          "two",
		"a\nb\tc\rd":         `a\nb\tc\rd`,
		"\x1b[31mred":        `\x1b[31mred`,
		"nul\x00 del\x7f":    `nul\x00 del\x7f`,
		"c1 \u009b raw \x9b": `c1 \x9b raw \x9b`,
		"Grüße €":            "Grüße €",
		"bad \xff\xfe":       "bad \xff\xfe",
		"cut \xc3":           "cut \xc3",
		"":                   "",
	} {
		if got := string(appendEscaped(nil, []byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// The robustness goal: no more than 100 lines a second of one class about one
// source.
func TestOneSourceIsHeldToItsLines(t *testing.T) {
	var m Memory
	l, now := clockLogger(Options{Sink: &m, Rings: 1})
	w := loopWriter(l, 0)
	for range 500 {
		w.Write(LevelErr, ClassMessage, 7, []byte("flood"))
		w.Write(LevelErr, ClassScript, 7, []byte("script"))
	}
	w.Write(LevelErr, ClassMessage, 8, []byte("other source"))
	w.Write(LevelErr, ClassTransport, 7, []byte("other class"))
	l.d.all()
	lines := m.Lines()
	if n := count(lines, "flood"); n != DefaultLines {
		t.Errorf("%d lines of one source, want %d", n, DefaultLines)
	}
	if count(lines, "other source") != 1 || count(lines, "other class") != 1 {
		t.Error("another source or class was held back too")
	}
	if n := count(lines, "script"); n != 500 {
		t.Errorf("%d of the script's 500 lines", n)
	}
	if l.Held() != 400 {
		t.Errorf("held back: %d, want 400", l.Held())
	}
	*now = now.Add(window)
	w.Write(LevelErr, ClassMessage, 7, []byte("later"))
	l.d.all()
	lines = m.Lines()
	if n := count(lines, "not shown: 400 of class message above 100 a second from one source"); n != 1 {
		t.Errorf("the summary is missing or wrong: %q", lines[len(lines)-1])
	}
	if count(m.Lines(), "later") != 1 {
		t.Error("the limit did not end with its second")
	}
}

func TestAllLinesTogetherAreHeldToTheBytes(t *testing.T) {
	var b bytes.Buffer
	l, now := clockLogger(Options{Sink: ToWriter(&b, 1, false)})
	text := bytes.Repeat([]byte("x"), 1000)
	for i := range 3000 {
		l.shared.Write(LevelErr, ClassMessage, uint64(i), text)
		l.d.all()
	}
	if b.Len() > DefaultBytes+1000 || b.Len() < DefaultBytes*9/10 {
		t.Errorf("%d bytes in one second, limit %d", b.Len(), DefaultBytes)
	}
	*now = now.Add(window)
	b.Reset()
	l.shared.Write(LevelErr, ClassScript, 0, text)
	l.d.all()
	if !strings.Contains(b.String(), "xxx") || !strings.Contains(b.String(), "above 1048576 bytes a second") {
		t.Errorf("after a second: %.200q", b.String())
	}
}

func TestSummariesComeOnceASecond(t *testing.T) {
	var m Memory
	l, now := clockLogger(Options{Sink: &m})
	for range 100 {
		for range 200 {
			l.shared.Write(LevelErr, ClassMessage, 7, []byte("flood"))
		}
		l.d.all()
		*now = now.Add(100 * time.Millisecond)
	}
	if n := count(m.Lines(), "not shown"); n < 9 || n > 11 {
		t.Errorf("%d summaries in 10 seconds", n)
	}
}

// More peers than the table has places share a count: the table neither grows
// nor forgets who has used up their lines.
func TestManySourcesStayBounded(t *testing.T) {
	var m Memory
	l, _ := clockLogger(Options{Sink: &m, Bytes: -1})
	for i := range 40 * sources {
		l.shared.Write(LevelErr, ClassMessage, uint64(i)*0x9e3779b97f4a7c15, []byte("x"))
		if i%1000 == 0 {
			l.d.all()
		}
	}
	l.d.all()
	if n := count(m.Lines(), ": x"); n > sources+DefaultLines {
		t.Errorf("%d lines of more sources than the table holds", n)
	}
}

func TestFullRingCountsAndTells(t *testing.T) {
	var m Memory
	l, now := clockLogger(Options{Sink: &m, Rings: 1, Lines: -1, Bytes: -1})
	w := loopWriter(l, 0)
	text := bytes.Repeat([]byte("y"), 1000)
	for range 1000 {
		w.Write(LevelErr, ClassScript, 0, text)
	}
	lost := l.Lost()
	if lost == 0 || lost >= 1000 {
		t.Fatalf("%d of 1000 lines lost", lost)
	}
	l.d.all()
	*now = now.Add(window)
	l.d.all()
	if n := count(m.Lines(), "yyy"); n != 1000-int(lost) {
		t.Errorf("%d lines written, %d lost", n, lost)
	}
	if count(m.Lines(), fmt.Sprintf("not shown: %d for want of room", lost)) != 1 {
		t.Errorf("nobody was told: %q", m.Lines()[len(m.Lines())-1])
	}
}

// What somebody makes a bill of is neither held back by the limits, nor crowded out
// by other lines while nobody reads the log.
func TestAccountsComeThroughAFlood(t *testing.T) {
	var m Memory
	l, _ := clockLogger(Options{Sink: &m, Rings: 1, Lines: 1, Bytes: 100})
	w := loopWriter(l, 0)
	flood := bytes.Repeat([]byte("y"), 1000)
	for range 1000 {
		w.Write(LevelErr, ClassScript, 0, flood)
		w.Write(LevelErr, ClassMessage, 7, flood)
	}
	for range 100 {
		if !w.Wanted(LevelNotice-1, ClassAccount, 7) {
			t.Fatal("a record is not wanted")
		}
		w.Write(LevelErr, ClassAccount, 7, []byte("record"))
	}
	l.d.all()
	if n := count(m.Lines(), "ERROR: record"); n != 100 || l.LostAccounts() != 0 {
		t.Errorf("%d records of 100, %d lost", n, l.LostAccounts())
	}
}

func TestLostAccountsAreAnError(t *testing.T) {
	var m Memory
	l, now := clockLogger(Options{Sink: &m, Rings: 1})
	w := loopWriter(l, 0)
	record := bytes.Repeat([]byte("z"), 1000)
	for range 1000 {
		w.Write(LevelErr, ClassAccount, 0, record)
	}
	lost := l.LostAccounts()
	if lost == 0 || lost >= 1000 {
		t.Fatalf("%d of 1000 records lost", lost)
	}
	l.d.all()
	*now = now.Add(window)
	l.d.all()
	if n := count(m.Lines(), "zzz"); n != 1000-int(lost) {
		t.Errorf("%d records written, %d lost", n, lost)
	}
	if count(m.Lines(), fmt.Sprintf("ERROR: <core>: %d accounting records are lost", lost)) != 1 {
		t.Errorf("nobody was told: %q", m.Lines()[len(m.Lines())-1])
	}
}

func TestLongLinesAreCutAndSaySo(t *testing.T) {
	var m Memory
	l := New(Options{Sink: &m})
	defer l.Close()
	l.Shared().Write(LevelErr, ClassScript, 0, bytes.Repeat([]byte("z"), MaxLine+17))
	l.Flush()
	if s := m.Lines()[0]; !strings.HasSuffix(s, "z… (17 bytes more)") {
		t.Errorf("ends %q", s[len(s)-40:])
	}
}

func TestEachLoopsOrderIsKept(t *testing.T) {
	var m Memory
	l := New(Options{Sink: &m, Rings: 2, Bytes: -1})
	var wg sync.WaitGroup
	const lines = 1000
	for i := range 2 {
		w := l.Loop(i)
		wg.Go(func() {
			for n := range lines {
				w.Write(LevelErr, ClassScript, 0, fmt.Appendf(nil, "loop %d line %d", i, n))
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			for range 50 {
				l.Shared().Write(LevelErr, ClassScript, 0, []byte("shared"))
			}
		})
	}
	wg.Wait()
	l.Close()
	got := m.Lines()
	if n := count(got, "shared"); n != 200 {
		t.Errorf("%d shared lines of 200", n)
	}
	for i := range 2 {
		next := 0
		for _, s := range got {
			var loop, n int
			if _, err := fmt.Sscanf(s, "ERROR: loop %d line %d", &loop, &n); err == nil && loop == i {
				if n != next {
					t.Fatalf("loop %d: line %d instead of %d", i, n, next)
				}
				next++
			}
		}
		if next != lines {
			t.Errorf("loop %d: %d lines of %d", i, next, lines)
		}
	}
}

func TestSetSinkSendsEarlierLinesToTheOldOne(t *testing.T) {
	var a, b Memory
	l := New(Options{Sink: &a})
	defer l.Close()
	l.Shared().Printf(LevelErr, "one")
	l.SetSink(&b)
	l.Shared().Printf(LevelErr, "two")
	l.Flush()
	if len(a.Lines()) != 1 || len(b.Lines()) != 1 {
		t.Errorf("old sink %q, new sink %q", a.Lines(), b.Lines())
	}
}

func TestPrintHeedsNoLevel(t *testing.T) {
	var m Memory
	l := New(Options{Sink: &m, Level: LevelNone})
	defer l.Close()
	l.Print(LevelNotice, []byte("asked for\n"))
	if got := m.Lines(); len(got) != 1 || got[0] != "NOTICE: <core>: asked for" {
		t.Errorf("got %q", got)
	}
}

// stuck is a sink that takes no line until leave is closed.
type stuck struct {
	once           *sync.Once
	entered, leave chan struct{}
}

func (s stuck) Log(Line) { s.once.Do(func() { close(s.entered) }); <-s.leave }
func (s stuck) Flush()   {}

func TestStuckSinkStopsNobody(t *testing.T) {
	s := stuck{new(sync.Once), make(chan struct{}), make(chan struct{})}
	l := New(Options{Sink: s, Rings: 1})
	w := l.Loop(0)
	w.Write(LevelErr, ClassMessage, 1, []byte("x"))
	<-s.entered
	for range 100_000 {
		w.Write(LevelErr, ClassMessage, 1, []byte("goes nowhere"))
	}
	if l.Lost() == 0 {
		t.Error("nothing was counted as lost")
	}
	close(s.leave)
}

func TestCloseWritesWhatIsLeftAndMayBeRepeated(t *testing.T) {
	var m Memory
	l := New(Options{Sink: &m})
	for range 50 {
		l.Shared().Write(LevelErr, ClassScript, 0, []byte("x"))
	}
	l.Close()
	l.Close()
	if n := len(m.Lines()); n != 50 {
		t.Errorf("%d lines of 50", n)
	}
	l.Shared().Printf(LevelErr, "late") // must not hang
	l.Flush()
	l.SetLevel(3)
}

func TestWriteAllocatesNothing(t *testing.T) {
	l := New(Options{Rings: 1})
	defer l.Close()
	w, text := l.Loop(0), []byte("a line of ordinary length about a message from somewhere")
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"loop", func() { w.Write(LevelErr, ClassMessage, 99, text) }},
		{"shared", func() { l.Shared().Write(LevelErr, ClassMessage, 99, text) }},
		{"disabled", func() { w.Write(LevelDebug, ClassMessage, 99, text) }},
	} {
		if n := testing.AllocsPerRun(1000, c.f); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

func TestNamesOfLevelsAndClasses(t *testing.T) {
	var names []string
	for level := LevelAlert; level <= LevelDebug; level++ {
		names = append(names, LevelName(level))
	}
	if got := strings.Join(names, " "); got != "ALERT BUG CRITICAL CRITICAL ERROR WARNING NOTICE INFO DEBUG" {
		t.Error(got)
	}
	if ClassTransport.String() != "transport" || Class(99).String() != "other" {
		t.Error("class names")
	}
}

func BenchmarkLoopWrite(b *testing.B) {
	l := New(Options{Rings: 1})
	defer l.Close()
	w, text := l.Loop(0), []byte("a line of ordinary length about a message from somewhere")
	b.ReportAllocs()
	for b.Loop() {
		w.Write(LevelErr, ClassMessage, 99, text)
	}
}

func BenchmarkDisabledWrite(b *testing.B) {
	l := New(Options{Rings: 1})
	defer l.Close()
	w, text := l.Loop(0), []byte("x")
	b.ReportAllocs()
	for b.Loop() {
		w.Write(LevelDebug, ClassMessage, 99, text)
	}
}
