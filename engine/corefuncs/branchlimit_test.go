package corefuncs_test

import "testing"

// TestMaxBranchesBoundsAppendBranch: the parameter counts the Request-URI as one.
func TestMaxBranchesBoundsAppendBranch(t *testing.T) {
	for set, want := range map[string]string{"": "11", "max_branches=3": "2", "max_branches=1": "<null>"} {
		const fill = `$var(i) = 0; while ($var(i) < 40) { append_branch("sip:a@192.0.2.9"); $var(i) = $var(i) + 1; }`
		if got := answer(t, set, fill, "$branch(count)", "sip:192.0.2.1"); got != want {
			t.Errorf("%q: %s branches, want %s", set, got, want)
		}
	}
}
