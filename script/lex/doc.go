// Package lex turns the text of a configuration into tokens. The preprocessor
// is part of it: includes, defines, conditional regions and substitutions are
// done while tokens are read, so that every token knows the file, line and
// column that it was written at (a token that comes out of a define has the
// place at which the define's name stands).
//
// Start with Tokens. lexer.go reads tokens, text.go strings and variables,
// directive.go and define.go do what begins with #! or !!, condition.go computes
// #!ifexp, include.go finds files.
package lex
