package tm

const (
	// maxTransactions bounds the transactions of one loop.
	maxTransactions = 1 << 22
	// maxBranchesHard bounds the branches of one transaction over all its forks,
	// whatever max_branches says for one set.
	maxBranchesHard = 120
	// maxEvents bounds the events that wait for a transaction's script.
	maxEvents = 64
	// maxWaiting bounds the events that wait on one loop.
	maxWaiting = 1 << 16
	// arenaBytes bounds the messages of one loop's transactions.
	arenaBytes = 8 << 30
	// firstBuckets is the size of a loop's hash table at first; it doubles as it fills.
	firstBuckets = 1 << 10
	// maxCallbacks bounds the callbacks of one loop's transactions.
	maxCallbacks = 1 << 23
	// waitGrain is what the ends of wait states are rounded up to, in milliseconds.
	waitGrain = 100
	// verifiedSlots is the number of sources that a loop remembers to have
	// completed an exchange (a power of two).
	verifiedSlots = 1 << 12
)

// Kamailio's defaults, milliseconds.
const (
	defaultFR         = 30_000
	defaultFRInv      = 120_000
	defaultRetr1      = 500
	defaultRetr2      = 4_000
	defaultWait       = 5_000
	defaultMaxInv     = 180_000
	defaultMaxNonInv  = 32_000
	defaultTryingText = "trying -- your call is important to us"
	cancelingText     = "canceling"
)
