package log

import (
	"fmt"
	"strings"
	"testing"
)

// TestFloodIsHeldBackBeforeItIsFormatted: past the limits Wanted says no until
// the window is over, and what was not formatted is told of.
func TestFloodIsHeldBackBeforeItIsFormatted(t *testing.T) {
	var m Memory
	l, clock := clockLogger(Options{Rings: 1, Sink: &m, Lines: 10, Bytes: 1 << 20})
	w := loopWriter(l, 0)
	written := 0
	flood := func(source uint64) {
		for i := range 100 {
			if w.Wanted(LevelErr, ClassMessage, source) {
				w.Write(LevelErr, ClassMessage, source, []byte("x"))
				written++
			}
			if i%20 == 0 {
				l.d.all()
			}
		}
	}
	flood(7)
	if written > 41 {
		t.Errorf("%d lines formatted of 100 where 10 may come out", written)
	}
	if !w.Wanted(LevelErr, ClassMessage, 8) || !w.Wanted(LevelErr, ClassTransport, 7) || !w.Wanted(LevelErr, ClassScript, 7) || !w.Wanted(LevelErr, ClassMessage, 0) {
		t.Error("somebody else is held back as well")
	}
	if w.Wanted(LevelDebug, ClassMessage, 9) {
		t.Error("a line above the level is wanted")
	}
	*clock = clock.Add(window)
	if !w.Wanted(LevelErr, ClassMessage, 7) {
		t.Error("still held back when the window is over")
	}
	l.d.all()
	want := fmt.Sprintf("log lines not shown: %d of class message", 90)
	if got := strings.Join(m.Lines(), "\n"); !strings.Contains(got, want) {
		t.Errorf("want %q in:\n%s", want, got)
	}
	if l.Held() != 90 {
		t.Errorf("%d held back", l.Held())
	}
}

func TestNothingIsWantedWhenTheBytesOfTheSecondAreUsedUp(t *testing.T) {
	l, clock := clockLogger(Options{Rings: 1, Sink: Discard, Lines: -1, Bytes: 2000})
	w := loopWriter(l, 0)
	for range 10 {
		w.Write(LevelErr, ClassMessage, 1, make([]byte, 400))
	}
	l.d.all()
	if w.Wanted(LevelErr, ClassScript, 0) || w.Wanted(LevelErr, ClassMessage, 99) {
		t.Error("wanted although the bytes are used up")
	}
	*clock = clock.Add(window)
	if !w.Wanted(LevelErr, ClassScript, 0) {
		t.Error("not wanted in the next second")
	}
}

func TestNothingIsWantedWhenTheRingIsFull(t *testing.T) {
	l, _ := clockLogger(Options{Rings: 1, Sink: Discard})
	w := loopWriter(l, 0)
	for w.Wanted(LevelErr, ClassScript, 0) {
		w.Write(LevelErr, ClassScript, 0, make([]byte, 400))
	}
	if l.Lost() == 0 {
		t.Error("not counted")
	}
	if n := testing.AllocsPerRun(100, func() { w.Wanted(LevelErr, ClassMessage, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
