// Package tm is the module tm: transactions (RFC 3261 §16, §17 with RFC 4320,
// RFC 5393 and RFC 6026) and the script functions that relay, fork, answer and
// cancel by them.
//
// Each event loop has a layer (layer.go) with its transactions and their
// branches in slabs without pointers (pool.Slab, tx.go) and their messages in an
// arena. Nothing is shared between loops, so there are no locks.
//
// A request's way: newtran.go (is it new?), relay.go (its branches), reply.go (a
// reply comes), fail.go (all branches have failed), local.go (answered here),
// cancel.go (CANCEL and ACK, hop by hop), timer.go, queue.go (what waits while a
// script waits). api.go is what other modules use.
package tm

import (
	"slices"

	"sipedge/engine/core"
	"sipedge/script/registry"
)

// Module is the descriptor of tm.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "tm",
		Doc:       "Relays, forks and answers requests by transactions.",
		NewConfig: newConfig,
		Params:    params,
		Functions: slices.Concat(relayFunctions(), replicateFunctions(), routeFunctions(), replyFunctions(), lookupFunctions(),
			timerFunctions(), statusFunctions(), forkFunctions(), otherFunctions(), []registry.Function{forkTo()}),
		PVs:     vars(),
		Selects: selects(),
		Events:  []string{localRequest, branchFailure + "*"},
		EventDocs: map[string]string{
			localRequest:        "For each request of the server's own (t_uac_send(), BYE of a dialog …), before it is sent; the script may change it, or drop it.",
			branchFailure + "*": "For each branch that fails, where t_on_branch_failure() has armed it; it may add a branch.",
		},
		Check:   check,
		Prepare: prepare,
	}
}

// localRequest is the event_route for requests of our own.
const localRequest = "tm:local-request"

func prepare(host, _ any) error {
	s := host.(*core.Server)
	a := Of(s)
	s.SetLoopHook(func(l *core.Loop) core.LoopHook {
		return newLayer(a, l)
	})
	return nil
}
