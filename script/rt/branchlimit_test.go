package rt

import "testing"

// max_branches counts the Request-URI as one.
func TestBranchLimitIncludesTheFirst(t *testing.T) {
	for _, tt := range []struct{ limit, want int }{{0, MaxBranches}, {12, 11}, {1, 0}, {32, 31}, {99, MaxBranches}} {
		c := &Ctx{}
		c.Reset(&Program{BranchLimit: tt.limit}, nil)
		n := 0
		for c.AppendBranch(Branch{URI: c.NewString([]byte("sip:a@b.example"))}) {
			n++
		}
		if n != tt.want {
			t.Errorf("max_branches %d: %d branches were added, want %d", tt.limit, n, tt.want)
		}
	}
}
