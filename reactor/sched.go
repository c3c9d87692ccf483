package reactor

import (
	"fmt"
	"runtime"
	"sync"
)

// checkSched refuses a real-time class that would starve the process or that the
// system does not permit, before anything is opened.
func checkSched(s Sched, loops int) error {
	fail := func(err error, format string, args ...any) error {
		return &SchedError{Policy: s.Policy, Prio: s.Prio, Reason: fmt.Sprintf(format, args...), Err: err}
	}
	switch s.Policy {
	case SchedOther:
		if s.Prio != 0 {
			return fail(nil, "priority must be 0 in this class")
		}
		return nil
	case SchedRR, SchedFIFO:
	default:
		return fail(nil, "no such class")
	}
	if s.Prio < 1 || s.Prio > 99 {
		return fail(nil, "priority must be 1 to 99")
	}
	if cpus := len(allowedCPUs()); loops >= cpus {
		return fail(nil, "%d loops on %d allowed CPUs leave none to the runtime, at most %d loops can be real-time", loops, cpus, cpus-1)
	}
	// Asked on a thread that ends with its goroutine, since it stays locked.
	errc := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		errc <- setThreadSched(s)
	}()
	if err := <-errc; err != nil {
		return fail(err, "the system refuses")
	}
	return nil
}

var procs struct {
	sync.Mutex
	loops int // running loops of all reactors of the process
}

// roomForRuntime keeps GOMAXPROCS above the number of running loops, so that the
// collector, the pool and the control plane never wait for one. It is not lowered.
func roomForRuntime(delta int) {
	procs.Lock()
	defer procs.Unlock()
	procs.loops += delta
	if want := procs.loops + runtimeRoom; delta > 0 && runtime.GOMAXPROCS(0) < want {
		runtime.GOMAXPROCS(want)
	}
}
