package lex

import "sipedge/script/diag"

// PieceKind is the kind of a piece.
type PieceKind uint8

// The kinds of piece.
const (
	TokenPiece     PieceKind = iota
	LineComment              // # or //, to the end of the line
	BlockComment             // /* … */
	DirectivePiece           // #!name … or !!name …, with its continuation lines
)

// Piece is a part of a script as it stands there, for a formatter: nothing is
// included, defined, substituted or left out.
type Piece struct {
	Kind PieceKind
	// Token is set for a TokenPiece.
	Token Token
	// Text is the source of the piece, without white space around it.
	Text string
	// Lines is the number of line ends between the piece before it and this one;
	// Space is set where there is white space between the two.
	Lines int
	Space bool
}

// Pieces reads a script that nothing is done to. inside tells that text is the
// inside of a routing block, as included files may be. What is no token at all
// is an error in diags.
func Pieces(set *diag.Set, name string, text []byte, inside bool, diags *diag.List) []Piece {
	text = withoutMark(text)
	f := set.Add(name, text)
	l := &lexer{set: set, diags: diags, verbatim: true}
	if inside {
		l.braces = 1
	}
	s := &source{file: f, text: text}
	l.push(s)
	end := 0 // behind the piece before
	for s.i < len(text) && !l.stopped {
		start, n := s.i, len(l.tokens)
		kind := l.commentAt(s)
		l.token(s)
		if s.i == start {
			break // cannot be; nothing loops
		}
		p := Piece{Kind: kind}
		switch {
		case kind != TokenPiece:
		case len(l.tokens) > n:
			p.Token = l.tokens[n]
		default:
			continue // white space, or an error
		}
		p.Text = string(trimSpace(text[start:s.i]))
		p.Lines, p.Space = gap(text[end:start])
		end = start + len(p.Text)
		l.pieces = append(l.pieces, p)
		if len(l.tokens) > MaxTokens {
			l.stop(l.pos(), "the configuration has more than %d tokens", MaxTokens)
		}
	}
	return l.pieces
}

// commentAt is the kind of comment or directive that begins at the place being
// read, TokenPiece for none.
func (l *lexer) commentAt(s *source) PieceKind {
	b, i := s.text, s.i
	next := byte(0)
	if i+1 < len(b) {
		next = b[i+1]
	}
	switch {
	case l.directiveAt(s):
		return DirectivePiece
	case b[i] == '#', b[i] == '/' && next == '/' && firstOnLine(s, i):
		return LineComment
	case b[i] == '/' && next == '*':
		return BlockComment
	}
	return TokenPiece
}

// directiveAt tells whether a directive begins at the place being read.
func (l *lexer) directiveAt(s *source) bool {
	b, i := s.text, s.i
	if i+1 >= len(b) || b[i+1] != '!' {
		return false
	}
	return b[i] == '#' || b[i] == '!' && firstOnLine(s, i) && l.isDirective(b[i+2:])
}

// gap counts the line ends of white space.
func gap(b []byte) (lines int, space bool) {
	for _, c := range b {
		if c == '\n' {
			lines++
		}
	}
	return lines, len(b) > 0
}

// keepDirective passes over a directive that nothing is done for. The branches
// of a region may open the same block, which counts once.
func (l *lexer) keepDirective(name string) {
	switch name {
	case "ifdef", "ifndef", "ifexp":
		l.bracesAt = append(l.bracesAt, l.braces)
	case "else":
		if n := len(l.bracesAt); n > 0 {
			l.braces = l.bracesAt[n-1]
		}
	case "endif":
		if n := len(l.bracesAt); n > 0 {
			l.bracesAt = l.bracesAt[:n-1]
		}
	}
}
