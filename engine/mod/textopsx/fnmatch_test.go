package textopsx

import (
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		p, s string
		fold bool
		want bool
	}{
		{"", "", false, true}, {"", "a", false, false}, {"*", "", false, true}, {"**", "abc", false, true},
		{"a*c*e", "abcde", false, true}, {"a*c*e", "abcdef", false, false}, {"*abc", "ababc", false, true},
		{"a?c", "abc", false, true}, {"a?c", "ac", false, false}, {"[abc]", "b", false, true}, {"[!abc]", "b", false, false},
		{"[^abc]", "d", false, true}, {"[a-c]x", "bx", false, true}, {"[]a]", "]", false, true}, {"[a-]", "-", false, true},
		{"[abc", "[abc", false, true}, {"\\*", "*", false, true}, {"\\*", "a", false, false}, {"a\\", "a\\", false, true},
		{"A[B-D]*", "abxy", true, true}, {"[a-c]", "B", true, true}, {"A", "a", false, false}, {"[\\]]", "]", false, true},
	} {
		if got := glob([]byte(tc.p), []byte(tc.s), tc.fold); got != tc.want {
			t.Errorf("%q against %q: %v", tc.s, tc.p, got)
		}
	}
	if glob([]byte(strings.Repeat("*a", 200)), []byte(strings.Repeat("a", 20000)+"b"), false) {
		t.Error("matched what does not match")
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b?", "axxb1")
	f.Add("[a-c]*[", "b[")
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 8 || len(s) > 40 {
			return
		}
		got := glob([]byte(p), []byte(s), false)
		if strings.ContainsAny(p, "[\\") {
			return
		}
		if want := slow(p, s); got != want {
			t.Errorf("%q against %q: %v", s, p, got)
		}
	})
}

// slow matches by trying everything.
func slow(p, s string) bool {
	if p == "" {
		return s == ""
	}
	if p[0] == '*' {
		for i := 0; i <= len(s); i++ {
			if slow(p[1:], s[i:]) {
				return true
			}
		}
		return false
	}
	return s != "" && (p[0] == '?' || p[0] == s[0]) && slow(p[1:], s[1:])
}
