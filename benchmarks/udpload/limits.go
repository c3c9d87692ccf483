package udpload

import "time"

const (
	// maxMessages, maxRate and maxSockets bound a run; the first also bounds its memory, 16 bytes a message.
	maxMessages = 1_000_000
	maxRate     = 100_000 // messages per second
	maxSockets  = 256
	// sendTick is the time between two bursts; what is due since the last one is sent at once.
	sendTick = time.Millisecond
	// settleTick is the time between two looks whether everything has arrived.
	settleTick = 5 * time.Millisecond
	// quiet is how long nothing may arrive until what is missing counts as lost.
	quiet = time.Second
	// bufferSize is the receive buffer of each socket in bytes.
	bufferSize = 4 << 20
	// maxDatagram is the largest UDP datagram in bytes.
	maxDatagram = 65535
)
