package maxfwd

const (
	// defaultMaxLimit is max_limit where the script says nothing, as in Kamailio.
	defaultMaxLimit = 70
	// maxMaxLimit is the largest max_limit (Kamailio's bound; RFC 3261 §20.22
	// allows 0 to 255 in the header).
	maxMaxLimit = 256
)
