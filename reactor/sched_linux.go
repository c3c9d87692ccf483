package reactor

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// allowedCPUs is the CPUs that this process may use, at least one.
func allowedCPUs() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() == 0 {
		return make([]int, runtime.NumCPU())
	}
	cpus := make([]int, 0, set.Count())
	for i := 0; len(cpus) < cap(cpus); i++ {
		if set.IsSet(i) {
			cpus = append(cpus, i)
		}
	}
	return cpus
}

// pinThread binds the calling thread to one CPU.
func pinThread(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	return unix.SchedSetaffinity(0, &set)
}

// setThreadSched puts the calling thread into a scheduling class. Threads that it
// starts do not inherit it.
func setThreadSched(s Sched) error {
	attr := unix.SchedAttr{
		Size:     unix.SizeofSchedAttr,
		Flags:    unix.SCHED_FLAG_RESET_ON_FORK,
		Priority: uint32(s.Prio),
	}
	switch s.Policy {
	case SchedRR:
		attr.Policy = unix.SCHED_RR
	case SchedFIFO:
		attr.Policy = unix.SCHED_FIFO
	default:
		return nil
	}
	return unix.SchedSetAttr(0, &attr, 0)
}

// limitRealTime sets the soft RLIMIT_RTTIME: the kernel sends SIGXCPU to a
// real-time thread that uses its CPU for rtTimeLimit without a sleep. Go code
// does not get there, since the scheduler interrupts it every 10 ms and its
// thread sleeps for a moment; nor does the runtime die of that signal. What ends
// such a thread is a hard limit, which is the operator's to set.
func limitRealTime() error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTTIME, &l); err != nil {
		return err
	}
	l.Cur = min(l.Max, uint64(rtTimeLimit.Microseconds()))
	return unix.Setrlimit(unix.RLIMIT_RTTIME, &l)
}

// breathe sleeps for the shortest time there is.
func breathe() {
	ts := unix.Timespec{Nsec: 1}
	_ = unix.Nanosleep(&ts, nil)
}

// threadCPU is the CPU time that the calling thread has used, ns.
func threadCPU() int64 {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts) != nil {
		return 0
	}
	return ts.Nano()
}
