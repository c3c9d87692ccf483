// Package corefuncs holds the functions that a script can call without loading
// a module (cookbook "Core functions"), as rows of a table: name, arguments,
// where it may stand, documentation and the code that binds its arguments.
//
// Each group has a file of its own; Functions joins them. A function is a
// closure made once, when the script is compiled; at run time it works on the
// message's context and allocates nothing. What the functions do to a message
// is engine/core's (forward, reply, send) and script/rt's (the Request-URI).
package corefuncs

import "sipedge/script/registry"

// Functions are the rows of all core functions.
func Functions() []registry.Function {
	var all []registry.Function
	for _, group := range [][]registry.Function{
		forwardFunctions(),
		sendFunctions(),
		socketFunctions(),
		uriFunctions(),
		branchFunctions(),
		flagFunctions(),
		avpFlagFunctions(),
		rportFunctions(),
		streamFunctions(),
		logFunctions(),
	} {
		all = append(all, group...)
	}
	return all
}
