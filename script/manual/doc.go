// Package manual is the reference manual: every parameter, function,
// pseudo-variable, transformation, keyword, select, event and module, printed
// from the same rows that the checker and the compiler read, so that it can say
// nothing else than they do.
//
// New (build.go) turns the rows into entries; language.go adds what has no row:
// the statements and the directives. find.go looks entries up by what a user
// types, text.go prints them for a terminal of 80 columns, markdown.go writes the
// whole reference.
package manual
