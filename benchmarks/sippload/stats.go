package sippload

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Stats are the counters of one SIPp process, or the sum over several, from the statistics file (-trace_stat).
type Stats struct {
	Created         int // calls begun
	Succeeded       int
	Failed          int // for any reason
	TimedOut        int // of these, after the last retransmission of a request
	Unexpected      int // of these, by a message that the scenario does not have there
	Retransmissions int // messages sent again
	OutOfCall       int // messages that belong to no call that SIPp knows
}

func (s Stats) add(o Stats) Stats {
	return Stats{
		Created: s.Created + o.Created, Succeeded: s.Succeeded + o.Succeeded, Failed: s.Failed + o.Failed,
		TimedOut: s.TimedOut + o.TimedOut, Unexpected: s.Unexpected + o.Unexpected,
		Retransmissions: s.Retransmissions + o.Retransmissions, OutOfCall: s.OutOfCall + o.OutOfCall,
	}
}

// parseStats reads the last whole row of a statistics file: one head line with the names of the columns, then a row per
// interval with the sums so far in the columns that end in "(C)". A process that was killed may leave its last row cut.
func parseStats(text string) (Stats, error) {
	end := strings.LastIndexByte(text, '\n')
	lines := strings.Split(strings.TrimRight(text[:max(end, 0)], "\n"), "\n")
	if len(lines) < 2 {
		return Stats{}, fmt.Errorf("statistics without a row of figures")
	}
	values := strings.Split(lines[len(lines)-1], ";")
	column := make(map[string]int)
	for i, name := range strings.Split(lines[0], ";") {
		column[name] = i
	}
	var s Stats
	for name, into := range map[string]*int{
		"TotalCallCreated": &s.Created, "SuccessfulCall(C)": &s.Succeeded, "FailedCall(C)": &s.Failed,
		"FailedMaxUDPRetrans(C)": &s.TimedOut, "FailedUnexpectedMessage(C)": &s.Unexpected,
		"Retransmissions(C)": &s.Retransmissions, "OutOfCallMsgs(C)": &s.OutOfCall,
	} {
		i, ok := column[name]
		if !ok || i >= len(values) {
			return Stats{}, fmt.Errorf("statistics without the column %s", name)
		}
		n, err := strconv.Atoi(values[i])
		if err != nil {
			return Stats{}, fmt.Errorf("statistics: %s is %q, want a number", name, values[i])
		}
		*into = n
	}
	return s, nil
}

// Percentiles of a set of durations; zero when there were none.
type Percentiles struct {
	P50, P95, P99, Max time.Duration
	Count              int
}

// percentiles sorts d and reads the percentiles off it, each the smallest value that so many per cent do not exceed.
func percentiles(d []time.Duration) Percentiles {
	if len(d) == 0 {
		return Percentiles{}
	}
	sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
	at := func(percent int) time.Duration { return d[max(0, (len(d)*percent+99)/100-1)] }
	return Percentiles{P50: at(50), P95: at(95), P99: at(99), Max: d[len(d)-1], Count: len(d)}
}
