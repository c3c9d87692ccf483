package pv

import (
	"strings"
	"testing"
)

// The results are those of Kamailio 5.6.3 (where module nathelper has the variables).
func TestRecordRoutesAreCounted(t *testing.T) {
	for headers, want := range map[string]string{
		"": "0 0",
		"Record-Route: <sip:p1.example.com;lr>,<sip:p2.example.com;lr>\r\nRecord-Route: <sip:u@p3.example.com:5070;lr>\r\n": "3 1",
		"Record-Route: <sip:p1.example.com;r2=on;lr>,<sip:p2.example.com;r2=on;lr>\r\n":                                     "2 2",
		"Record-Route: <sip:p1.example.com;lr;r2=on>\r\nRecord-Route: <sip:p2.example.com;r2=on;lr>\r\n":                    "2 2",
	} {
		b := newBuild()
		c := newCtx(t, b, strings.Replace(optionsMsg, "\r\n", "\r\n"+headers, 1))
		got := show(c, mustVar(t, b, "$rr_count").Get(c)) + " " + show(c, mustVar(t, b, "$rr_top_count").Get(c))
		if got != want {
			t.Errorf("%q: %s, want %s", headers, got, want)
		}
	}
}
