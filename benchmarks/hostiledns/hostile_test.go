package hostiledns

import (
	"strings"
	"testing"
	"time"

	"sipedge/benchmarks/build"
)

// TestWhatIsNotHeldIsSaid: each way in which a row can fail.
func TestWhatIsNotHeldIsSaid(t *testing.T) {
	good := func() Row {
		return Row{Want: 478, Sent: 10, Statuses: map[int]int{478: 10}, Longest: 8 * time.Second, Outstanding: 2, Targets: 8, Queries: 3, Others: 100, P99: 9 * time.Millisecond}
	}
	if ok, why := good().Held(); !ok {
		t.Error(why)
	}
	for why, spoil := range map[string]func(*Row){
		"1 of 100 other requests lost":     func(r *Row) { r.Lost = 1 },
		"p99 11ms":                         func(r *Row) { r.P99 = 11 * time.Millisecond },
		"p99 41ms, calm 20ms":              func(r *Row) { r.P99, r.Calm = 41*time.Millisecond, 20*time.Millisecond },
		"1 of 10 requests without a final": func(r *Row) { r.Statuses[478] = 9 },
		"want 478":                         func(r *Row) { r.Statuses = map[int]int{478: 9, 500: 1} },
		"final answer after 10.001s":       func(r *Row) { r.Longest = 10001 * time.Millisecond },
		"3 queries outstanding":            func(r *Row) { r.Outstanding = 3 },
		"9 SRV targets":                    func(r *Row) { r.Targets = 9 },
		"nothing was sent":                 func(r *Row) { r.Queries = 0 },
	} {
		r := good()
		spoil(&r)
		if ok, got := r.Held(); ok || !strings.Contains(got, why) {
			t.Errorf("%q is not said: %q", why, got)
		}
	}
	busy := good()
	busy.P99, busy.Calm = 39*time.Millisecond, 20*time.Millisecond
	if ok, why := busy.Held(); !ok {
		t.Errorf("on a busy machine: %s", why)
	}
}

// TestMeasureSeesWhatTheServersDo, in a short run: answers of both kinds, and queries. How late
// the answers are is a matter of the machine here.
func TestMeasureSeesWhatTheServersDo(t *testing.T) {
	program, remove, err := build.Sipedge(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	plan := Plan{Sipedge: program, For: 300 * time.Millisecond, Beside: 3, Only: []string{"fast", "nxdomain", "srv60"}}
	rows, err := Measure(t.Context(), plan)
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	for _, r := range rows {
		if r.Sent < 20 || r.Statuses[r.Want] != r.Sent || r.Queries == 0 || r.Others < 100 {
			t.Errorf("%+v", r)
		}
	}
	if rows[2].Targets != MaxTargets {
		t.Errorf("%d SRV targets", rows[2].Targets)
	}
	if s := Table(rows) + Summary(plan, rows); !strings.Contains(s, "NXDOMAIN") || !strings.Contains(s, "3 beside each other") {
		t.Error(s)
	}
	if _, err := Measure(t.Context(), Plan{Only: []string{"none"}}); err == nil {
		t.Error("a behaviour that does not exist is measured")
	}
}
