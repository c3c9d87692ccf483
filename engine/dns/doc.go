// Package dns finds out where a SIP request is to be sent: it asks name servers,
// keeps what they say, and chooses destinations by RFC 3263.
//
// It is made of three parts, each usable by itself:
//
//   - Cache (cache.go, shard.go): what is known about names, in memory of a fixed
//     size. A look-up copies the records into the caller's Answer; it takes one
//     short lock, never waits and allocates nothing, so a loop may do it.
//   - Resolver (resolver.go, lookup.go, exchange.go): asks the name servers of
//     resolv.conf. Its look-ups wait for the network and are run on goroutines
//     whose number is bounded, never on a loop. A name that is asked for many
//     times at once is looked up once, and no domain holds all that may wait (fair.go).
//   - Choose (choose.go): the decision table of RFC 3263, a pure function over a
//     Source. With the cache as its source it runs inline; what the cache does not
//     know is ErrMiss, and Resolver.Resolve then runs the same function with the
//     network as its source.
//
// What the control plane does with the cache is in command.go: the dns.* commands.
//
// The package knows URIs' parts and transports, but neither messages nor loops nor
// scripts. It is the only one that imports the DNS library.
package dns
