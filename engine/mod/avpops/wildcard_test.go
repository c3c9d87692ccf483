package avpops

import (
	"strings"
	"testing"
)

// TestMatchName: what fnmatch of the C library says.
func TestMatchName(t *testing.T) {
	for _, tc := range []struct {
		text, pattern string
		want          bool
	}{
		{"", "", true}, {"", "*", true}, {"", "?", false}, {"a", "", false},
		{"abc", "a*c", true}, {"abc", "a*b", false}, {"abcbc", "a*bc", true}, {"aab", "*ab", true}, {"abc", "***", true},
		{"a/b", "a*b", true}, {".x", "*", true},
		{"a*b", `a\*b`, true}, {"axb", `a\*b`, false}, {`a\`, `a\`, true},
		{"b", "[a-c]", true}, {"d", "[a-c]", false}, {"d", "[!a-c]", true}, {"d", "[^a-c]", true}, {"]", "[]]", true}, {"-", "[a-]", true},
		{"[a", "[a", true}, {"a", "[a", false}, {"x]", "[!]a]]", true},
	} {
		if got := matchName([]byte(tc.text), []byte(tc.pattern)); got != tc.want {
			t.Errorf("%q %q: %v", tc.text, tc.pattern, got)
		}
	}
}

// TestManyStarsDoNotBlowUp: a pattern costs at most text × pattern.
func TestManyStarsDoNotBlowUp(t *testing.T) {
	if matchName([]byte(strings.Repeat("a", 20000)), []byte(strings.Repeat("a*", 200)+"b")) {
		t.Error("matched")
	}
}
