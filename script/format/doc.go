// Package format writes a routing script in one form: tabs for indentation,
// braces at the end of their line, one space around operators, one blank line at
// most, comments beside statements in one column. Comments, directives, strings
// and line breaks inside of statements stay as the author wrote them.
//
// Source (format.go) is the way in. It reads the script's pieces (script/lex),
// lays them out line by line (layout.go, with what a place in the script means in
// state.go and the white space within a line in space.go), puts comments under
// one another (align.go), and at last compares the tokens before and after
// (verify.go): a script whose tokens would change is never written.
package format
