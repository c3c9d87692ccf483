package dialog_test

import (
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// Calls outlive the configuration that they began with: variables, profiles and
// timeouts stay, later requests run the new script.
func TestCallsSurviveAReload(t *testing.T) {
	const first = "loadmodule \"notes\"\n"
	b := newBed(t, script(profiles+`modparam("dialog", "default_timeout", 100)`, manage+` set_dlg_profile("v", "alice");`))
	b.call("re")
	*b.notes = nil
	next := first + scriptWith(`modparam("dialog", "profiles_with_value", "w;v")
modparam("dialog", "send_bye", 1)
modparam("dialog", "default_timeout", 30)`, manage+` set_dlg_profile("v", "alice");`,
		`if (method == "INFO") { get_profile_size("v", "alice", "$var(n)"); note("$dlg_var(x) $var(n)"); }`)
	if diags, err := b.Server.Reload("", []byte(next)); err != nil {
		t.Fatal(err, diags)
	}
	b.Advance(60 * time.Second) // the time that runs is the old one
	b.counts("active=1")
	b.within("INFO", "re", 8)
	b.noted("in INFO state=4 status=4 dir=1 x=v1", "v1 1")
	b.drop(b.a, b.b)
	b.call("re2")
	if n, _ := profileSize(b, "v", "alice"); n != 2 {
		t.Errorf("v alice has %d", n)
	}
	b.Advance(30 * time.Second)
	b.counts("active=0 expired=2 byes=2") // send_bye is what the second call began with
	if n, _ := profileSize(b, "v", ""); n != 0 {
		t.Errorf("v has %d", n)
	}
	b.ended()
}

// A configuration without the module leaves the calls to their timeouts.
func TestAReloadWithoutTheModule(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "send_bye", 1)`, manage+` $dlg_ctx(timeout) = 50;`))
	b.call("wo")
	b.ring("wo2")
	if diags, err := b.Server.Reload("", []byte(`loadmodule "tm"
loadmodule "rr"
route { loose_route(); t_relay(); }`)); err != nil {
		t.Fatal(err, diags)
	}
	b.b.Send(coretest.Reply(b.inv, 200, "OK", contactB)) // its transaction keeps the old one
	b.counts("active=2")
	b.drop(b.a, b.b)
	b.within("BYE", "wo2", 8) // and nobody sees this one
	b.Advance(49 * time.Second)
	b.counts("active=2")
	b.drop(b.a, b.b)
	b.Advance(time.Second)
	b.counts("active=0 expired=2 byes=4")
	b.ended()
}

// Beyond max_dialogs calls are relayed without being followed.
func TestTheNumberOfDialogsIsBounded(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "max_dialogs", 2)`, `if (!dlg_manage()) note("not followed"); $dlg_var(x) = "v1";`))
	b.call("m1")
	b.call("m2")
	*b.notes = nil
	b.call("m3")
	b.noted("not followed")
	b.counts("active=2 processed=2")
	if b.stat("full") == 0 {
		t.Error("not counted")
	}
	b.within("BYE", "m1", 8)
	b.b.Send(coretest.Reply(b.next(b.b, "BYE"), 200, "OK"))
	b.Advance(6 * time.Second)
	b.call("m4")
	b.counts("active=2 processed=3")
	b.Advance(13 * time.Hour)
	b.ended()
}
