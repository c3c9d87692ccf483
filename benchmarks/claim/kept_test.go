package claim

import (
	"path/filepath"
	"testing"
	"time"
)

// TestJoinKeepsWhatOtherRunsFound: a run of one claim leaves the figures of the others, but not those of a claim that says
// something else now.
func TestJoinKeepsWhatOtherRunsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "proof.json")
	a, b, c := Claim{ID: "a", Text: "first", Bar: "1"}, Claim{ID: "b", Text: "second", Bar: "2"}, Claim{ID: "c", Text: "third"}
	when := time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC)
	_, err := Join(path, []Claim{a, b, c}, []Result{
		{Claim: a, Outcome: Outcome{State: Held, Figure: "7"}, When: when},
		{Claim: b, Outcome: Outcome{State: Held, Figure: "8"}, When: when},
		{Claim: c, Outcome: Outcome{State: NotHere, Figure: "9", Table: "t", Detail: "d"}, When: when, Took: 2 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Bar = "3"
	a2 := Result{Claim: a, Outcome: Outcome{State: NotHeld, Figure: "0"}, When: when.Add(time.Hour)}
	got, err := Join(path, []Claim{c, b, a, {ID: "d"}}, []Result{a2})
	if err != nil {
		t.Fatal(err)
	}
	want := []Result{
		{Claim: c, Outcome: Outcome{State: NotHere, Figure: "9", Table: "t", Detail: "d"}, When: when, Took: 2 * time.Second},
		{Claim: b, Outcome: Outcome{State: Unchecked}},
		a2,
		{Claim: Claim{ID: "d"}, Outcome: Outcome{State: Unchecked}},
	}
	if len(got) != len(want) {
		t.Fatalf("%d results, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("result %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
	if again, err := Join(path, []Claim{a}, nil); err != nil || again[0].Outcome.State != NotHeld || again[0].Outcome.Figure != "0" {
		t.Errorf("later: %+v, %v", again, err)
	}
}
