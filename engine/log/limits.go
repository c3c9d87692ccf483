package log

import "time"

// Bounds and defaults. The limits on output are those that Options names.
const (
	// DefaultLines is the lines a second of one class about one source. Ours;
	// Kamailio has no limit.
	DefaultLines = 100
	// DefaultBytes is the bytes a second of all lines together. Ours.
	DefaultBytes = 1 << 20
	// MaxLine is the longest text of a line, bytes; the rest is cut off and its
	// length noted. Ours; Kamailio's xlog cuts at buf_size, 4096.
	MaxLine = 16 << 10

	// loopRing and sharedRing are the rings' sizes, bytes, powers of two.
	loopRing   = 256 << 10
	sharedRing = 256 << 10
	// reserve is the part of a ring that only lines of ClassAccount may fill, bytes.
	reserve = 64 << 10
	// sources is the number of peers, times classes, whose lines are counted one
	// by one; beyond it peers of a class share one count. A power of two.
	sources = 4096
	// usualLine is the room in bytes without which nobody need format a line.
	usualLine = 512
	// fullSources is the number of peers that are remembered as having said enough
	// for now. A power of two.
	fullSources = 256
	// probes is how many places of that table one peer may lie in.
	probes = 8
	// window is the time that the limits count over, and how often what they held
	// back is summed up.
	window = time.Second
	// closeTimeout bounds how long Close waits for a sink that does not take lines.
	closeTimeout = 2 * time.Second
	// batchLines is how many lines are taken from one ring before the next one's
	// turn.
	batchLines = 256
)
