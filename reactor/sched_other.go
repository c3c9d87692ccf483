//go:build unix && !linux

package reactor

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// allowedCPUs: these systems do not tell, so all.
func allowedCPUs() []int { return make([]int, runtime.NumCPU()) }

// pinThread: no portable call; the scheduler's choice stands.
func pinThread(int) error { return nil }

func setThreadSched(s Sched) error {
	if s.Policy == SchedOther {
		return nil
	}
	return unix.ENOTSUP
}

func limitRealTime() error { return nil }

func breathe() {}

// threadCPU is not needed where no poller can host.
func threadCPU() int64 { return 0 }
