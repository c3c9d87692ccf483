package cost

import "time"

// Best is what sipedge and the other server need for a task with the number of workers that suits each better. Turns in which sipedge lost
// something do not count, those of the other do: what it loses it need not work for. 0 stands for no figure.
func Best(figures []Figure, task string) (ours, theirs time.Duration) {
	for _, f := range figures {
		best := &theirs
		if f.Ours {
			best = &ours
		}
		if m := f.Median(); f.Task == task && m > 0 && (!f.Ours || f.Lost == 0) && (*best == 0 || m < *best) {
			*best = m
		}
	}
	return ours, theirs
}
