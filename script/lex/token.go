package lex

import "sipedge/script/diag"

// Kind is the kind of a token.
type Kind uint8

// The kinds of token.
const (
	EOF    Kind = iota
	Ident       // a word; msg:len, uri:host and dotted names are one
	Int         // a number
	String      // a string, escapes resolved
	PV          // a pseudo-variable; Text is its spec (see ast.PV)
	Select      // @path; Text is what follows the @
	Addr        // an address, network, or address with protocol and port
	Op          // an operator or punctuation
	Off         // a token that a test has left out of the language
)

// Token is one token.
type Token struct {
	Kind Kind
	// First is set when nothing but white space stands before it on its line.
	First bool
	// Raw is set for a string in single quotes, Exact when byte i of Text stands
	// at Pos+1+i of the source.
	Raw, Exact bool
	Text       string
	Int        int64
	Pos, End   diag.Pos // of its first byte, and behind its last
}
