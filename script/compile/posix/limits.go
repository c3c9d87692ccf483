package posix

// limits bound what a pattern may cost. Kamailio's regcomp has none.
type limits struct {
	pattern int // bytes of the pattern's text
	size    int // its parts with repetitions written out (sizeOf)
	work    int // steps for building the automaton, each a few nanoseconds
	steps   int // bytes of text × size where there is no automaton; 0: no bound
	idle    int // machines kept for FindInto
	room    int // offsets that such a machine holds
}

// loaded are the limits of patterns that stand in a script, computed (of Cache)
// those of patterns that are computed at run time, perhaps out of what a peer
// has sent: compiling one takes a few milliseconds at most, and using it too.
var (
	loaded   = limits{pattern: 16 << 10, size: 20_000, work: 4_000_000, idle: idleMachines, room: 256 << 10}
	computed = limits{pattern: 4 << 10, size: 1000, work: 100_000, steps: 2_000_000, idle: 2, room: 8 << 10}
)

// Bounds of an automaton; a pattern beyond them is matched by Go's regexp.
const (
	maxStates = 400 // times the classes of bytes, 129 at most, below 2^16
	maxInsts  = 600
	// maxPrefix is the length up to which the text that every match begins with
	// is compared before the automaton runs.
	maxPrefix = 16
)

// maxProg is the number of instructions up to which FindInto runs its own
// machine; larger patterns go through Go's regexp, which allocates its result.
const maxProg = 4096

// idleMachines is the number of machines that a pattern of a script keeps: as
// many threads can use it at the same time without allocating.
const idleMachines = 8
