package sl

const (
	// minCode and maxCode bound a status code (RFC 3261 §7.2).
	minCode = 100
	maxCode = 699
	// defaultCode and defaultReason are Kamailio's.
	defaultCode   = 500
	defaultReason = "Internal Server Error"
)
