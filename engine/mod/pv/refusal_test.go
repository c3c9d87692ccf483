package pv_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestARefusedValueIsLoggedWithItsVariable: the line names the place, the variable
// and the text that it did not take.
func TestARefusedValueIsLoggedWithItsVariable(t *testing.T) {
	n := modtest.New(t, "route {\n\t$rU = \"a b\";\n}")
	n.Peer("192.0.2.10:5060").Send(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())
	n.WaitLog(":2:2: $rU keeps its value: it does not take this one: a b")
}
