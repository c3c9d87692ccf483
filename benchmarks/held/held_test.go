package held

import (
	"testing"
	"time"
)

func TestMedians(t *testing.T) {
	r := Result{Empty: []time.Duration{3, 1, 2}, Full: []time.Duration{9, 5, 7}, GC: []float64{0.3, 0.1, 0.2}}
	if e, f := r.Late(); e != 2 || f != 7 || r.Collector() != 0.2 {
		t.Errorf("%v, %v, %v", e, f, r.Collector())
	}
	if e, f := (Result{}).Late(); e != 0 || f != 0 {
		t.Errorf("of nothing: %v, %v", e, f)
	}
}
