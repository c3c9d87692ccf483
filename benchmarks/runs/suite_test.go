package runs

import (
	"regexp"
	"testing"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/sippload"
)

// The whole way with few calls: sipedge as it is built from the tree, its counters, SIPp at both ends.
func TestCallsGoThroughSipedgeAndItsLoopsAreCounted(t *testing.T) {
	if _, err := sippload.Find(); err != nil {
		t.Skip(err)
	}
	program, remove, err := build.Sipedge(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	rows, err := Suite(t.Context(), Plan{Calls: 50, Rate: 100, Sipedge: program, Only: regexp.MustCompile("home=always")})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Server != "" || rows[1].Server != "sipedge" {
		t.Fatalf("rows %+v", rows)
	}
	for _, r := range rows {
		if r.Result.Failed() != 0 || r.Result.Caller.Succeeded != 50 {
			t.Errorf("%q: %d of 50 calls\n%s", r.Server, r.Result.Caller.Succeeded, r.Failures(5))
		}
	}
	var carried uint64
	for _, l := range rows[1].Counters.Loops {
		carried += l.Carried()
	}
	if carried < 300 { // six messages a call
		t.Errorf("%d messages counted for 50 calls", carried)
	}
}
