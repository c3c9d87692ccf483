// Package textops is the module textops: tests and changes of a message as
// text. Tests look at the message as it was received; changes take effect when
// the message is sent.
//
// Each file holds one group of functions with its rows of the descriptor:
// method.go, present.go, edit.go and remove.go (headers), search.go, replace.go and
// subst.go (patterns), body.go, setbody.go and hold.go (the body), text.go
// (comparisons of strings), reply.go (headers of replies made here).
package textops

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// editRoutes are the blocks in which a message can be changed.
const editRoutes = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.BranchRoute | rt.EventRoute

// source names where the functions are described.
const source = "Kamailio module textops"

// Module is the descriptor of textops.
func Module() *registry.Module {
	m := &registry.Module{Name: "textops", Doc: "Tests and changes of a message as text."}
	for _, group := range [][]registry.Function{
		methodFunctions(), presentFunctions(), editFunctions(), searchFunctions(), bodyFunctions(), textFunctions(), replyFunctions(),
		replaceFunctions(), substFunctions(), substringFunctions(), removeFunctions(), setBodyFunctions(), holdFunctions(),
	} {
		m.Functions = append(m.Functions, group...)
	}
	return m
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
