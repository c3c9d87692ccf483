package maxfwd_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestProcessSaysWhatItDid: the return values that Kamailio documents.
func TestProcessSaysWhatItDid(t *testing.T) {
	n := modtest.NewFile(t, "testdata/process.cfg")
	a := n.Peer("192.0.2.10:5060")
	for in, want := range map[string]string{
		"70": "result 1",
		"1":  "result 1",
		"0":  "result -1",
		"":   "result 2",
	} {
		m := coretest.Request("OPTIONS", "sip:192.0.2.1")
		m.MaxForwards = in
		if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 200 "+want {
			t.Errorf("Max-Forwards %q: %q, want %q", in, got, want)
		}
	}
}

// TestMaxForwardsLeavesLowered: RFC 3261 §16.6 step 3, and max_limit.
func TestMaxForwardsLeavesLowered(t *testing.T) {
	n := modtest.NewFile(t, "testdata/process.cfg")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, tc := range []struct{ method, in, want string }{
		{"INVITE", "70", "69"},
		{"INVITE", "1", "0"},
		{"INVITE", "255", "70"},
		{"INVITE", "", "10"},
		{"INFO", "70", "68"},
		{"INFO", "10", "8"},
		{"INFO", "", "9"},
	} {
		m := coretest.Request(tc.method, "sip:bob@192.0.2.20")
		m.MaxForwards = tc.in
		a.Send(m.String())
		if got := coretest.Headers(b.Recv(), "Max-Forwards"); len(got) != 1 || got[0] != tc.want {
			t.Errorf("%s with Max-Forwards %q leaves with %q, want %q", tc.method, tc.in, got, tc.want)
		}
	}
}

func TestIsMaxfwdLtSeesTheLoweredValue(t *testing.T) {
	n := modtest.New(t, `
loadmodule "maxfwd"
loadmodule "sl"
route {
	$var(before) = is_maxfwd_lt("10");
	mf_process_maxfwd_header("9");
	$var(after) = is_maxfwd_lt("10");
	sl_send_reply("200", "$var(before) $var(after)");
}`)
	a := n.Peer("192.0.2.10:5060")
	for in, want := range map[string]string{"11": "-1 -1", "10": "-1 1", "3": "1 1", "": "-2 1"} {
		m := coretest.Request("OPTIONS", "sip:192.0.2.1")
		m.MaxForwards = in
		if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 200 "+want {
			t.Errorf("Max-Forwards %q: %q, want %q", in, got, want)
		}
	}
}

func TestMaxLimitIsAParameter(t *testing.T) {
	n := modtest.New(t, `
loadmodule "maxfwd"
modparam("maxfwd", "max_limit", 20)
route {
	mf_process_maxfwd_header("50");
	forward("192.0.2.20");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, in := range []string{"200", ""} {
		m := coretest.Request("INVITE", "sip:bob@192.0.2.20")
		m.MaxForwards = in
		a.Send(m.String())
		if got := coretest.Header(b.Recv(), "Max-Forwards"); got != "20" {
			t.Errorf("Max-Forwards %q leaves with %q, want 20", in, got)
		}
	}
}

func TestBadArgumentsAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"maxfwd\"\n"
	modtest.WantRefused(t, load+`route { mf_process_maxfwd_header("ten"); }`, `max_value must be a number from 1 to 255, not "ten"`)
	modtest.WantRefused(t, load+`route { mf_process_maxfwd_header("0"); }`, "max_value must be 1 to 255, not 0")
	modtest.WantRefused(t, load+`modparam("maxfwd", "max_limit", 257) route { drop; }`, "1 to 256")
}

func TestProcessDoesNotAllocate(t *testing.T) {
	n := modtest.NewFile(t, "testdata/process.cfg")
	a := n.Peer("192.0.2.10:5060")
	for _, in := range []string{"70", ""} {
		m := coretest.Request("INFO", "sip:bob@192.0.2.20")
		m.MaxForwards = in
		if got := a.Allocs(m.String()); got != 0 {
			t.Errorf("Max-Forwards %q: %v allocations", in, got)
		}
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
