package configs

import "testing"

func TestModParamStandsAheadOfTheRoutes(t *testing.T) {
	got := Script("loadmodule \"tm\"\nrequest_route {\n}\n").ModParam("tm", "fr_timer", "5000")
	if want := Script("loadmodule \"tm\"\nmodparam(\"tm\", \"fr_timer\", 5000)\n\nrequest_route {\n}\n"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
