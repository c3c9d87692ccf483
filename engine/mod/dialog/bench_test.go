package dialog_test

import (
	"fmt"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/dialog"
	"sipedge/engine/mod/modtest"
)

// follow answers requests within the call without a transaction, so that what is
// measured is the dialog's part and the script's.
const follow = loads + profiles + `
route {
	if (method == "INVITE") { dlg_manage(); $dlg_var(x) = "value"; set_dlg_profile("v", "alice"); record_route(); t_relay(); exit; }
	if (!loose_route()) dlg_manage();
	if (method == "ACK") { t_relay(); exit; }
	if (is_known_dlg() && $dlg_var(x) == "value" && $dlg(state) >= 3 && is_in_profile("v", "alice") && get_profile_size("v", "alice", "$var(n)")) {
		drop;
	}
	sl_send_reply("500", "Unknown");
}`

// answered sets up a call and returns a request within it.
func answered(t testing.TB) (a *coretest.Peer, n *coretest.Net, with, without string) {
	n = modtest.New(t, follow)
	b := n.Peer("192.0.2.20:5060")
	a = n.Peer("192.0.2.10:5060")
	a.Send(invite("hot").String())
	m := b.Recv()
	b.Send(coretest.Reply(m, 200, "OK", contactB))
	info := coretest.Request("INFO", "sip:bob@192.0.2.20:5060").InDialog()
	info.CallID, info.CSeq = "hot@example.com", 8
	without = info.String()
	info.Headers = []string{"Route: " + coretest.Header(m, "Record-Route")}
	with = info.String()
	for a.Recv() != "" {
	}
	a.Send(with)
	if got := a.Recv(); got != "" {
		t.Fatalf("the request is in no dialog: %q", coretest.StartLine(got))
	}
	return a, n, with, without
}

func TestRequestsWithinTheCallDoNotAllocate(t *testing.T) {
	a, _, with, without := answered(t)
	for name, m := range map[string]string{"by the Route header": with, "by dlg_manage()": without} {
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// Following a call from INVITE to BYE makes no heap objects once the tables have
// grown to their size.
func TestFollowingACallDoesNotAllocate(t *testing.T) {
	perCall := func(manage string) float64 {
		n := modtest.New(t, loads+`route {
	if (method == "INVITE") { `+manage+` record_route(); }
	loose_route();
	t_relay();
}`)
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		var total uint64
		const warm, calls = 300, 200
		for i := range warm + calls {
			id := fmt.Sprintf("al%d", i)
			var sum uint64
			sum += a.Mallocs(invite(id).String())
			m := b.Recv()
			sum += b.Mallocs(coretest.Reply(m, 180, "Ringing", contactB))
			sum += b.Mallocs(coretest.Reply(m, 200, "OK", contactB))
			rr := "Route: " + coretest.Header(m, "Record-Route")
			for k, method := range []string{"ACK", "BYE"} {
				r := coretest.Request(method, "sip:bob@192.0.2.20:5060", rr).InDialog()
				r.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%s%s", method, id)}
				r.CallID, r.CSeq = id+"@example.com", 7+k
				sum += a.Mallocs(r.String())
			}
			for m = b.Recv(); m != "" && m[:3] != "BYE"; m = b.Recv() {
			}
			sum += b.Mallocs(coretest.Reply(m, 200, "OK"))
			for a.Recv() != "" {
			}
			n.Advance(100 * time.Millisecond)
			if i >= warm {
				total += sum
			}
		}
		return float64(total) / calls
	}
	without, with := perCall(""), perCall(`dlg_manage(); $dlg_var(x) = "v";`)
	t.Logf("%.2f heap objects per call, %.2f without a dialog", with, without)
	if with > without+0.2 {
		t.Errorf("following a call makes %.2f heap objects, relaying it %.2f", with, without)
	}
}

func BenchmarkRequestWithinTheCall(b *testing.B) {
	a, _, with, _ := answered(b)
	a.Bench(b, with)
}

// Bytes of a followed call, slab and arena together.
func TestBytesPerDialog(t *testing.T) {
	b := newBed(t, script("", manage))
	const calls = 1000
	for i := range calls {
		b.call(fmt.Sprint("by", i))
	}
	d, n := dialog.LoopStats(b.Server, 0)
	if d != calls {
		t.Fatalf("%d dialogs", d)
	}
	bytes := n/d + dialog.EntryBytes
	t.Logf("%d bytes per call", bytes)
	if bytes > 1600 {
		t.Errorf("%d bytes per call", bytes)
	}
}
