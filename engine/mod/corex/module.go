// Package corex is the module corex: what Kamailio keeps outside of its core and
// scripts of today load it for. append_branch() and send() of Kamailio's corex are
// functions of the core here, for which no module has to be loaded.
//
// socket.go holds the functions about listen addresses and the message's source,
// flags.go the extended flags, file.go files, message.go the rest.
package corex

import (
	"sipedge/script/registry"
)

// source names where the functions are described.
const source = "Kamailio module corex"

// Module is the descriptor of corex.
func Module() *registry.Module {
	m := &registry.Module{Name: "corex", Doc: "Listen addresses, extended flags and files."}
	for _, group := range [][]registry.Function{socketFunctions(), flagFunctions(), fileFunctions(), messageFunctions()} {
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
