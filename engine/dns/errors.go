package dns

import "errors"

// Errors of look-ups and resolutions. They are values, so that a failure on the
// message path allocates nothing. decisions: NoAnswer tells those that end a
// request with 500 from those that end it with 478.
var (
	// ErrMiss: the cache does not know; the name has to be looked up.
	ErrMiss = errors.New("not in the DNS cache")
	// ErrNoName: there is no such name (NXDOMAIN).
	ErrNoName = errors.New("the name does not exist")
	// ErrNoRecord: the name exists and has no record of the type, or none that can be used.
	ErrNoRecord = errors.New("the name has no usable record")
	// ErrAliases: the name is an alias of itself, or of too many others.
	ErrAliases = errors.New("the name's CNAME records form a loop or too long a chain")
	// ErrServers: every name server answered that it cannot or will not say (SERVFAIL, REFUSED …).
	ErrServers = errors.New("the name servers refused to answer or failed")
	// ErrNoAnswer: no name server answered in time.
	ErrNoAnswer = errors.New("no name server answered in time")
	// ErrBusy: as many look-ups wait as may.
	ErrBusy = errors.New("too many DNS look-ups wait for an answer")
	// ErrName: what was given is no host name.
	ErrName = errors.New("not a host name")
	// ErrTransport: the transport does not go with the URI's scheme.
	ErrTransport = errors.New("the transport does not go with a sips URI")
	// ErrFamily: the address is of a family that is not used (dns_try_ipv6,
	// dns_cache_flags, listen addresses).
	ErrFamily = errors.New("the address is of a family that is not used (see dns_try_ipv6)")
	// ErrClosed: the resolver has been closed.
	ErrClosed = errors.New("the resolver is closed")
	// ErrFull: the cache's memory is used up (dns_cache_mem).
	ErrFull = errors.New("the DNS cache is full (dns_cache_mem)")
)

// NoAnswer reports whether an error of a look-up means that nobody answered in
// time, so that another attempt may go better: a request ends with 500 then, and
// with 478 after every other error.
func NoAnswer(err error) bool {
	return errors.Is(err, ErrNoAnswer) || errors.Is(err, ErrBusy) || errors.Is(err, ErrClosed)
}
