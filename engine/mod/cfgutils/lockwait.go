package cfgutils

import (
	"errors"
	"time"

	"sipedge/engine/core"
	"sipedge/reactor"
)

// host is what the table needs of the server.
type host interface {
	Resume(h core.Handle, result int64, ref any) error
	AfterOn(loop int, d time.Duration, f func(loop int)) error
	Loops() int
}

// post is the result that a suspended script waits for.
type post struct {
	handle core.Handle
	result int64
	key    any // of a wait that ended in vain, for the log
}

// The results of a wait.
const (
	granted  = 1
	inVain   = -1
	noResult = 0
)

// deliver lets a script go on. Where its loop's mailbox is full it is tried again
// by the next sweep; a loop that has ended gives its messages up by itself.
func (t *table) deliver(n post) {
	if n.result == noResult {
		return
	}
	err := t.host.Resume(n.handle, n.result, n.key)
	if err == nil || errors.Is(err, reactor.ErrClosed) || errors.Is(err, reactor.ErrNoLoop) {
		return
	}
	t.mu.Lock()
	t.undone = append(t.undone, n)
	t.mu.Unlock()
	t.arm(n.handle.Loop())
}

// waited runs on the loop of a script that has waited, before it goes on.
func (t *table) waited(p *core.Proc, result int64, key any, _ error) int32 {
	if result == inVain {
		p.Logf(levelErr, "lock: waited for \"%s\" as long as lock_timeout allows; the script goes on without it", key)
	}
	return int32(result)
}

// arm arranges for a sweep, on this loop or any other.
func (t *table) arm(loop int) {
	t.mu.Lock()
	start := !t.armed && (t.nWaiting > 0 || len(t.undone) > 0)
	t.armed = t.armed || start
	t.mu.Unlock()
	if !start {
		return
	}
	for i, n := 0, t.host.Loops(); i < n; i++ {
		if t.host.AfterOn((loop+i)%n, sweepEvery, t.sweep) == nil {
			return
		}
	}
	t.mu.Lock()
	t.armed = false // the next one who waits tries again
	t.mu.Unlock()
}

// sweepOn ends the waits that have lasted too long and delivers what could not be.
func (t *table) sweepOn(loop int) {
	t.mu.Lock()
	t.armed = false
	posts := t.undone
	t.undone = nil
	for _, o := range t.owners {
		if o.wants == nil {
			continue
		}
		if o.turns++; o.most > 0 && o.turns >= o.most {
			posts = append(posts, post{o.handle, inVain, string(o.wants.key)})
			t.leave(o)
		}
	}
	t.mu.Unlock()
	for _, n := range posts {
		t.deliver(n)
	}
	t.arm(loop)
}
