package sipparse

import "testing"

func TestSeparatorMindsQuotesAndBrackets(t *testing.T) {
	for _, tc := range []struct {
		in   string
		from int
		sep  byte
		want int
	}{
		{`a,b`, 0, ',', 1},
		{`a,b`, 2, ',', 3},
		{`"a,\",b" <sip:x,y>,c`, 0, ',', 18},
		{`<sip:a;lr>;tag=1`, 0, ';', 10},
		{`"open, "`, 0, ',', 8},
		{`"open,`, 0, ',', 6},
		{`"\`, 0, ',', 2},
		{``, 0, ',', 0},
	} {
		if got := Separator([]byte(tc.in), tc.from, tc.sep); got != tc.want {
			t.Errorf("%q from %d: got %d, want %d", tc.in, tc.from, got, tc.want)
		}
	}
}
