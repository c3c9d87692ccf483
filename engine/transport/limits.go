package transport

const (
	// MaxAliases is how many port aliases one connection can have; Kamailio has 12
	// (TCP_CON_MAX_ALIASES).
	MaxAliases = 12
	// shards is the number of parts of the table, each with a lock of its own.
	shards = 64
)
