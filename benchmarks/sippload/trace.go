package sippload

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// key names a message of a call: a request by method and CSeq number, a response by status, too.
type key struct {
	status int // 0 for a request
	method string
	cseq   int
}

func (k key) String() string {
	if k.status == 0 {
		return k.method
	}
	return fmt.Sprintf("%d to %s", k.status, k.method)
}

// event is one message that one end of a call sent or received.
type event struct {
	key
	sent bool
	at   time.Duration // since the epoch, by the wall clock that all processes share

	untraced bool // see assumeSent
}

// trace holds what one side of a run sent and received, per Call-ID and in the order of time.
type trace map[string][]event

// read adds the lines of a short message trace (-trace_shortmsg): date, time, seconds since the epoch, S or R, Call-ID,
// "CSeq:number method" and the first line of the message, with tabs between. A line cut short by the end of the process is
// passed over.
func (t trace) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		callID, e, ok := parseEvent(lines.Text())
		if ok {
			t[callID] = append(t[callID], e)
		}
	}
	return lines.Err()
}

func parseEvent(line string) (callID string, e event, ok bool) {
	f := strings.Split(line, "\t")
	if len(f) < 7 || (f[3] != "S" && f[3] != "R") {
		return "", event{}, false
	}
	seconds, err := strconv.ParseFloat(f[2], 64)
	if err != nil {
		return "", event{}, false
	}
	e.at = time.Duration(seconds*1e6) * time.Microsecond
	e.sent = f[3] == "S"
	cseq, found := strings.CutPrefix(f[5], "CSeq:")
	number, method, found2 := strings.Cut(strings.TrimSpace(cseq), " ")
	if !found || !found2 {
		return "", event{}, false
	}
	if e.cseq, err = strconv.Atoi(number); err != nil {
		return "", event{}, false
	}
	e.method = strings.TrimSpace(method)
	if rest, isResponse := strings.CutPrefix(f[6], "SIP/2.0 "); isResponse {
		code, _, _ := strings.Cut(rest, " ")
		if e.status, err = strconv.Atoi(code); err != nil {
			return "", event{}, false
		}
	}
	return f[4], e, true
}

// assumeSent puts a first message ahead of every call that has none. SIPp does not trace what it had to keep until a connection
// was open, which is the first message of each call in its mode of one connection per call.
func (t trace) assumeSent(k key) {
	for id, events := range t {
		if find(events, k, true) < 0 {
			t[id] = append([]event{{key: k, sent: true, at: events[0].at, untraced: true}}, events...)
		}
	}
}

// find returns the position of the first event with the key in the given direction, or -1.
func find(events []event, k key, sent bool) int {
	for i, e := range events {
		if e.key == k && e.sent == sent {
			return i
		}
	}
	return -1
}

// span is the time from the first message to the last.
func (t trace) span() time.Duration {
	var first, last time.Duration
	for _, events := range t {
		for _, e := range events {
			if first == 0 || e.at < first {
				first = e.at
			}
			last = max(last, e.at)
		}
	}
	return last - first
}

// responses returns, for every call that got its first final answer, the time from its first request to that.
func (t trace) responses(s Scenario) []time.Duration {
	request, answer := s.steps[0].what, s.steps[1].what
	var d []time.Duration
	for _, events := range t {
		sent, received := find(events, request, true), find(events, answer, false)
		if sent >= 0 && received > sent && !events[sent].untraced {
			d = append(d, events[received].at-events[sent].at)
		}
	}
	return d
}

// sequence is the events in a line, sent ones behind > and received ones behind <.
func sequence(events []event) string {
	var b strings.Builder
	for i, e := range events {
		if i > 0 {
			b.WriteByte(' ')
		}
		if e.sent {
			b.WriteByte('>')
		} else {
			b.WriteByte('<')
		}
		if e.status == 0 {
			b.WriteString(e.method)
		} else {
			fmt.Fprintf(&b, "%d/%s", e.status, e.method)
		}
	}
	return b.String()
}
