package servers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/benchmarks/configs"
)

func TestFindCountersTakesTheLastWholeLine(t *testing.T) {
	log := "INFO: listening\n" +
		`INFO: counters {"loops":[{"in":1,"handed_over":0}],"other":{"x":1}}` + "\n" +
		`INFO: counters {"loops":[{"in":10,"handed_over":4,"taken_over":1},{"in":3,"taken_over":4,"handed_over":1}]} end` + "\n" +
		`INFO: counters {"loops":[{"in":11`
	c, ok := findCounters(log)
	if !ok || len(c.Loops) != 2 || c.Loops[0].In != 10 || c.Loops[1].TakenOver != 4 {
		t.Fatalf("got %+v, %v", c, ok)
	}
	if got := c.Loops[0].Carried(); got != 7 {
		t.Errorf("first loop carried %d, want 7", got)
	}
	if got := c.HandedOver(); got != 5 {
		t.Errorf("%d handed over, want 5", got)
	}
}

func TestFindCountersFindsNoneInOtherLines(t *testing.T) {
	for _, log := range []string{"", "no newline", "{}\n", `{"loops":[]}` + "\n", `{"loops": broken` + "\n"} {
		if c, ok := findCounters(log); ok {
			t.Errorf("%q gave %+v", log, c)
		}
	}
}

func TestSharesAreOfTheMessagesBetweenTwoReadings(t *testing.T) {
	before := Counters{Loops: []Loop{{In: 100}, {In: 100}}}
	after := Counters{Loops: []Loop{{In: 130}, {In: 110}}}
	diff, err := after.Sub(before)
	if err != nil {
		t.Fatal(err)
	}
	if shares := diff.Shares(); len(shares) != 2 || shares[0] != 0.75 || shares[1] != 0.25 {
		t.Errorf("shares %v", shares)
	}
	if shares := (Counters{Loops: make([]Loop, 2)}).Shares(); shares != nil {
		t.Errorf("shares of no message: %v", shares)
	}
	if _, err := after.Sub(Counters{}); err == nil {
		t.Error("no error for readings with different numbers of loops")
	}
}

func TestFreePortsAreDifferent(t *testing.T) {
	ports, err := FreePorts(20)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[int]bool)
	for _, p := range ports {
		if seen[p] || p == 0 {
			t.Errorf("port %d in %v", p, ports)
		}
		seen[p] = true
	}
}

func TestStartOfAServerThatEndsAtOnceShowsItsLog(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "server")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho bad config file\nexit 255\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ports, err := FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Sipedge(program), dir, ports[0], configs.Options)
	if err == nil || !strings.Contains(err.Error(), "bad config file") {
		t.Errorf("error %v", err)
	}
}

func TestKamailioAnswersAndStops(t *testing.T) {
	kind, err := Kamailio()
	if errors.Is(err, ErrNoKamailio) {
		t.Skip(err)
	}
	ports, err := FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	server, err := Start(t.Context(), kind, t.TempDir(), ports[0], configs.Forward)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	if _, err := server.Counters(t.Context()); err == nil {
		t.Error("kamailio gave counters per loop")
	}
	server.Stop()
	if server.Alive() {
		t.Error("alive after Stop")
	}
}
