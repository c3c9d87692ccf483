package params

import "time"

// Bounds of parameters' values and of the work done at start.
const (
	// resolveTimeout bounds the lookups of all host names of listen lines together: long
	// enough for a second name server where the first is dead (5 s). Kamailio waits for
	// the system's resolver, name after name.
	resolveTimeout = 10 * time.Second
	// autoAliasTimeout bounds all reverse lookups of auto_aliases together.
	autoAliasTimeout = time.Second
	// MaxSockets bounds the addresses that all listen lines expand to. Ours.
	MaxSockets = 1024
	// maxPort is the largest port number (RFC 768: 16 bits).
	maxPort = 65535
	// maxInt is MAXINT of the C code that the cookbook's defaults speak of.
	maxInt = 1<<31 - 1
	// maxLoops bounds children; the reactor runs at most one loop per CPU anyway.
	maxLoops = 4096
	// maxSeconds bounds times given in seconds: a year.
	maxSeconds = 366 * 24 * 3600
)

// Defaults of parameters; Kamailio's beside ours where they differ.
const (
	defaultPort        = 5060    // SIP, RFC 3261 §19.1.2
	defaultChildren    = 8       // cookbook; here an upper bound of the loops
	defaultMaxBuffer   = 262144  // bytes, cookbook
	defaultExitTimeout = 60      // s, cookbook
	defaultMaxWhile    = 100     // rounds, cookbook
	defaultRecursive   = 256     // nested calls of Kamailio 5.6's max_recursive_level
	defaultBranches    = 12      // Kamailio 3.1 and 5.6
	defaultSuspendMax  = 10000   // scripts waiting per loop, ours
	defaultLogLines    = 100     // lines a second per class and source, ours
	defaultLogBytes    = 1 << 20 // bytes a second in all, ours
	defaultIdleTCP     = 120     // s, cookbook tcp_connection_lifetime
	defaultFirstTCP    = 60      // s; ours
	defaultMessageTCP  = 20      // s; ours
	defaultWaitTCP     = 5000    // ms, Kamailio 5.6
	defaultShareTCP    = 25      // percent; ours
	defaultHandshake   = 20      // s; ours, 3.1 had 120
)
