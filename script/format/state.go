package format

import (
	"slices"
	"strings"

	"sipedge/script/lex"
)

// block is an open brace.
type block struct {
	outer  int  // indentation of the statement that it belongs to, and of its closing brace
	inner  int  // of the statements in it
	choice bool // of a switch
	at     spot
}

// spot is where a statement stands within a block.
type spot struct {
	begins  bool   // the next token begins a statement
	head    string // the first word of the statement
	parens  int
	pending int   // if, else and while without braces before the statement
	ifs     []int // pending of each if that an else may still follow
	headEnd bool  // the parentheses of an if, while or switch are closed
}

// state is what the layout knows of the place that it has come to.
type state struct {
	blocks []block
	spot
	name bool // between the brackets of route[…]
}

func (s *state) clone() state {
	c := *s
	c.blocks = slices.Clone(s.blocks)
	c.ifs = slices.Clone(s.ifs)
	return c
}

// top tells the place outside of all blocks.
func (s *state) top() bool { return len(s.blocks) == 0 }

// inner is the indentation of a statement of the block.
func (s *state) inner() int {
	if s.top() {
		return 0
	}
	return s.blocks[len(s.blocks)-1].inner
}

// choice tells that the statements belong to a switch.
func (s *state) choice() bool { return !s.top() && s.blocks[len(s.blocks)-1].choice }

func isWord(t *lex.Piece, words ...string) bool {
	return t != nil && t.Kind == lex.TokenPiece && t.Token.Kind == lex.Ident && slices.Contains(words, t.Text)
}

func isOp(t *lex.Piece, op string) bool {
	return t != nil && t.Kind == lex.TokenPiece && t.Token.Kind == lex.Op && t.Text == op
}

// isBlockWord tells the keywords of routing blocks.
func isBlockWord(t *lex.Piece) bool {
	return isWord(t, "route", "request_route", "failure_route", "onreply_route", "reply_route", "branch_route", "onsend_route", "event_route")
}

// take moves the state behind a token; next is the token that follows, nil at
// the end, and macros are the defines that end a statement.
func (s *state) take(t, next *lex.Piece, macros map[string]bool) {
	if s.begins {
		s.head = ""
		if t.Token.Kind == lex.Ident {
			s.head = t.Text
		}
	}
	began := s.begins
	s.begins, s.headEnd = false, false
	switch {
	case isOp(t, "{"):
		s.open()
	case isOp(t, "}"):
		s.close(next)
	case isOp(t, "("):
		s.parens++
	case isOp(t, ")"):
		s.parens = max(0, s.parens-1)
		if s.parens == 0 && (s.head == "if" || s.head == "while" || s.head == "switch") && !s.top() {
			s.header(next)
		}
	case isOp(t, "["):
		s.name = s.top()
	case isOp(t, "]"):
		s.name = false
	case isOp(t, ";"):
		s.end(next)
	case isOp(t, ":") && s.parens == 0 && (s.head == "case" || s.head == "default") && s.choice():
		s.begins, s.pending, s.ifs = true, 0, nil
	case began && isWord(t, "else") && !s.top():
		if n := len(s.ifs); n > 0 {
			s.pending, s.ifs = s.ifs[n-1], s.ifs[:n-1]
		}
		switch {
		case isOp(next, "{"):
			s.headEnd = true
		case isWord(next, "if"):
			s.begins = true
		default:
			s.pending++
			s.begins = true
		}
	case t.Token.Kind == lex.String && (s.head == "include_file" || s.head == "import_file"):
		s.end(next)
	case began && macros[t.Text] && !isOp(next, ";") && !isOp(next, "("):
		s.end(next)
	}
}

// header is behind the parentheses of if, while and switch.
func (s *state) header(next *lex.Piece) {
	if s.head == "if" {
		s.ifs = append(s.ifs, s.pending)
	}
	if isOp(next, "{") {
		s.headEnd = true
		return
	}
	s.pending++
	s.begins = true
}

// open enters a block.
func (s *state) open() {
	out := s.inner() + s.pending
	b := block{outer: out, inner: out + 1, choice: s.head == "switch", at: s.spot}
	s.blocks = append(s.blocks, b)
	s.spot = spot{begins: true}
}

// close leaves it.
func (s *state) close(next *lex.Piece) {
	if s.top() {
		s.begins = true
		return
	}
	n := len(s.blocks) - 1
	s.spot = s.blocks[n].at
	s.blocks = s.blocks[:n]
	s.end(next)
}

// end is the end of a statement. What stands before an else goes on.
func (s *state) end(next *lex.Piece) {
	s.begins, s.headEnd, s.parens = true, false, 0
	if !isWord(next, "else") {
		s.pending, s.ifs = 0, nil
	}
}

// lineIndent is the indentation of a line that begins with t, prev being the
// token before it.
func (s *state) lineIndent(t, prev *lex.Piece) int {
	switch {
	case isOp(t, "}"):
		if s.top() {
			return 0
		}
		return s.blocks[len(s.blocks)-1].outer
	case s.begins && s.choice() && isWord(t, "case", "default"):
		return s.blocks[len(s.blocks)-1].outer
	case s.begins && isWord(t, "else"):
		if n := len(s.ifs); n > 0 {
			return s.inner() + s.ifs[n-1]
		}
	case s.top() && s.parens == 0:
		if prev == nil || !goesOn(prev) {
			return 0
		}
		return 1
	case s.begins, isOp(t, "{"):
	case isOp(t, ")") && s.parens == 1:
	default:
		return s.inner() + s.pending + 1
	}
	return s.inner() + s.pending
}

// goesOn tells whether what stands outside of the blocks has to go on behind t.
func goesOn(t *lex.Piece) bool {
	return t.Token.Kind == lex.Op && strings.Contains("=,(-:", t.Text)
}
