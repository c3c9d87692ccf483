package sim

import (
	"os"
	"testing"
)

// callEnv names a call whose messages TestOneSeed prints.
const callEnv = "SIPEDGE_SIM_CALL"

// TestOneSeed runs the first seed alone and prints what came of it, with the
// messages of one call: make sim SEED=7 CALL=12.
func TestOneSeed(t *testing.T) {
	if os.Getenv(firstEnv) == "" {
		t.Skip("for make sim SEED=n")
	}
	o := network(t)
	if os.Getenv(callEnv) != "" {
		o.TraceCall = fromEnv(t, callEnv, 0)
		o.Trace = func(line string) { t.Log(line) }
	}
	r, err := Run(uint64(fromEnv(t, firstEnv, 0)), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if len(r.Faults) > 0 {
		t.Fail()
	}
}
