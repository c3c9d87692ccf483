package sippload

import (
	"strings"
	"testing"
)

// call is a whole call as both ends saw it, for tests to spoil.
func call() (caller, callee []event) {
	for _, s := range Invite.steps {
		caller = append(caller, event{key: s.what, sent: s.byCaller})
		callee = append(callee, event{key: s.what, sent: !s.byCaller})
	}
	return caller, callee
}

// without leaves out the events at the given places.
func without(events []event, drop ...int) []event {
	var left []event
	for i, e := range events {
		gone := false
		for _, d := range drop {
			gone = gone || d == i
		}
		if !gone {
			left = append(left, e)
		}
	}
	return left
}

func swapped(events []event, i, j int) []event {
	events[i], events[j] = events[j], events[i]
	return events
}

// The messages of a call: 0 INVITE, 1 its 200, 2 ACK, 3 BYE, 4 its 200.
func TestExamineFindsTheCulprit(t *testing.T) {
	server := between{server: true}
	for _, test := range []struct {
		name    string
		spoil   func(caller, callee []event) ([]event, []event)
		between between
		failed  bool
		culprit Culprit
		what    string
	}{
		{name: "a whole call", between: server},
		{name: "ACK lost on its way through the server", between: server, failed: true, culprit: Server, what: "ACK was sent by the caller and never reached the callee",
			spoil: func(a, b []event) ([]event, []event) { return a, without(b, 2) }},
		{name: "ACK lost between SIPp and SIPp", failed: true, culprit: SIPp, what: "never reached",
			spoil: func(a, b []event) ([]event, []event) { return a, without(b, 2) }},
		{name: "lost at a full socket of the callee", between: between{server: true, calleeDrops: true}, failed: true, culprit: SIPp, what: "full sockets",
			spoil: func(a, b []event) ([]event, []event) { return a, without(b, 2) }},
		{name: "full sockets of the caller excuse nothing at the callee", between: between{server: true, callerDrops: true}, failed: true, culprit: Server, what: "never reached",
			spoil: func(a, b []event) ([]event, []event) { return a, without(b, 2) }},
		{name: "200 lost on the way back", between: server, failed: true, culprit: Server, what: "200 to INVITE was sent by the callee",
			spoil: func(a, b []event) ([]event, []event) { return without(a, 1, 2, 3, 4), without(b, 2, 3, 4) }},
		{name: "a caller that stops for no reason", between: server, failed: true, culprit: SIPp, what: "did not send BYE",
			spoil: func(a, b []event) ([]event, []event) { return without(a, 3, 4), without(b, 3, 4) }},
		{name: "BYE ahead of ACK", between: server, failed: true, culprit: Server, what: "received ACK out of order",
			spoil: func(a, b []event) ([]event, []event) { return a, swapped(b, 2, 3) }},
		{name: "the same between SIPp and SIPp is no failure of a server",
			spoil: func(a, b []event) ([]event, []event) { return a, swapped(b, 2, 3) }},
		{name: "an answer that the callee did not give", between: server, failed: true, culprit: Server, what: "483 to BYE, which the callee did not send",
			spoil: func(a, b []event) ([]event, []event) {
				return append(without(a, 4), event{key: key{483, "BYE", 2}}), without(b, 3, 4)
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			caller, callee := call()
			if test.spoil != nil {
				caller, callee = test.spoil(caller, callee)
			}
			failures := examine(Invite.steps, trace{"id": caller}, trace{"id": callee}, test.between)
			if (len(failures) == 1) != test.failed {
				t.Fatalf("failures %+v", failures)
			}
			if test.failed && (failures[0].Culprit != test.culprit || !strings.Contains(failures[0].What, test.what)) {
				t.Errorf("got %v: %s; want %v: …%s…", failures[0].Culprit, failures[0].What, test.culprit, test.what)
			}
		})
	}
}

func TestExamineOfAServerThatAnswers(t *testing.T) {
	asked := event{key: Options.steps[0].what, sent: true}
	answered := event{key: Options.steps[1].what}
	b := between{server: true, answers: true}
	caller := trace{"good": {asked, answered}, "lost": {asked}}
	failures := examine(Options.steps, caller, trace{}, b)
	if len(failures) != 1 || failures[0].CallID != "lost" || failures[0].Culprit != Server {
		t.Errorf("failures %+v", failures)
	}
	b.callerDrops = true
	if failures = examine(Options.steps, caller, trace{}, b); len(failures) != 1 || failures[0].Culprit != SIPp {
		t.Errorf("with drops: %+v", failures)
	}
}

func TestExamineSeesCallsThatOnlyOneSideKnows(t *testing.T) {
	caller, callee := call()
	failures := examine(Invite.steps, trace{"a": caller}, trace{"b": callee}, between{server: true})
	if len(failures) != 2 || failures[0].CallID != "a" || failures[1].CallID != "b" {
		t.Errorf("failures %+v", failures)
	}
}

// A 180 that arrives behind the 200 makes SIPp forget the route set, so that its BYE misses the callee: what looks like a
// wrong answer began with the order.
func TestExamineNamesTheMessageThatCameBehind(t *testing.T) {
	invite, ringing, ok := key{0, "INVITE", 1}, key{180, "INVITE", 1}, key{200, "INVITE", 1}
	callee := []event{{key: invite}, {key: ringing, sent: true}, {key: ok, sent: true}, {key: ok, sent: true}}
	caller := []event{{key: invite, sent: true}, {key: ok}, {key: ringing}, {key: key{0, "BYE", 2}, sent: true}, {key: key{404, "BYE", 2}}}
	failures := examine(Invite.steps, trace{"id": caller}, trace{"id": callee}, between{server: true})
	if len(failures) != 1 || !strings.Contains(failures[0].What, "180 to INVITE had come behind a later message") {
		t.Errorf("failures %+v", failures)
	}
	if late, found := behind(callee, []event{{key: ringing}, {key: ok}, {key: ok}}); found {
		t.Errorf("%v in order", late)
	}
}

// TestATimeoutIsTheNetworksOnlyIfTheServerHeardNothing and went on asking.
func TestATimeoutIsTheNetworksOnlyIfTheServerHeardNothing(t *testing.T) {
	invite, ringing, ok, timeout := key{0, "INVITE", 1}, key{180, "INVITE", 1}, key{200, "INVITE", 1}, key{408, "INVITE", 1}
	caller := []event{{key: invite, sent: true}, {key: timeout}}
	callee := func(asked int) []event {
		events := []event{{key: ringing, sent: true}, {key: ok, sent: true}}
		for range asked {
			events = append(events, event{key: invite})
		}
		return events
	}
	for _, test := range []struct {
		name    string
		asked   int
		unheard []key
		culprit Culprit
	}{
		{"nothing was heard", repeatsAtLeast, []key{ringing, ok}, Network},
		{"some of what was asked was lost", repeatsAtLeast - 1, []key{ringing, invite, ok}, Network},
		{"the 180 was heard", repeatsAtLeast, []key{ok}, Server},
		{"not asked again", repeatsAtLeast - 1, []key{ringing, ok}, Server},
	} {
		b := between{server: true, lossy: true, lost: map[string][]key{"id": {ringing, ok}}, unheard: map[string][]key{"id": test.unheard}}
		failures := examine(Invite.steps, trace{"id": caller}, trace{"id": callee(test.asked)}, b)
		if len(failures) != 1 || failures[0].Culprit != test.culprit {
			t.Errorf("%s: %+v, want %v", test.name, failures, test.culprit)
		}
	}
}
