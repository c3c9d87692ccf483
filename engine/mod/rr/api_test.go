package rr_test

import (
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
)

// TestOtherModulesHearOfOurRouteHeader: what loose_route() has taken is told, with
// its parameters and direction, and parameters can be added.
func TestOtherModulesHearOfOurRouteHeader(t *testing.T) {
	var heard []string
	listener := &registry.Module{Name: "listener", Requires: []string{"rr"}, Program: func(b registry.Build, _ any) error {
		api := rr.Of(b)
		api.OnLoose(func(p *core.Proc) {
			direction := "down"
			if api.Upstream(p) {
				direction = "up"
			}
			heard = append(heard, string(api.RouteParam(p, "nat"))+" "+direction)
			api.AddParam(p, p.NewString([]byte(";mine=1")))
			if api.AddParam(p, p.NewString([]byte("a b"))) {
				t.Error("a text that cannot stand in a URI was taken")
			}
		})
		return nil
	}}
	n := coretest.New(t, `loadmodule "rr" loadmodule "listener" route { loose_route(); record_route(); $du = "sip:192.0.2.20"; forward(); }`,
		core.Options{Core: mod.Core(), Modules: append(mod.All(), listener)})
	for _, tc := range []struct{ route, want, record string }{
		{"<sip:192.0.2.1;lr;ftag=caller-tag;nat=yes>", "yes down", "<sip:192.0.2.1:5060;lr;ftag=caller-tag;mine=1>"},
		{"<sip:192.0.2.1;lr;ftag=zz;nat=no>", "no up", "<sip:192.0.2.1:5060;lr;ftag=callee-tag;mine=1>"},
		{"<sip:10.9.9.9;lr>", "", "<sip:192.0.2.1:5060;lr;ftag=caller-tag>"},
	} {
		heard = nil
		n.Peer("192.0.2.20:5060")
		n.Peer("192.0.2.10:5060").Send(coretest.Request("BYE", target, "Route: "+tc.route).InDialog().String())
		if got := strings.Join(heard, ","); got != tc.want {
			t.Errorf("%s: heard %q, want %q", tc.route, got, tc.want)
		}
		if got := coretest.Header(n.Peer("192.0.2.20:5060").Recv(), "Record-Route"); got != tc.record {
			t.Errorf("%s: Record-Route %q, want %q", tc.route, got, tc.record)
		}
	}
}
