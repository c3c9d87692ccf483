package htable_test

import (
	"fmt"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// TestReadingAndWritingDoNotAllocate, from the receive batch to the end of the script.
func TestReadingAndWritingDoNotAllocate(t *testing.T) {
	for _, stmts := range []string{
		`if ($sht(a=>$ci::n) == 5) drop;`,
		`$var(x) = $sht(a=>gateway);`,
		`$var(x) = "$sht(a=>gateway) $sht(a=>$rU) $sht(a=>none)";`,
		`$sht(a=>$ci) = $fu;`,
		`$sht(a=>$ci) = $Ts; $sht(a=>$ci) = $null;`,
		`$var(x) = $shtinc(a=>$si);`,
		`$var(x) = $shtex(a=>$si);`,
		`sht_lock("a=>$ci"); sht_unlock("a=>$ci");`,
		`sht_iterator_start("i", "a"); while (sht_iterator_next("i")) $var(x) = $shtitval(i); sht_iterator_end("i");`,
		`if (sht_match_name("a", "sw", "gate")) drop;`,
		`if ($shtcn(a=>^gate) == 0) drop;`,
	} {
		n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=8;initval=0;autoexpire=3600")
event_route[htable:mod-init] { $sht(a=>gateway) = "sip:gw.example.com"; $sht(a=>bob) = "bob"; }
route { `+stmts+` }`)
		if got := n.Peer("192.0.2.10:5060").Allocs(coretest.Request("INVITE", "sip:bob@192.0.2.20").String()); got != 0 {
			t.Errorf("%s: %v allocations", stmts, got)
		}
	}
}

// TestALongLoopOfReadsNeedsNoRoom: the keys that are put together do not pile up
// among the message's strings.
func TestALongLoopOfReadsNeedsNoRoom(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=8;initval=0")
max_while_loops=100000
route {
	$var(i) = 0;
	while ($var(i) < 20000) {
		if ($sht(a=>a-rather-long-key-with-$ci-in-it) != 0) drop;
		$var(i) = $var(i) + 1;
	}
	sl_send_reply("200", "$var(i)");
}`)
	if got := coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 20000" {
		t.Errorf("got %q", got)
	}
}

// napping is a module with a function that waits.
func napping() *registry.Module {
	return &registry.Module{Name: "napping", Functions: []registry.Function{{
		Name: "nap", Routes: rt.AnyRoute,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 { return core.Of(c).Sleep(time.Second) }, nil
		},
	}}}
}

// TestLockedStepsBelongTogether though the scripts wait between reading and
// writing; those without the lock lose what others have written.
func TestLockedStepsBelongTogether(t *testing.T) {
	o := modtest.Options()
	o.Modules = append(o.Modules, napping())
	n := coretest.New(t, "loadmodule \"napping\""+load+`
modparam("htable", "htable", "a=>size=8;initval=0")
route {
	if ($rU == "show") { sl_send_reply("200", "$sht(a=>locked) $sht(a=>bare)"); exit; }
	if ($rU == "locked") sht_lock("a=>sum");
	$var(n) = $sht(a=>$rU);
	nap();
	$sht(a=>$rU) = $var(n) + 1;
	if ($rU == "locked") sht_unlock("a=>sum");
}`, o)
	a := n.Peer("192.0.2.10:5060")
	for i := range 5 {
		for _, user := range []string{"locked", "bare"} {
			m := coretest.Request("MESSAGE", "sip:"+user+"@192.0.2.1")
			m.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%s%d", user, i)}
			a.Send(m.String())
		}
	}
	for _, want := range []string{"0 0", "1 1", "2 1", "3 1", "4 1", "5 1"} {
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:show@192.0.2.1").String())); got != "SIP/2.0 200 "+want {
			t.Errorf("got %q, want %q", got, want)
		}
		n.Advance(time.Second)
	}
}

func BenchmarkScriptReadsAnItem(b *testing.B) {
	n := modtest.New(b, load+`
modparam("htable", "htable", "a=>size=8;initval=0")
route { if ($sht(a=>$ci::n) == 5) drop; }`)
	n.Peer("192.0.2.10:5060").Bench(b, coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
}
