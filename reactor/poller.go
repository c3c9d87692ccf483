package reactor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// poller tells which descriptors are ready. It is used by its loop alone; waking
// it is what the loop's wake descriptor is for.
type poller interface {
	// add watches a descriptor. tag comes back with its events.
	add(fd int, tag int32, w interest) error
	// set changes what is watched for. Errors and hang-ups are reported in any case
	// where the system does so.
	set(fd int, tag int32, w interest) error
	remove(fd int) error
	// wait fills events and returns how many are ready: at once with a timeout of
	// 0, after the timeout at the latest, without bound when it is negative. An
	// interrupted wait is an empty one.
	wait(timeout time.Duration, events []event) (int, error)
	close() error
}

// interest is what a descriptor is watched for.
type interest uint8

const (
	wantRead  interest = 1 << iota
	wantWrite          // room to write
	// shared is a listening socket that all loops watch: one of them should be
	// woken, and again as long as something waits, whatever the back end's mode. It
	// cannot be changed, only removed.
	shared
)

// event is one ready descriptor.
type event struct {
	tag         int32
	read, write bool
	fault       bool // there may be an error to be read
}

// Pollers are the names of the back ends that this system has, the best first.
func Pollers() []string {
	names := make([]string, 0, len(pollers))
	for _, p := range pollers {
		names = append(names, p.name)
	}
	return names
}

// pollerKind is a row of the system's table of back ends.
type pollerKind struct {
	name string
	open func() (poller, error)
	// edge is set when a descriptor is reported once until it has been drained.
	edge bool
}

func findPoller(name string) (pollerKind, error) {
	if name == "" {
		return pollers[0], nil
	}
	if i := slices.IndexFunc(pollers, func(p pollerKind) bool { return p.name == name }); i >= 0 {
		return pollers[i], nil
	}
	return pollerKind{}, fmt.Errorf("reactor: no poll method %q on this system (there are %s)", name, strings.Join(Pollers(), ", "))
}

// milliseconds rounds a timeout up, so that a wait never ends before its timer.
func milliseconds(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return int(min((d+time.Millisecond-1)/time.Millisecond, 1<<30))
}
