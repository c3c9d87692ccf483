package sippload

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnEndOnTCPSaysSo(t *testing.T) {
	for _, tc := range []struct {
		caller, callee     Transport
		uri, contact, from string
	}{
		{UDP, UDP, "[remote_port] SIP/2.0", "[local_port]>", "[local_port]>"},
		{TCP, UDP, "[remote_port] SIP/2.0", "[local_port]>", "[local_port];transport=tcp>"},
		{UDP, TCPPerCall, "[remote_port];transport=tcp SIP/2.0", "[local_port];transport=tcp>", "[local_port]>"},
	} {
		dir := t.TempDir()
		if err := writeScenarios(dir, Spec{Scenario: Invite, CallerBy: tc.caller, CalleeBy: tc.callee}); err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string][]string{
			Invite.caller: {"INVITE sip:callee@[remote_ip]:" + tc.uri, "Contact: <sip:caller@[local_ip]:" + tc.from},
			Invite.callee: {"Contact: <sip:callee@[local_ip]:" + tc.contact},
		} {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range want {
				if !strings.Contains(string(text), w) {
					t.Errorf("%q to %q: no %q in\n%s", tc.caller, tc.callee, w, text)
				}
			}
		}
	}
}

func TestACallWithoutItsFirstTraceHasItAssumed(t *testing.T) {
	invite := Invite.steps[0].what
	tr := trace{"a": {{key: key{200, "INVITE", 1}, at: 5}}, "b": {{key: invite, sent: true, at: 1}, {key: key{200, "INVITE", 1}, at: 4}}}
	tr.assumeSent(invite)
	if len(tr["a"]) != 2 || !tr["a"][0].sent || len(tr["b"]) != 2 {
		t.Errorf("%+v", tr)
	}
	if d := tr.responses(Invite); len(d) != 1 || d[0] != 3 {
		t.Errorf("times %v: only a traced INVITE has one", d)
	}
}

func TestTransportsThatDoNotMeetAreRefused(t *testing.T) {
	s := Spec{Scenario: Invite, Calls: 1, Rate: 1, Callers: 1, Callees: 1, CallerBy: TCP}
	if s.check() == nil {
		t.Error("TCP to UDP without a server was accepted")
	}
	if s.Server = "127.0.0.1:5060"; s.check() != nil {
		t.Error(s.check())
	}
}
