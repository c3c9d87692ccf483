package scripts

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// What reading a script may cost: a floor, for what is there once (tables,
// bounds on includes and defines), and so much more for each byte that is read.
const (
	floorBytes   = 32 << 20
	bytesPerByte = 8 << 10
	floorTime    = 500 * time.Millisecond
	timePerByte  = 50 * time.Microsecond
)

// cost is what one reading took.
type cost struct {
	bytes uint64        // allocated in all, garbage included
	time  time.Duration // of the processor
}

// threadTime is the processor time of the calling thread where the system tells
// it, else the time of day.
func threadTime() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if runtime.GOOS != "linux" || syscall.Getrusage(thisThread, &u) != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs f on a thread of its own.
func measure(f func()) cost {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := threadTime()
	f()
	spent := threadTime() - start
	runtime.ReadMemStats(&after)
	return cost{after.TotalAlloc - before.TotalAlloc, spent}
}

// bounded runs f, which reads the number of bytes that it returns, and asserts
// what it may cost.
func bounded(t *testing.T, f func() (read int)) cost {
	t.Helper()
	n := 0
	c := measure(func() { n = f() })
	if most := uint64(floorBytes + bytesPerByte*n); c.bytes > most {
		t.Fatalf("%d bytes of script made it allocate %d bytes; at most %d are allowed", n, c.bytes, most)
	}
	if most := floorTime + time.Duration(n)*timePerByte; c.time > most {
		t.Fatalf("%d bytes of script took %v; at most %v are allowed", n, c.time, most)
	}
	return c
}
