package runs

import (
	"fmt"
	"strings"
	"time"

	"sipedge/benchmarks/markdown"
	"sipedge/benchmarks/sippload"
)

// The part of the messages that one loop of two may carry: the smaller one is still at work, the larger one does not carry
// the server alone.
const (
	minShare = 0.25
	maxShare = 0.75
)

// Table is the rows as a Markdown table.
func Table(rows []Row) string {
	t := markdown.NewTable("traffic", "through", "calls", "calls/s", "failed", "of these the server's", "retransmissions",
		"p50 ms", "p99 ms", "messages per loop", "handed over")
	for _, r := range rows {
		through, ours := r.Server, fmt.Sprint(r.Ours())
		if r.Server == "" {
			through, ours = "nothing (SIPp to SIPp)", "–"
		}
		t.Row(r.Shape.Name, through, fmt.Sprint(r.Result.Caller.Created), fmt.Sprintf("%.0f", r.Result.Rate()),
			fmt.Sprint(r.Result.Failed()), ours,
			fmt.Sprint(r.Result.Caller.Retransmissions+r.Result.Callee.Retransmissions),
			ms(r.Result.Response.P50), ms(r.Result.Response.P99), r.Shares(), r.handed())
	}
	return t.String()
}

// Ours is the number of failed calls that the traces lay at the server's door, those that they cannot place included.
func (r Row) Ours() int {
	if r.Server == "" {
		return 0
	}
	return r.Result.FailedBy(sippload.Server) + r.Result.FailedBy(sippload.Unknown)
}

// Failures describes at most limit failed calls of the row, a line each.
func (r Row) Failures(limit int) string {
	var b strings.Builder
	for i, f := range r.Result.Failures {
		if i == limit {
			fmt.Fprintf(&b, "… and %d more\n", len(r.Result.Failures)-limit)
			break
		}
		fmt.Fprintf(&b, "%s (%s): %s\n", f.CallID, f.Culprit, f.What)
		if f.Caller != "" || f.Callee != "" {
			fmt.Fprintf(&b, "    caller: %s\n    callee: %s\n", f.Caller, f.Callee)
		}
	}
	return b.String()
}

// Shares says what part of the messages each loop carried, in per cent.
func (r Row) Shares() string {
	if r.Counters == nil {
		return "–"
	}
	var parts []string
	for _, s := range r.Counters.Shares() {
		parts = append(parts, fmt.Sprintf("%.0f %%", 100*s))
	}
	return strings.Join(parts, ", ")
}

func (r Row) handed() string {
	if r.Counters == nil {
		return "–"
	}
	return fmt.Sprint(r.Counters.HandedOver())
}

// Held judges a row against the baseline of its shape: all calls made, from as many ports as planned, no more failures than there, none of them the
// server's, and each of several loops with its part of the messages. The figure says what was seen either way.
func (r Row) Held(baseline Row) (figure string, held bool) {
	res := r.Result
	from := ""
	if res.Spec.CallerBy == sippload.UDP {
		from = fmt.Sprintf(" from %d ports", res.SourcePorts)
	}
	figure = fmt.Sprintf("%d calls%s, %d failed (baseline %d), %d the server's", res.Caller.Created, from,
		res.Failed(), baseline.Result.Failed(), r.Ours())
	held = res.Caller.Created == res.Spec.Calls && (res.Spec.CallerBy != sippload.UDP || res.SourcePorts == res.Spec.Callers) && res.Failed() <= baseline.Result.Failed() && r.Ours() == 0
	if r.Counters == nil {
		return figure, held
	}
	switch res.Spec.CallerBy {
	case sippload.TCP:
		figure += fmt.Sprintf("; %d connections", r.Accepted)
		held = held && r.Accepted == uint64(res.Spec.Callers)
	case sippload.TCPPerCall:
		figure += fmt.Sprintf("; %d connections", r.Accepted)
		held = held && r.Accepted >= uint64(res.Spec.Calls)
	}
	figure += fmt.Sprintf("; per loop %s; %d handed over", r.Shares(), r.Counters.HandedOver())
	shares := r.Counters.Shares()
	if len(shares) == 0 {
		held = false
	}
	for _, s := range shares {
		if len(shares) > 1 && (s < minShare || s > maxShare) {
			held = false
		}
	}
	return figure, held
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }
