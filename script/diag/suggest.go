package diag

import "strings"

// Suggest is the candidate that name was probably meant to be, "" if none is
// near: at most one change in four letters, where a change is a letter too many,
// too few, another one, or two neighbours exchanged. Case does not count. Of
// several that are as near, the one that begins and ends most alike is taken, of
// those the first of the alphabet.
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
		if d < best || d == best && (found == "" || more(name, c, found)) {
			best, found = d, c
		}
	}
	return found
}

const maxSuggest = 64

// more reports whether a is more like name than b, where both are as near.
func more(name, a, b string) bool {
	if d := sameEnds(name, a) - sameEnds(name, b); d != 0 {
		return d > 0
	}
	return a < b
}

// sameEnds is the number of bytes with which both begin and end.
func sameEnds(a, b string) int {
	n := sameHead(a, b)
	for i, j := len(a), len(b); i > 0 && j > 0 && a[i-1] == b[j-1]; i, j = i-1, j-1 {
		n++
	}
	return n
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
