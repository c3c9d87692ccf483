package dns

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// The number of look-ups and resolutions that wait is bounded, and the bound is shared. A
// domain's names may hold a third of what is still free, so that the more wait, the less a
// domain may have: one domain whose servers are silent ends up with a fourth of all; four
// with a seventh each, which leaves room for other names; to fill everything it takes about
// as many silent domains as there are places, and each has one then.

// zoneShare is how much of the free places a domain's names may hold: one in so many.
const zoneShare = 3

// waitingByZone counts what waits for each domain. It is guarded by its owner's lock.
type waitingByZone map[string]int

// enter counts one more for a name's domain, where waiting of bound places are taken; false:
// the domain has its share, or all are taken.
func (w waitingByZone) enter(name string, waiting, bound int) bool {
	z := zoneOf(name)
	free := bound - waiting
	if n := w[z]; free <= 0 || n > 0 && n >= free/zoneShare {
		return false
	}
	w[z]++
	return true
}

func (w waitingByZone) leave(name string) {
	z := zoneOf(name)
	if w[z]--; w[z] <= 0 {
		delete(w, z)
	}
}

// zoneOf is the part of a name that probably one party holds: what it has registered below a
// public suffix (org, co.uk), or the part of a reverse name that stands for a /16 of IPv4 or a
// /24 of IPv6. Where a provider gives out names below its own, all of them are the provider's.
func zoneOf(name string) string {
	name = strings.TrimSuffix(name, ".")
	if strings.HasSuffix(name, ".in-addr.arpa") {
		return lastLabels(name, 4)
	}
	if strings.HasSuffix(name, ".ip6.arpa") {
		return lastLabels(name, 8)
	}
	suffix, registry := publicsuffix.PublicSuffix(name)
	labels := strings.Count(suffix, ".") + 1
	if registry || labels == 1 { // one that no list knows is a top-level domain of somebody
		labels++
	}
	return lastLabels(name, labels)
}

func lastLabels(name string, n int) string {
	at := len(name)
	for ; n > 0; n-- {
		if at = strings.LastIndexByte(name[:at], '.'); at < 0 {
			return name
		}
	}
	return name[at+1:]
}
