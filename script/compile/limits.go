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
	// regexCacheMemory is about the bytes that they hold together.
	regexCacheMemory = 16 << 20
	// maxSteps is the number of names and indexes of a select.
	maxSteps = 32
	// maxNesting is how deep variables stand in one another, as arguments of
	// transformations and as indexes.
	maxNesting = 16
	// maxTransformations is the number of transformations of one variable.
	maxTransformations = 64
	// maxFormatErrors is the number of mistakes of one text that are reported.
	maxFormatErrors = 20
	// resolveSeconds bounds the look-up of a host name that is compared with an
	// address, when a script is loaded.
	resolveSeconds = 2
)
