// Package cfgutils is the module cfgutils: locks between scripts, pauses, chance,
// flags that all messages share, and a few functions to look at the server.
//
// Each file holds one group of functions with its rows of the descriptor:
// lock.go, over the table of locks in engine/scriptlock; pause.go; chance.go (with
// $RANDOM); gflags.go; routes.go; hash.go; inspect.go (memory, abort).
package cfgutils

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module cfgutils"

// messageRoutes are the blocks in which a message is processed that may wait.
const messageRoutes = rt.AnyRoute &^ rt.SendRoute

// Module is the descriptor of cfgutils.
func Module() *registry.Module {
	m := &registry.Module{
		Name:      "cfgutils",
		Aliases:   []string{"gflags"}, // of SIP-Router: the global flags alone
		Doc:       "Locks between scripts, pauses, chance, global flags, and looking at the server.",
		NewConfig: newConfig,
		Params:    params,
		Check:     check,
		PVs:       []registry.PV{randomPV},
	}
	for _, group := range [][]registry.Function{
		lockFunctions(), pauseFunctions(), chanceFunctions(), gflagFunctions(), routeFunctions(), hashFunctions(), inspectFunctions(),
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

// live is the module's state in the server for which a program is built; a bare
// check of a script gets one that nobody sees.
func live[T any](b registry.Build, key string, make func() T) T {
	type keeper interface {
		Live(key string, create func() any) any
	}
	if k, ok := b.Host().(keeper); ok {
		return k.Live("cfgutils."+key, func() any { return make() }).(T)
	}
	return make()
}
