package sippload

import (
	"fmt"
	"sort"
)

// Culprit says whose failure a failed call was.
type Culprit int

// The culprits.
const (
	// Server: the server under test lost, changed the order of, or itself answered a message.
	Server Culprit = iota
	// SIPp: a SIPp process or its socket; all messages that it was owed reached it, or its full socket dropped them.
	SIPp
	// Unknown: the traces do not say. Counts against the server.
	Unknown
	// Network: the lossy network of the run has lost the message that is missing.
	Network
)

// String names the culprit.
func (c Culprit) String() string {
	switch c {
	case Server:
		return "server"
	case SIPp:
		return "SIPp"
	case Network:
		return "network"
	default:
		return "unknown"
	}
}

// Failure is one call that did not run through.
type Failure struct {
	CallID  string
	Culprit Culprit
	What    string // what the traces show
	Caller  string // what the caller sent (>) and received (<), in the order of time
	Callee  string // the same of the callee
}

// step is one message that a call cannot do without.
type step struct {
	byCaller bool
	what     key
}

// between says what stands between the two ends of the calls under examination.
type between struct {
	server      bool // a server under test
	answers     bool // that answers by itself: there is no callee
	callerDrops bool // a full socket of a caller dropped datagrams during the run
	calleeDrops bool // the same of a callee
	lossy       bool // the network loses datagrams, so that the order of first copies says nothing
	lost        map[string][]key
	unheard     map[string][]key // what of it was lost between server and callee
}

// lostOf says whether the network has lost a message of a call.
func (b between) lostOf(callID string, k key) bool {
	for _, l := range b.lost[callID] {
		if l == k {
			return true
		}
	}
	return false
}

// examine goes through the traces of both sides and returns the calls that did not run through, ordered by Call-ID.
func examine(steps []step, caller, callee trace, b between) []Failure {
	var failures []Failure
	note := func(id string) {
		if culprit, what, failed := examineCall(id, steps, caller[id], callee[id], b); failed {
			failures = append(failures, Failure{CallID: id, Culprit: culprit, What: what, Caller: sequence(caller[id]), Callee: sequence(callee[id])})
		}
	}
	for id := range caller {
		note(id)
	}
	for id := range callee {
		if _, known := caller[id]; !known {
			note(id)
		}
	}
	sort.Slice(failures, func(i, j int) bool { return failures[i].CallID < failures[j].CallID })
	return failures
}

// examineCall follows one call step by step to the first message that is missing where it should be.
func examineCall(id string, steps []step, caller, callee []event, b between) (Culprit, string, bool) {
	if k, ok := madeUp(caller, callee, b); ok {
		if b.mute(id, k, callee) {
			return Network, fmt.Sprintf("the caller received %v; the network lost all that the callee answered, and SIPp did not repeat it", k), true
		}
		what := fmt.Sprintf("the caller received %v, which the callee did not send", k)
		if late, ok := behind(callee, caller); ok {
			what += fmt.Sprintf("; before that %v had come behind a later message", late)
		}
		return Server, what, true
	}
	for i, s := range steps {
		from, to, fromName, toName, toDrops := caller, callee, "caller", "callee", b.calleeDrops
		if !s.byCaller {
			from, to, fromName, toName, toDrops = callee, caller, "callee", "caller", b.callerDrops
		}
		if b.answers {
			if s.byCaller && find(from, s.what, true) < 0 {
				return SIPp, fmt.Sprintf("the caller did not send %v", s.what), true
			}
			if !s.byCaller && find(to, s.what, false) < 0 {
				return b.missing(id, s.what, fmt.Sprintf("no %v reached the caller", s.what), toDrops)
			}
			continue
		}
		sent, received := find(from, s.what, true), find(to, s.what, false)
		if sent < 0 {
			if early, ok := overtaken(steps[:i], from, s.byCaller); ok && b.server && !b.lossy {
				return Server, fmt.Sprintf("the %s received %v out of order", fromName, early), true
			}
			return SIPp, fmt.Sprintf("the %s did not send %v, though all before it had reached it", fromName, s.what), true
		}
		if received < 0 && b.lossy && s.what.method == "ACK" {
			continue // nobody repeats it by himself; the BYE shows that the call was up
		}
		if received < 0 {
			return b.missing(id, s.what, fmt.Sprintf("%v was sent by the %s and never reached the %s", s.what, fromName, toName), toDrops)
		}
	}
	if early, ok := overtaken(steps, callee, false); ok && !b.answers && b.server && !b.lossy {
		return Server, fmt.Sprintf("the callee received %v out of order", early), true
	}
	return 0, "", false
}

// missing names the culprit of a message that went missing: the network that lost it, the receiver's full socket where it
// had to drop, else what stood between.
func (b between) missing(callID string, k key, what string, drops bool) (Culprit, string, bool) {
	switch {
	case b.lostOf(callID, k):
		return Network, what + "; the network lost it", true
	case drops:
		return SIPp, what + "; full sockets of SIPp dropped datagrams", true
	case b.server:
		return Server, what, true
	default:
		return SIPp, what, true
	}
}

// madeUp finds a final response other than 2xx that the caller received and the callee never sent.
func madeUp(caller, callee []event, b between) (key, bool) {
	if !b.server {
		return key{}, false
	}
	for _, e := range caller {
		if !e.sent && e.status >= 300 && find(callee, e.key, true) < 0 {
			return e.key, true
		}
	}
	return key{}, false
}

// mute says whether a request had to time out: the network has lost each answer of the callee before the server saw it, although
// the server went on repeating the request.
func (b between) mute(callID string, k key, callee []event) bool {
	if k.status != 408 {
		return false
	}
	asked, answers := 0, 0
	for _, e := range callee {
		switch {
		case e.method != k.method || e.cseq != k.cseq:
		case e.sent:
			answers++
		case e.status == 0:
			asked++
		}
	}
	for _, l := range b.unheard[callID] {
		switch {
		case l.method != k.method || l.cseq != k.cseq:
		case l.status != 0:
			answers--
		default:
			asked++
		}
	}
	return answers == 0 && asked >= repeatsAtLeast
}

// repeatsAtLeast is how often a request without an answer is sent until it times out, in all (RFC 3261 §17.1.1.2: seven times; SIPp's
// callees live shorter).
const repeatsAtLeast = 5

// overtaken finds a message of the given steps that one side received ahead of one that the other side sends earlier, both
// counted by their first copy.
func overtaken(steps []step, received []event, byCallee bool) (key, bool) {
	last, lastKey := -1, key{}
	for _, s := range steps {
		if s.byCaller == byCallee {
			continue
		}
		at := find(received, s.what, false)
		if at < 0 {
			continue
		}
		if at < last {
			return lastKey, true
		}
		last, lastKey = at, s.what
	}
	return key{}, false
}

// behind finds a message that one end received after another which was sent later, both counted by their first copy.
func behind(sent, received []event) (key, bool) {
	for i, e := range sent {
		at := find(received, e.key, false)
		if !e.sent || at < 0 || find(sent, e.key, true) != i {
			continue
		}
		for _, later := range sent[i+1:] {
			if p := find(received, later.key, false); later.sent && p >= 0 && p < at {
				return e.key, true
			}
		}
	}
	return key{}, false
}
