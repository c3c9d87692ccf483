package sippload

import "time"

const (
	// lateCalls is how long a run may go on after its last call was due: 64*T1 of RFC 3261 §17 twice, for the transaction
	// that opens a call and the one that ends it, after which SIPp itself has given up.
	lateCalls = 64 * time.Second
	// bindLimit is how long a SIPp process may take until it has its port.
	bindLimit = 10 * time.Second
	// bindPoll is the time between two looks whether it has.
	bindPoll = 10 * time.Millisecond
	// stopLimit is how long an answering SIPp process may take for its last calls after it was asked to end.
	stopLimit = 4 * time.Second
	// dropPoll is the time between two readings of the sockets' drop counts; they are gone with the process.
	dropPoll = 200 * time.Millisecond
	// bufferSize is the receive and send buffer of each SIPp socket in bytes. SIPp's 64 KiB hold some 50 messages, too few
	// for a process that shares its core with a dozen others; the calls lost there would say nothing about a server.
	bufferSize = 1 << 20
	// maxCalls and maxProcesses bound a run: the traces are kept in memory, about 2 KB a call.
	maxCalls     = 200_000
	maxProcesses = 64
	// maxSockets is how many sockets SIPp may have open at a time; more than its limit on descriptors is refused by it.
	maxSockets = 5000
	// errorTail is how many bytes of SIPp's own error output an error message carries.
	errorTail = 1000
)
