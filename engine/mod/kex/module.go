// Package kex is the module kex: functions on branch flags, script flags and the
// destination URI that Kamailio keeps outside of its core.
//
// flags.go has the flags, destination.go what is about the next hop and branches,
// log.go the log level.
package kex

import (
	"slices"

	"sipedge/script/registry"
)

// source names where the functions are described.
const source = "Kamailio module kex"

// Module is the descriptor of kex.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "kex",
		Doc:       "Branch flags, script flags, the destination URI, and the log level.",
		Functions: slices.Concat(branchFlagFunctions(), scriptFlagFunctions(), destinationFunctions(), logFunctions()),
	}
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
