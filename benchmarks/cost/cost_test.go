package cost

import (
	"strings"
	"testing"
	"time"
)

const µs = time.Microsecond

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		in   []time.Duration
		want time.Duration
	}{
		{nil, 0},
		{[]time.Duration{3 * µs}, 3 * µs},
		{[]time.Duration{9 * µs, 1 * µs, 2 * µs}, 2 * µs},
		{[]time.Duration{9 * µs, 1 * µs, 2 * µs, 4 * µs}, 3 * µs},
	} {
		if got := median(test.in); got != test.want {
			t.Errorf("median of %v is %v, want %v", test.in, got, test.want)
		}
	}
}

func TestRatioIsToTheFirstOfTheTask(t *testing.T) {
	figures := []Figure{
		{Task: "one", Server: "sipedge", PerRound: []time.Duration{10 * µs}},
		{Task: "one", Server: "other", PerRound: []time.Duration{20 * µs}, Sent: 7, Lost: 2},
		{Task: "two", Server: "sipedge", PerRound: []time.Duration{30 * µs}},
	}
	table := Table(figures)
	for _, want := range []string{"| 0.50 ", "2 of 7", "| two  | sipedge | 30.0 "} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if got, want := Summary(figures), "one: sipedge 10.0 µs, other 20.0 µs; two: sipedge 30.0 µs"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}
