package core

import (
	"time"

	"sipedge/engine/dns"
)

// Bounds of the server's own.
const (
	// maxDatagram is the largest UDP payload over IPv4: 65535 less the headers.
	maxDatagram = 65507
	// maxHostName is the longest host name (RFC 1035 §2.3.4: 255 octets).
	maxHostName = 255
	// maxOthers is how many targets of a destination are tried after the first:
	// dns.MaxSRVTargets in all.
	maxOthers = dns.MaxSRVTargets - 1
	// maxNamesPerMessage is how many names one message may wait for.
	maxNamesPerMessage = 32
	// maxFreeProcs bounds the contexts that a loop keeps for later messages.
	maxFreeProcs = 64
	// keptArena is how much memory for strings such a context keeps, in bytes:
	// what all but the longest scripts need.
	keptArena = 64 << 10
	// parkedBytes bounds the messages of suspended scripts, per loop.
	parkedBytes = 256 << 20
	// fragmentBytes bounds the parts of messages that WebSocket connections have begun,
	// per loop.
	fragmentBytes = 64 << 20
	// fragmentShare is what one address gets of them.
	fragmentShare = fragmentBytes / 8
	// poolWorkers and poolQueue size the pool for blocking work of a server.
	poolWorkers = 64
	poolQueue   = 4096

	// gateLimit is how long traffic waits at most for the event routes of the start.
	gateLimit = 30 * time.Second
	// gateRetry is the pause before a full mailbox is tried again.
	gateRetry = 10 * time.Millisecond
	// maxHeld and maxHeldBytes bound the messages that wait on one loop.
	maxHeld      = 8192
	maxHeldBytes = 16 << 20
)
