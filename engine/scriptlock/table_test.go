package scriptlock

import (
	"errors"
	"testing"
	"time"

	"sipedge/engine/core"
)

// fullHost is a server whose loops' mailboxes are full for a while.
type fullHost struct {
	refuse   int
	resumed  []core.Handle
	results  []int64
	sweeps   []func(loop int)
	timerErr int // AfterOn fails this many times
}

func (h *fullHost) Resume(to core.Handle, result int64, _ any) error {
	if h.refuse > 0 {
		h.refuse--
		return errors.New("full")
	}
	h.resumed, h.results = append(h.resumed, to), append(h.results, result)
	return nil
}

func (h *fullHost) AfterOn(_ int, _ time.Duration, f func(loop int)) error {
	if h.timerErr > 0 {
		h.timerErr--
		return errors.New("full")
	}
	h.sweeps = append(h.sweeps, f)
	return nil
}

func (h *fullHost) Loops() int { return 2 }

// TestAResultIsDeliveredOnceThereIsRoom: a lock that was passed on to a script
// whose loop's mailbox is full reaches it later, with the timers full as well.
func TestAResultIsDeliveredOnceThereIsRoom(t *testing.T) {
	h := &fullHost{refuse: 2, timerErr: 1}
	tab := New(h)
	tab.deliver(post{handle: 7, result: granted})
	for i := 0; len(h.resumed) == 0; i++ {
		if len(h.sweeps) != 1 || i > 2 {
			t.Fatalf("%d sweeps are planned after %d", len(h.sweeps), i)
		}
		f := h.sweeps[0]
		h.sweeps = nil
		f(0)
	}
	if h.resumed[0] != 7 || h.results[0] != granted || len(h.sweeps) != 0 || tab.armed {
		t.Errorf("resumed %v with %v, %d sweeps planned", h.resumed, h.results, len(h.sweeps))
	}
}
