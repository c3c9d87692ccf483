package dns

import "strings"

// The number of look-ups and resolutions that wait is bounded, and the bound is shared: the
// names of one domain may hold a part of it alone. Whoever asks for ever new names of a
// domain whose servers are silent fills that part, and other names are looked up as ever.

// zoneShare is the part of what may wait that one domain's names may hold: one in so many.
const zoneShare = 4

// waitingByZone counts what waits for each domain. It is guarded by its owner's lock.
type waitingByZone map[string]int

// enter counts one more for a name's domain; false: the domain has its share of bound.
func (w waitingByZone) enter(name string, bound int) bool {
	z := zoneOf(name)
	if w[z] >= max(bound/zoneShare, 1) {
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

// zoneOf is the part of a name that probably one party holds: its last two labels, or three
// where the second last is so short that registries sell names below it (co.uk), or the
// part of a reverse name that stands for a /16 or /16 of IPv6.
func zoneOf(name string) string {
	name = strings.TrimSuffix(name, ".")
	labels := 2
	if strings.HasSuffix(name, ".in-addr.arpa") {
		labels = 4
	} else if strings.HasSuffix(name, ".ip6.arpa") {
		labels = 6
	}
	at := len(name)
	for n := 0; n < labels; n++ {
		dot := strings.LastIndexByte(name[:at], '.')
		if dot < 0 {
			return name
		}
		if n == 1 && labels == 2 && at-dot-1 <= shortLabel {
			labels = 3
		}
		at = dot
	}
	return name[at+1:]
}

// shortLabel is the length up to which a second-level label is taken for a registry's.
const shortLabel = 3
