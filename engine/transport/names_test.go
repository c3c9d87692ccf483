package transport

import (
	"fmt"
	"testing"
)

func TestNamesAreToldApartWhateverTheirCase(t *testing.T) {
	var n Names
	a, b := n.Of([]byte("SIP.example.org")), n.Of([]byte("b.example.org"))
	if a == 0 || a == b || n.Of([]byte("sip.EXAMPLE.org")) != a {
		t.Fatal(a, b)
	}
	if s, ok := n.Text(a); s != "sip.example.org" || !ok {
		t.Error(s)
	}
	if s, ok := n.Text(0); s != "" || !ok {
		t.Error(s)
	}
	if n.Of(nil) != 0 || n.Of(make([]byte, 300)) != 0 {
		t.Error("no name has a number")
	}
}

// TestAnOldNameMakesRoom: the table is bounded, and a number never stands for
// another name.
func TestAnOldNameMakesRoom(t *testing.T) {
	var n Names
	first := n.Of([]byte("first"))
	for i := range nameSlots {
		n.Of(fmt.Append(nil, "name", i))
	}
	if _, ok := n.Text(first); ok {
		t.Error("the first is still known")
	}
	if again := n.Of([]byte("first")); again == first {
		t.Error("a number is used again")
	}
	if len(n.byKey) != nameSlots || len(n.slots) != nameSlots {
		t.Error(len(n.byKey), len(n.slots))
	}
}

func TestAKnownNameAllocatesNothing(t *testing.T) {
	var n Names
	host := []byte("sip.example.org")
	n.Of(host)
	if a := testing.AllocsPerRun(100, func() { n.Of(host) }); a != 0 {
		t.Errorf("%v allocations", a)
	}
}
