package pool

import "time"

// Bounds and defaults.
const (
	// DefaultWorkers is the number of goroutines of a Pool whose Config says 0.
	DefaultWorkers = 64
	// DefaultQueue is the number of jobs that wait for a goroutine.
	DefaultQueue = 4096
	// DefaultDeadline is the time that a job without a deadline of its own has,
	// from Submit on.
	DefaultDeadline = 10 * time.Second

	// retryFirst and retryMost are the pauses between attempts to deliver an
	// outcome to a mailbox that is full.
	retryFirst = 100 * time.Microsecond
	retryMost  = 20 * time.Millisecond

	// slabBytes is the size of the blocks that an Arena cuts into pieces.
	slabBytes = 1 << 18
	// slabCells is the number of entries that a Slab makes at a time.
	slabCells = 256
	// minPiece and maxPiece are the smallest and largest pieces of an Arena, bytes;
	// a message has at most 65535.
	minPiece = 256
	maxPiece = 1 << 16
	// DefaultArenaLimit bounds an Arena whose Config says 0, bytes.
	DefaultArenaLimit = 256 << 20
)
