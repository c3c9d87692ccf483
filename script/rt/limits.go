package rt

// Bounds of one message's script.
const (
	// MaxCallDepth is the largest nesting of route() calls that a program may
	// ask for. Kamailio 3.1: 100 (ROUTE_MAX_REC_LEV).
	MaxCallDepth = 100
	// StackSlots is the number of temporaries of all running routes together.
	StackSlots = 256
	// ArenaLimit bounds the bytes of strings built for one message.
	ArenaLimit = 256 << 10
	// LoopBudget is the number of while rounds of one message over all its
	// loops; max_while_loops bounds a single one.
	LoopBudget = 1_000_000
	// MaxAVPs bounds the AVPs of one message.
	MaxAVPs = 1024
	// MaxNested is the largest number of blocks that run inside one another's
	// functions (an onsend_route inside forward()).
	MaxNested = 4
	// LogLine bounds a line that the running script itself logs about an error, in bytes.
	LogLine = 512
	// MaxURI is the longest URI in bytes that a script may set: what fits a message.
	MaxURI = 65535
	// MaxBranches is the number of additional destinations of a request.
	// Cookbook max_branches: 12 by default, which includes the first.
	MaxBranches = 32
	// maxGroups is the number of groups of a regular expression, the match
	// itself included, for which the context has room: \0 to \9.
	maxGroups = 10
)
