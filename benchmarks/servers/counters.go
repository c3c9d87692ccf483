package servers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"sipedge/reactor"
)

// Counters is what sipedge logs about itself on SIGUSR1: one line that holds a JSON object with the key "loops". Keys that
// are not named here are passed over.
type Counters struct {
	Loops   []Loop  `json:"loops"`
	Runtime Runtime `json:"runtime"`
	// Reactor is the figures of each loop's sockets and connections.
	Reactor []reactor.Stats `json:"reactor"`
}

// Sockets is the sum of the loops' figures.
func (c Counters) Sockets() (sum reactor.Stats) {
	for _, s := range c.Reactor {
		sum.Add(s)
	}
	return sum
}

// Runtime is what the Go runtime says of the server's process.
type Runtime struct {
	HeapBytes uint64  `json:"heap_bytes"`
	GCSeconds float64 `json:"gc_seconds"` // CPU time of the collector since the start
}

// Loop counts the messages of one event loop since the start.
type Loop struct {
	In         uint64 `json:"in"`          // read from the loop's own sockets
	HandedOver uint64 `json:"handed_over"` // of these, given to another loop
	TakenOver  uint64 `json:"taken_over"`  // received from other loops
}

// Carried is the number of messages that the loop processed itself.
func (l Loop) Carried() uint64 { return l.In - l.HandedOver + l.TakenOver }

// Sub returns what was counted since an earlier reading of the same server.
func (c Counters) Sub(before Counters) (Counters, error) {
	if len(c.Loops) != len(before.Loops) {
		return Counters{}, fmt.Errorf("counters of %d loops, %d before", len(c.Loops), len(before.Loops))
	}
	diff := Counters{Loops: make([]Loop, len(c.Loops))}
	for i, l := range c.Loops {
		b := before.Loops[i]
		diff.Loops[i] = Loop{l.In - b.In, l.HandedOver - b.HandedOver, l.TakenOver - b.TakenOver}
	}
	return diff, nil
}

// Shares returns the part of all messages that each loop carried, 0 to 1; nil when there were none.
func (c Counters) Shares() []float64 {
	var all uint64
	for _, l := range c.Loops {
		all += l.Carried()
	}
	if all == 0 {
		return nil
	}
	shares := make([]float64, len(c.Loops))
	for i, l := range c.Loops {
		shares[i] = float64(l.Carried()) / float64(all)
	}
	return shares
}

// HandedOver is the number of messages that went from one loop to another.
func (c Counters) HandedOver() uint64 {
	var sum uint64
	for _, l := range c.Loops {
		sum += l.HandedOver
	}
	return sum
}

// Counters asks the server for its counters and waits for them to appear in its log.
func (s *Server) Counters(ctx context.Context) (Counters, error) {
	if !s.Kind.HomeLoops {
		return Counters{}, fmt.Errorf("%s has no counters per loop", s.Kind.Name)
	}
	before, err := os.ReadFile(s.log)
	if err != nil {
		return Counters{}, err
	}
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return Counters{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, countersLimit)
	defer cancel()
	poll := time.NewTicker(logPoll)
	defer poll.Stop()
	for {
		text, err := os.ReadFile(s.log)
		if err != nil {
			return Counters{}, err
		}
		if c, ok := findCounters(string(text[min(len(before), len(text)):])); ok {
			return c, nil
		}
		select {
		case <-poll.C:
		case <-s.exited:
			return Counters{}, errors.New("the server ended when asked for its counters")
		case <-ctx.Done():
			return Counters{}, errors.New("no line with counters in the log after SIGUSR1")
		}
	}
}

// findCounters takes the counters from the last complete line of a log that holds them, whatever the logger wrote ahead of
// the object.
func findCounters(log string) (Counters, bool) {
	lines := strings.Split(log, "\n")
	for i := len(lines) - 2; i >= 0; i-- { // what stands behind the last newline is still being written
		open := strings.IndexByte(lines[i], '{')
		if open < 0 || !strings.Contains(lines[i], `"loops"`) {
			continue
		}
		var c Counters
		if json.NewDecoder(strings.NewReader(lines[i][open:])).Decode(&c) == nil && len(c.Loops) > 0 {
			return c, true
		}
	}
	return Counters{}, false
}
