package compile

// Bounds of the compiler and of what it makes.
const (
	// maxParts is the number of operands of a concatenation, or variables of a
	// format, that are evaluated before their texts are put together; longer
	// ones are built in steps.
	maxParts = 12
	// fewParts is the number up to which less room is cleared for them.
	fewParts = 4
	// maxHashless is the number of cases up to which a switch compares one
	// after the other.
	maxHashless = 6
	// regexCacheSize is the number of patterns computed at run time that are
	// kept compiled. Kamailio has no such cache and compiles at every use.
	regexCacheSize = 1024
	// maxDynamicPattern is the longest pattern computed at run time, in bytes.
	maxDynamicPattern = 4096
	// resolveSeconds bounds the look-up of a host name that is compared with an
	// address, when a script is loaded.
	resolveSeconds = 2
)
