package servers

import "time"

const (
	// startLimit is how long a server may take from its start to its first answer. Both servers answer within a second on an
	// idle machine; the rest is room for a busy one.
	startLimit = 20 * time.Second
	// sharedMemory is Kamailio's memory for what its workers share, in MB: it holds each transaction for seconds.
	sharedMemory = "2048"
	// probeInterval is the time between two OPTIONS that ask whether a server is up.
	probeInterval = 50 * time.Millisecond
	// stopLimit is how long a server may take to end after SIGTERM before it is killed.
	stopLimit = 5 * time.Second
	// stopRepeat is the time between two SIGTERM to a server that is still there.
	stopRepeat = 300 * time.Millisecond
	// countersLimit is how long a server may take to log its counters after SIGUSR1.
	countersLimit = 5 * time.Second
	// logPoll is the time between two looks at a server's log.
	logPoll = 20 * time.Millisecond
	// logTail is how many bytes of a server's log an error message carries.
	logTail = 2000
)
