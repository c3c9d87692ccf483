package tm

const (
	// maxBranchesHard bounds the branches of one transaction over all its forks,
	// whatever max_branches says for one set.
	maxBranchesHard = 120
	// maxEvents bounds the replies that wait for a transaction's script.
	maxEvents = 64
	// firstBuckets is the size of a loop's hash table at first; it doubles as it fills.
	firstBuckets = 1 << 10
	// waitGrain is what the ends of wait states are rounded up to, in milliseconds.
	waitGrain = 100
	// verifiedSlots is the number of sources that a loop remembers to have
	// completed an exchange (a power of two).
	verifiedSlots = 1 << 12
)

// bounds are what one loop's transactions may take.
type bounds struct {
	transactions, branches int
	events                 int // that wait for scripts
	callbacks              int // of other modules
	arena                  int // bytes of messages
}

var usualBounds = bounds{
	transactions: 1 << 22, branches: 1 << 23, events: 1 << 16, callbacks: 1 << 23, arena: 8 << 30,
}

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
