package cost

import (
	"testing"
	"time"
)

func TestBestIsEachServersBetterNumberOfWorkers(t *testing.T) {
	figure := func(task string, ours bool, lost int, turns ...time.Duration) Figure {
		return Figure{Task: task, Ours: ours, Lost: lost, PerRound: turns}
	}
	figures := []Figure{
		figure("other", true, 0, 1), figure("other", false, 0, 2),
		figure("calls", true, 0, 70, 60, 65), figure("calls", true, 1, 40),
		figure("calls", false, 0, 100), figure("calls", false, 3, 90),
	}
	if ours, theirs := Best(figures, "calls"); ours != 65 || theirs != 90 {
		t.Errorf("got %v and %v, want 65ns and 90ns: what sipedge lost calls in does not count", ours, theirs)
	}
	if ours, theirs := Best(figures[3:4], "calls"); ours != 0 || theirs != 0 {
		t.Errorf("got %v and %v of nothing that counts", ours, theirs)
	}
}
