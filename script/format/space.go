package format

import (
	"strings"

	"sipedge/script/lex"
)

// spaced are the operators with a space on both sides.
var spaced = map[string]bool{
	"==": true, "!=": true, "=~": true, "!~": true, ">=": true, "<=": true, "<<": true, ">>": true, "&&": true, "||": true, "=>": true,
	"=": true, "<": true, ">": true, "+": true, "-": true, "*": true, "/": true, "|": true, "^": true, "&": true, "%": true,
}

// unary tells whether t, behind prev, is an operator of what follows it.
func unary(t, prev *lex.Piece) bool {
	switch t.Text {
	case "!", "~":
		return true
	case "-":
		return prev == nil || prev.Token.Kind == lex.Op && prev.Text != ")" && prev.Text != "]" || wordOperator(prev) || isWord(prev, "return", "case", "exit", "drop")
	case "/":
		return isWord(prev, "case")
	}
	return false
}

// wordOperator tells the operators that are words.
func wordOperator(t *lex.Piece) bool {
	return isWord(t, "and", "or", "not", "mod", "eq", "ne", "ieq", "ine", "defined")
}

// keepSpace tells what may stand before a parenthesis with or without a space.
func keepSpace(t *lex.Piece) bool { return isWord(t, "return", "exit", "drop", "break", "defined") }

// space tells whether a space stands between prev and t on one line. prev2 is
// the token before prev, next the one behind t.
func (s *state) space(prev2, prev, t, next *lex.Piece) bool {
	if s.name { // the words of a name are one
		return t.Space && wordByte(prev.Text[len(prev.Text)-1]) && wordByte(t.Text[0])
	}
	if isOp(t, "[") && isBlockWord(prev) {
		return false
	}
	if !s.wanted(prev2, prev, t, next) {
		return t.Space && sticks(prev, t)
	}
	return true
}

func (s *state) wanted(prev2, prev, t, next *lex.Piece) bool {
	switch {
	case isOp(t, ";"), isOp(t, ","), isOp(t, ")"), isOp(prev, "("):
		return false
	case isOp(t, "{"), isOp(prev, ","), isOp(prev, ";"), isOp(prev, "}"):
		return true
	case isOp(t, ":") && s.parens == 0 && (s.head == "case" || s.head == "default"):
		return false
	case isOp(t, "("):
		return s.beforeParen(prev2, prev, t)
	case s.top() && s.parens == 0:
		return atTop(prev, t, next)
	case isOp(t, "]"), isOp(t, "["), isOp(prev, "["):
		return t.Space
	case prev.Token.Kind == lex.Op && unary(prev, prev2):
		return false
	case isCast(prev2, prev):
		return false
	case prev.Token.Kind == lex.Op && !spaced[prev.Text] && !isOp(prev, ")"), t.Token.Kind == lex.Op && !spaced[t.Text] && !unary(t, prev):
		return t.Space
	}
	return true
}

// isCast tells (int) and (str), of which prev is the parenthesis.
func isCast(prev2, prev *lex.Piece) bool { return isOp(prev, ")") && isWord(prev2, "int", "str") }

func (s *state) beforeParen(prev2, prev, t *lex.Piece) bool {
	switch {
	case keepSpace(prev):
		return t.Space
	case isWord(prev, "if", "while", "switch", "else", "case"), wordOperator(prev):
		return true
	case prev.Token.Kind == lex.Ident:
		return false
	case prev.Token.Kind == lex.Op && unary(prev, prev2):
		return false
	case isCast(prev2, prev):
		return false
	}
	return true
}

// atTop is space for what stands outside of the blocks, where both debug=3 and
// debug = 3 are in use; one space on both sides or none.
func atTop(prev, t, next *lex.Piece) bool {
	switch {
	case isOp(t, "="):
		return t.Space || next != nil && next.Space && next.Lines == 0
	case isOp(prev, "="):
		return t.Space || prev.Space
	}
	return t.Space
}

// sticks tells whether two tokens might be read as one, or differently, without
// the white space between them.
func sticks(a, b *lex.Piece) bool {
	x, y := a.Text[len(a.Text)-1], b.Text[0]
	switch {
	case wordByte(x) && wordByte(y):
		return true
	case (a.Token.Kind == lex.PV || a.Token.Kind == lex.Select || a.Token.Kind == lex.Addr) && strings.IndexByte("([.:/", y) >= 0:
		return true
	case a.Token.Kind == lex.Ident || a.Token.Kind == lex.Int:
		return strings.IndexByte(".:-[", y) >= 0
	case a.Token.Kind == lex.Op && b.Token.Kind == lex.Op:
		return strings.IndexByte("(){},;", x) < 0 && strings.IndexByte("(){},;", y) < 0
	case a.Token.Kind == lex.Op && (x == ':' || x == '[' || x == '.'):
		return true
	case a.Token.Kind == lex.String && b.Token.Kind == lex.String:
		return true
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c == '.' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}
