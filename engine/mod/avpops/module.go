// Package avpops is the module avpops: functions on attribute-value pairs.
//
// spec.go reads what the functions take ("$avp(x)/flags"); each function has a
// file of its own. The functions that move AVPs between memory and a database
// are known and refused (database.go).
package avpops

import (
	"slices"

	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module avpops"

// Module is the descriptor of avpops.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "avpops",
		Doc:       "Functions on attribute-value pairs.",
		NewConfig: newConfig,
		Params:    params(),
		Functions: slices.Concat(listFunctions(), checkFunctions(), opFunctions(), substFunctions(), pushFunctions(), databaseFunctions()),
	}
}

// listFunctions copy, delete, look for and print AVPs.
func listFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "avp_copy", Routes: rt.AnyRoute,
			Args: []registry.Arg{{Name: "old", Kind: registry.ArgStatic}, {Name: "new", Kind: registry.ArgStatic}},
			Doc: "Copies the newest value of an AVP to another one; behind the second name the flags g: all values, which turns their order round, " +
				"d: takes them from the first, n: as integers, s: as texts.",
			Source:  source,
			Compile: compileCopy,
		},
		{
			Name: "avp_delete", Routes: rt.AnyRoute,
			Args: []registry.Arg{{Name: "name", Kind: registry.ArgStatic}},
			Doc: "Deletes the newest value of an AVP, with /g all; s deletes all AVPs with a text as name, i all with a number, a all. " +
				"False if there was none.",
			Source:  source,
			Compile: compileDelete,
		},
		{
			Name: "is_avp_set", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgStatic}},
			Doc:     "True if the AVP has a value; with the flags /s, /n and /e if its newest value is a text, an integer, empty or 0.",
			Source:  source,
			Compile: compileIsSet,
		},
		{
			Name: "avp_print", Routes: rt.AnyRoute,
			Doc:     "Logs all AVPs of the message at level L_INFO, a line each.",
			Source:  source,
			Compile: compilePrint,
		},
	}
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
