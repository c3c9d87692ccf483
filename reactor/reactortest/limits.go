package reactortest

import "time"

// Numbers of the simulation; all are ours.
const (
	// leapOneIn is how seldom the clock goes on although a loop has something to
	// do: one choice in so many. Loops are late that often.
	leapOneIn = 8
	// leapMost is how far the clock goes on then at most.
	leapMost = 2 * time.Millisecond
	// holdBack is how long a reordered datagram is held back at most, beside twice
	// MaxDelay.
	holdBack = 2 * time.Millisecond
	// doneRetry is after how long a job's outcome that found a full mailbox is
	// delivered again. Package pool begins with as much.
	doneRetry = time.Millisecond
	// streamWindow is Options.Window where it is 0, bytes; maxConns is
	// Streams.MaxConns.
	streamWindow = 64 << 10
	maxConns     = 4096
	// poisonByte overwrites what a handler may no longer look at, as the tag
	// debugpool does in package reactor.
	poisonByte = 0xDB
	// wallEpoch is Loop.Wall at the start: 2026-01-01 00:00 UTC, in seconds.
	wallEpoch = 1767225600
)
