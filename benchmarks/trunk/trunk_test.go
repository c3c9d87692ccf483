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
