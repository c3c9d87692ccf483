package uac_redirect

const (
	levelErr = -1
	// maxContacts bounds the Contacts that are looked at in one reply.
	maxContacts = 64
	// maxFilters bounds the filters that a script's set_…_filter() have, of each kind.
	maxFilters = 60
)
