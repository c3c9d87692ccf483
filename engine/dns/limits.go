package dns

import "time"

// Bounds of the resolver. Where Kamailio has the same thing, its value stands
// beside ours.
const (
	// MaxSRVTargets is how many targets of SRV records are looked up and tried for
	// one destination. Kamailio tries all of them.
	MaxSRVTargets = 8
	// MaxTargets is how many addresses a destination has at most.
	MaxTargets = 16
	// MaxRecords is how many records of one name and type are kept; what an answer
	// has beyond is ignored.
	MaxRecords = 64
	// MaxAnswer is the largest size in bytes of the records of one name and type.
	MaxAnswer = 8 << 10
	// MaxName is the longest name in bytes, without the dot at its end (RFC 1035
	// §2.3.4).
	MaxName = 253
	// maxLabel is the longest part of a name (RFC 1035 §2.3.4).
	maxLabel = 63
	// maxAliases is how many CNAME records are followed for one name. Kamailio: 10.
	maxAliases = 10
	// maxPerName is how many queries for one name are outstanding at a time.
	maxPerName = 2
	// maxServers and maxSearch bound what is taken from resolv.conf. The C library: 3 and 6.
	maxServers = 8
	maxSearch  = 6

	// ednsSize is the size of UDP answers that we can take: what passes every
	// link without fragments (DNS flag day 2020).
	ednsSize = 1232
)

// Defaults of Settings that are ours.
const (
	// DefaultDeadline bounds the whole resolution of a destination, so that a
	// request gets its final answer within 10 s.
	DefaultDeadline = 8 * time.Second
	// DefaultFailureTTL is how long "no server answered" is remembered, so that a
	// dead zone costs one look-up in that time.
	DefaultFailureTTL = 5 * time.Second
	// DefaultStaleMax is how long after its end an answer may still be used while
	// the servers do not give a new one. RFC 8767 §5 says days; names of trunks move.
	DefaultStaleMax = time.Hour
	// DefaultStaleWait is how long a look-up waits for a new answer before the
	// last good one is used. RFC 8767 §5: 1.8 s.
	DefaultStaleWait = 500 * time.Millisecond
	// DefaultLookups is how many look-ups may wait for name servers at a time.
	DefaultLookups = 1024
	// DefaultResolutions is how many destinations may be waited for at a time.
	DefaultResolutions = 1024
	// maxWaiters is how many may wait for one destination: a fifth of what scripts may wait
	// on a loop (suspend_max), so that one dead name leaves room for everything else.
	maxWaiters = 2048

	// systemRetryTime and systemRetries are what the C library does when
	// resolv.conf does not say: 5 s, two attempts.
	systemRetryTime = 5 * time.Second

	// hurryAfter is how long a look-up may take before those that will probably be
	// needed next are started beside it.
	hurryAfter = 300 * time.Millisecond
	// graceAfterFound is how long the remaining targets of a destination are waited
	// for once one has an address.
	graceAfterFound = time.Second
	// sickTime is how long a server that did not answer is asked last.
	sickTime = 30 * time.Second
	// rereadEvery is how often resolv.conf is looked at for changes.
	rereadEvery = 2 * time.Second
	// clockTick is the resolution of the cache's clock.
	clockTick = 50 * time.Millisecond
	// retryStale is how long after a failed refresh the next one is tried.
	retryStale = 5 * time.Second
	// refreshQueue is how many refreshes may wait; refreshWorkers how many run.
	refreshQueue   = 256
	refreshWorkers = 8
)
