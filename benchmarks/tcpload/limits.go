package tcpload

import "time"

const (
	// maxCalls and maxRate bound a run; the first also bounds its memory, some 32 bytes a call.
	maxCalls = 1_000_000
	maxRate  = 100_000 // per second
	// maxPeers bounds the connections of one group: the descriptors of a process here are 20,000.
	maxPeers = 12_000
	// sendTick is the time between two bursts; what is due since the last one is sent at once.
	sendTick = time.Millisecond
	// settleTick is the time between two looks whether everything has arrived.
	settleTick = 5 * time.Millisecond
	// quiet is how long nothing may arrive until what is missing counts as lost.
	quiet = 2 * time.Second
	// bufferSize is what one read takes, bytes.
	bufferSize = 64 << 10
	// maxMessage is the longest message that is understood, bytes.
	maxMessage = 64 << 10
	// dialers is how many connections are opened at the same time.
	dialers = 8
	// dialLimit is how long the opening of one connection may take.
	dialLimit = 10 * time.Second
	// answerLimit is how long an answer may take until it counts as lost.
	answerLimit = 3 * time.Second
	// peersPerAddress is how many connections of a group come from one address.
	peersPerAddress = 250
	// longName is how long the display name is in a question whose answer is not read, bytes.
	longName = 2000
	// dripTick is the time between two bytes of a connection that drips.
	dripTick = time.Second
	// dripSlices is how many parts of a group drip one after another within that time.
	dripSlices = 50
)
