// Package compile turns a checked configuration into a graph of closures that
// rt runs. It knows the language and no SIP function: what a name does comes
// from the rows of a registry.Table.
//
// A statement becomes an operation that does its work and returns the next one.
// The operations are made from the end of a block to its beginning, so that
// every one knows its successors; if, switch, while, &&, ||, !, return and
// route() are nothing but the choice of a successor.
//
// Expressions without calls become plain closures (expr.go, cond.go,
// compare.go). Where an expression contains a call, which may suspend the
// script, it is taken apart (lower.go): each call is an operation of its own,
// its result and what was computed before it wait in the running route's
// temporaries, and the rest of the expression reads them.
//
// Start with Compile in this package's compile.go, then stmt.go.
package compile
