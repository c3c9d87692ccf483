// Package parse makes the tree of a configuration (script/ast) out of its
// tokens. It goes on behind an error, so that one run reports every mistake, and
// names the place of the cause: the statement whose semicolon is missing, the
// block whose brace is.
//
// It knows the grammar only. Whether a function, parameter or variable exists is
// the checker's business.
//
// Start with File. config.go reads what stands outside the routing blocks,
// stmt.go statements, expr.go expressions, braces.go finds missing braces.
package parse
