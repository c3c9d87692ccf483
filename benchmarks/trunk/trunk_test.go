package trunk

import (
	"testing"
	"time"
)

func TestRatioIsOfTheMedians(t *testing.T) {
	turns := func(us ...int) (all []Turn) {
		for _, n := range us {
			all = append(all, Turn{CPU: time.Duration(n) * time.Microsecond})
		}
		return all
	}
	r := Result{Two: turns(200, 90, 100), One: turns(80, 500, 70)}
	if got := r.Ratio(); got != 1.25 {
		t.Errorf("%v, want 1.25", got)
	}
}

func TestDisturbedTurnsDoNotCountWhereThereAreOthers(t *testing.T) {
	turns := []Turn{{CPU: 300, Disturbed: true}, {CPU: 100}, {CPU: 400, Disturbed: true}}
	if got := CPU(turns); got != 100 {
		t.Errorf("%v, want that of the turn that was not disturbed", got)
	}
	if got := CPU([]Turn{turns[0], turns[2]}); got != 400 {
		t.Errorf("%v, want the median of all", got)
	}
}
