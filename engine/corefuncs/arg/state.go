package arg

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// State is a value that a module keeps for the message that is processed: from
// one of its functions to another, and across suspension. It begins undefined
// for each message. It lies among the message's AVPs, under a name that no
// script can write.
type State struct{ name rt.AVPName }

// NewState is the state of that name of a module, for the program being built.
func NewState(b registry.Build, module, name string) State {
	return State{b.AVP("\x00" + module + "." + name)}
}

// Get is the value; undefined where none was set.
func (s State) Get(c *rt.Ctx) value.Value { return c.AVP(s.name, 0) }

// Set replaces the value.
func (s State) Set(c *rt.Ctx, v value.Value) {
	c.DeleteAVPs(s.name, true)
	c.AddAVP(s.name, v)
}

// Clear makes the value undefined.
func (s State) Clear(c *rt.Ctx) { c.DeleteAVPs(s.name, true) }
