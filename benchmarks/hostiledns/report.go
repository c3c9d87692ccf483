package hostiledns

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sipedge/benchmarks/markdown"
)

// Table is the rows as Markdown.
func Table(rows []Row) string {
	t := markdown.NewTable("name server", "requests", "final answers", "longest", "queries", "outstanding", "others", "lost", "p50", "p99", "calm p99", "max", "result")
	for _, r := range rows {
		result := "held"
		if ok, why := r.Held(); !ok {
			result = why
		}
		if r.Turn > 1 {
			result += fmt.Sprintf(" (turn %d)", r.Turn)
		}
		t.Row(r.What, fmt.Sprint(r.Sent), statuses(r.Statuses), r.Longest.Round(time.Millisecond).String(), fmt.Sprint(r.Queries), fmt.Sprint(r.Outstanding),
			fmt.Sprint(r.Others), fmt.Sprint(r.Lost), ms(r.P50), ms(r.P99), ms(r.Calm), ms(r.Max), result)
	}
	return t.String()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

func statuses(m map[int]int) string {
	var codes []int
	for c := range m {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	var s []string
	for _, c := range codes {
		s = append(s, fmt.Sprintf("%d × %d", m[c], c))
	}
	return strings.Join(s, ", ")
}

// Summary is the rows in one line.
func Summary(plan Plan, rows []Row) string {
	held, lost, others, again := 0, 0, 0, 0
	var late, calm, longest time.Duration
	for i, r := range rows {
		if ok, _ := r.Held(); ok {
			held++
		}
		if i%max(plan.Beside, 1) == 0 { // of each group the first: the others are the same for all of it
			lost, others = lost+r.Lost, others+r.Others
			if r.Turn > 1 {
				again++
			}
		}
		longest = max(longest, r.Longest)
		if r.P99 > late {
			late, calm = r.P99, r.Calm
		}
	}
	s := fmt.Sprintf("%d of %d name servers held, %v each, %d beside each other; %d of %d other requests lost, largest p99 %s (%s through a second server without bad names); longest wait for a final answer %v",
		held, len(rows), plan.For, max(plan.Beside, 1), lost, others, ms(late), ms(calm), longest.Round(time.Millisecond))
	if again > 0 {
		s += fmt.Sprintf("; %d groups measured again since the others were late", again)
	}
	return s
}
