package textops

import "sipedge/sipparse"

const (
	// maxHeaders bounds the index of a header.
	maxHeaders = sipparse.MaxHeaders
	// maxGroup is the largest group of a pattern that can be asked for.
	maxGroup = 9
	// levelErr is Kamailio's L_ERR.
	levelErr = -1
)
