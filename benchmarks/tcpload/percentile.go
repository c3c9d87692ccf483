package tcpload

import (
	"slices"
	"sync/atomic"
	"time"
)

// percentiles are the median, the 99th and the longest of the times that are not 0.
func percentiles(took []atomic.Int64) (p50, p99, longest time.Duration) {
	d := make([]time.Duration, 0, len(took))
	for i := range took {
		if t := took[i].Load(); t > 0 {
			d = append(d, time.Duration(t))
		}
	}
	if len(d) == 0 {
		return 0, 0, 0
	}
	slices.Sort(d)
	at := func(percent int) time.Duration { return d[max(0, (len(d)*percent+99)/100-1)] }
	return at(50), at(99), d[len(d)-1]
}
