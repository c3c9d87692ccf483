// Package interleave measures short functions against each other: in turns, so
// that a disturbance hits all of them, with medians.
package interleave

import (
	"fmt"
	"slices"
	"time"
)

const (
	rounds = 401                   // odd, so that a median is a value that was measured
	slice  = 40 * time.Microsecond // length of one measurement: shorter than a turn of the scheduler
)

// Times are the nanoseconds of one call, by function and round.
type Times [][]float64

// Measure runs the functions in turns.
func Measure(fns []func()) Times {
	t := make(Times, len(fns))
	n := make([]int, len(fns))
	for i, f := range fns {
		f()
		for n[i] = 1; ; n[i] *= 2 {
			if d := repeat(f, n[i]); d >= slice {
				break
			}
		}
	}
	for range rounds {
		for i, f := range fns {
			t[i] = append(t[i], float64(repeat(f, n[i]).Nanoseconds())/float64(n[i]))
		}
	}
	return t
}

func repeat(f func(), n int) time.Duration {
	start := time.Now()
	for range n {
		f()
	}
	return time.Since(start)
}

// Median is that of function i.
func (t Times) Median(i int) float64 { return median(t[i]) }

// Ratio is that of the medians of functions a and b.
func (t Times) Ratio(a, b int) float64 { return t.Median(a) / t.Median(b) }

// Pair are the medians of functions a and b as text.
func (t Times) Pair(a, b int) string {
	return fmt.Sprintf("%.0f ns to %.0f ns", t.Median(a), t.Median(b))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
