// Package check finds what is wrong with a configuration before it runs: all of
// it in one run, each error at its cause. It knows the language and the rows of
// a registry.Table, and no SIP function.
//
// Modules decides which modules are loaded, Apply sets the parameters, Check
// looks at the routing blocks: names that nobody knows, arguments, blocks in
// which a function is not allowed, code that can never run, labels that clash.
// What shows only when a variable, format, pattern or function is bound is found
// by script/compile, into the same list.
//
// Start with Check in check.go; reach.go finds from which kinds of block a named
// route is reached, flow.go what can never run.
package check
