// Package posix matches POSIX extended regular expressions as glibc's regcomp
// takes them: leftmost-longest, over bytes, with the escapes \w \W \s \S \b \B
// \< \> \` \' beside the standard's syntax, a backslash before any other
// character meaning that character. Back references are refused.
//
// A pattern is translated to the syntax of Go's regexp (translate.go), which
// finds the groups of a match. Whether a text matches at all, the question that
// routing scripts ask for every message, is answered by a table that is built
// beforehand (automaton.go): one look-up per byte, no allocation.
//
// The package knows no script and no message. Start with Compile.
package posix
