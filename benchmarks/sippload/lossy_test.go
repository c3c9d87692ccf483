package sippload

import (
	"testing"
)

// TestCallsSurviveALossyNetwork: SIPp repeats what is lost; what the legs lose is known by call and message.
func TestCallsSurviveALossyNetwork(t *testing.T) {
	needSIPp(t)
	res, err := Run(t.Context(), Spec{Scenario: InviteRobust, Calls: 60, Rate: 100, Callers: 2, Callees: 2, Loss: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if res.Failed() != 0 || res.Caller.Succeeded != 60 {
		t.Errorf("result %+v", res)
	}
	if res.Lost == 0 || res.Caller.Retransmissions+res.Callee.Retransmissions == 0 {
		t.Errorf("%d lost, %d and %d sent again", res.Lost, res.Caller.Retransmissions, res.Callee.Retransmissions)
	}
}

func TestLostMessagesAreToldApart(t *testing.T) {
	for _, test := range []struct {
		msg string
		id  string
		k   key
	}{
		{"INVITE sip:a SIP/2.0\r\nVia: x\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n\r\nCall-ID: body", "one", key{0, "INVITE", 1}},
		{"SIP/2.0 200 OK\r\nCSeq: 2 BYE\r\nCall-ID:two\r\n\r\n", "two", key{200, "BYE", 2}},
		{"garbage", "", key{}},
	} {
		if id, k := identify([]byte(test.msg)); id != test.id || k != test.k {
			t.Errorf("%q: %q, %v", test.msg, id, k)
		}
	}
}

func TestWhatTheNetworkLostIsNobodysFailure(t *testing.T) {
	caller, callee := call()
	b := between{server: true, lossy: true, lost: map[string][]key{"a": {{0, "BYE", 2}}}}
	callers := trace{"a": without(caller, 4), "b": without(caller, 4)}
	callees := trace{"a": without(callee, 3, 4), "b": without(callee, 3, 4)}
	failures := examine(Invite.steps, callers, callees, b)
	if len(failures) != 2 || failures[0].Culprit != Network || failures[1].Culprit != Server {
		t.Errorf("failures %+v", failures)
	}
	b.lost = nil
	if failures = examine(Invite.steps, trace{"c": caller}, trace{"c": swapped(callee, 2, 3)}, b); len(failures) != 0 {
		t.Errorf("an order that loss explains: %+v", failures)
	}
}
