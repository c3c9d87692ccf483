package diag

import (
	"cmp"
	"strings"
)

// Suggest is the candidate that name was probably meant to be, "" if none is
// near: at most one change in four letters, where a change is a letter too many,
// too few, another one, or two neighbours exchanged. Case does not count. Of
// several that are as near, the one that begins most alike is taken.
func Suggest(name string, candidates []string) string {
	low := strings.ToLower(name)
	best, found := len(name)/4+1, ""
	if len(name) < 2 || len(name) > maxSuggest {
		return ""
	}
	for _, c := range candidates {
		if c == name || len(c) > maxSuggest || len(c) < 2 {
			continue
		}
		if d := len(c) - len(name); d > best || -d > best {
			continue
		}
		d := distance(low, strings.ToLower(c))
		if d < best || d == best && (found == "" || likelier(name, c, found)) {
			best, found = d, c
		}
	}
	return found
}

const maxSuggest = 64

// likelier tells whether name stands for a rather than for b where both are as near:
// what begins like it, then the longer one, since letters get lost more often than
// they are added. Then the order of the candidates does not matter.
func likelier(name, a, b string) bool {
	return cmp.Or(cmp.Compare(sameHead(name, a), sameHead(name, b)), cmp.Compare(len(a), len(b)), cmp.Compare(b, a)) > 0
}

// sameHead is the number of bytes with which both begin.
func sameHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts the changes between a and b (optimal string alignment).
func distance(a, b string) int {
	var rows [3][maxSuggest + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	prev2, prev, cur := &rows[2], &rows[0], &rows[1]
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			n := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				n = min(n, prev2[j-2]+1)
			}
			cur[j] = n
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
