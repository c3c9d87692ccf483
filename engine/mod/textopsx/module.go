// Package textopsx is the module textopsx: changes of a message beyond those of
// textops, and msg_apply_changes(), after which a script reads the message as it
// has changed it.
//
// Each file holds one group of functions with its rows of the descriptor: apply.go,
// status.go (status lines), body.go, keep.go, fnmatch.go, hfvalue.go (values of
// headers that are lists; list.go finds them), iterator.go (headers and lines of the body one by one),
// lines.go (lines of the body one by one).
package textopsx

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// editRoutes are the blocks in which a message can be changed.
const editRoutes = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.BranchRoute

// replyRoutes are the blocks in which a reply is processed.
const replyRoutes = rt.ReplyRoute | rt.TMReplyRoute

// source names where the functions are described.
const source = "Kamailio module textopsx"

// levelErr is Kamailio's L_ERR.
const levelErr = -1

// Module is the descriptor of textopsx.
func Module() *registry.Module {
	m := &registry.Module{Name: "textopsx", Doc: "More changes of a message as text, and reading it as changed.", PVs: iteratorPVs}
	for _, group := range [][]registry.Function{
		applyFunctions(), statusFunctions(), bodyFunctions(), keepFunctions(), matchFunctions(), valueFunctions(), headerIterator.functions(),
		lineIterator.functions(),
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

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }
