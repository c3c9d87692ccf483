package format

import (
	"bytes"
	"strings"

	"sipedge/script/lex"
)

// line is a line of the output. Its code may hold line ends of its own, in
// strings and comments.
type line struct {
	blank   bool // a blank line stands before it
	indent  int
	code    []byte
	comment string // at its end
}

// layout puts pieces into lines.
type layout struct {
	pieces  []lex.Piece
	nexts   []*lex.Piece // the token behind each piece, nil for none
	macros  map[string]bool
	lines   []line
	state   state
	regions []state // at the beginning of each open #!ifdef
	prev2   *lex.Piece
	prev    *lex.Piece // the token before
	last    *lex.Piece // the piece before
}

// layOut is the formatted text of the pieces.
func layOut(pieces []lex.Piece, inside bool) []byte {
	l := &layout{pieces: pieces, nexts: following(pieces), macros: macros(pieces)}
	l.state.begins = true
	if inside {
		l.state.blocks = []block{{at: spot{begins: true}}}
	}
	for i := range pieces {
		l.piece(i)
	}
	align(l.lines)
	var b bytes.Buffer
	for i := range l.lines {
		n := &l.lines[i]
		if n.blank && i > 0 {
			b.WriteByte('\n')
		}
		for range n.indent {
			b.WriteByte('\t')
		}
		b.Write(n.code)
		b.WriteString(n.comment)
		b.WriteByte('\n')
	}
	if n := len(pieces); n > 0 && pieces[n-1].Kind == lex.DirectivePiece && strings.HasSuffix(pieces[n-1].Text, "\\") {
		b.Truncate(b.Len() - 1) // a line end would make it go on
	}
	return b.Bytes()
}

// macros are the defines whose value is a whole statement, so that none need
// follow their name.
func macros(pieces []lex.Piece) map[string]bool {
	m := map[string]bool{}
	for i := range pieces {
		if pieces[i].Kind != lex.DirectivePiece {
			continue
		}
		if f := strings.Fields(pieces[i].Text); len(f) > 2 && strings.Contains(f[0], "def") {
			if end := f[len(f)-1]; strings.HasSuffix(end, ";") || strings.HasSuffix(end, "}") {
				m[f[1]] = true
			}
		}
	}
	return m
}

// following finds the token behind each piece.
func following(pieces []lex.Piece) []*lex.Piece {
	nexts := make([]*lex.Piece, len(pieces))
	var next *lex.Piece
	for i := len(pieces) - 1; i >= 0; i-- {
		nexts[i] = next
		if pieces[i].Kind == lex.TokenPiece {
			next = &pieces[i]
		}
	}
	return nexts
}

func (l *layout) piece(i int) {
	p := &l.pieces[i]
	next := l.nexts[i]
	fresh := l.breaks(p)
	if p.Kind != lex.TokenPiece {
		l.other(p, next, fresh)
		l.last = p
		return
	}
	switch {
	case fresh:
		l.begin(p, l.state.lineIndent(p, l.prev), p.Text)
	case l.last.Kind == lex.BlockComment, l.state.space(l.prev2, l.prev, p, next):
		l.add(" " + p.Text)
	default:
		l.add(p.Text)
	}
	l.state.take(p, next, l.macros)
	l.prev2, l.prev, l.last = l.prev, p, p
}

// begin starts a line with the text of p.
func (l *layout) begin(p *lex.Piece, indent int, text string) {
	blank := p.Lines > 1 && !isOp(p, "}") && !(isOp(l.last, "{") && l.prev == l.last)
	l.lines = append(l.lines, line{blank: blank, indent: indent, code: []byte(text)})
}

// add puts text at the end of the line.
func (l *layout) add(text string) {
	n := &l.lines[len(l.lines)-1]
	n.code = append(n.code, text...)
}

// other lays out a comment or a directive.
func (l *layout) other(p, next *lex.Piece, fresh bool) {
	switch {
	case p.Kind == lex.DirectivePiece:
		l.begin(p, 0, unixLines(p.Text))
		l.region(p.Text)
	case !fresh && p.Kind == lex.LineComment:
		l.lines[len(l.lines)-1].comment = p.Text
	case !fresh:
		l.add(" " + unixLines(p.Text))
	default:
		indent := l.commentIndent(next)
		l.begin(p, indent, stars(unixLines(p.Text), indent))
	}
}

// commentIndent is the indentation of a comment on a line of its own: that of
// what follows it, or of the statements before a closing brace.
func (l *layout) commentIndent(next *lex.Piece) int {
	if next == nil {
		if l.state.begins {
			return l.state.inner()
		}
		return 0
	}
	if isOp(next, "}") {
		return l.state.inner() + l.state.pending
	}
	return l.state.lineIndent(next, l.prev)
}

// region follows the branches of #!ifdef: each begins in the same state.
func (l *layout) region(text string) {
	name, _, _ := strings.Cut(text[2:], " ")
	switch strings.TrimSpace(name) {
	case "ifdef", "ifndef", "ifexp":
		l.regions = append(l.regions, l.state.clone())
	case "else":
		if n := len(l.regions); n > 0 {
			l.state = l.regions[n-1].clone()
		}
	case "endif":
		if n := len(l.regions); n > 0 {
			l.regions = l.regions[:n-1]
		}
	}
}

// breaks tells whether a piece begins a line.
func (l *layout) breaks(p *lex.Piece) bool {
	if l.last == nil {
		return true
	}
	own := p.Lines > 0 // as it was
	switch {
	case l.last.Kind == lex.LineComment, l.last.Kind == lex.DirectivePiece, p.Kind == lex.DirectivePiece:
		return true
	case p.Kind != lex.TokenPiece:
		return own
	case isOp(p, "}"):
		return true
	case l.last.Kind == lex.BlockComment:
		return own || isOp(l.prev, "{") && !strings.Contains(l.last.Text, "\n") && l.lineIsComment()
	case isOp(p, ";"), isOp(p, "{") && l.joinsBrace():
		return false
	case isWord(p, "else") && isOp(l.prev, "}"), isWord(p, "if") && isWord(l.prev, "else"):
		return false
	case isOp(l.prev, "{"), isOp(l.prev, "}"):
		return true
	case isOp(l.prev, ";"), isOp(l.prev, ":") && l.state.begins:
		return !l.state.top() || own
	}
	return own
}

// lineIsComment tells whether the line being written is a comment so far.
func (l *layout) lineIsComment() bool {
	return bytes.HasPrefix(l.lines[len(l.lines)-1].code, []byte("/*"))
}

// joinsBrace tells whether a brace stands at the end of the line before it: that
// of a routing block, or of if, else, while and switch.
func (l *layout) joinsBrace() bool {
	return l.state.headEnd || l.state.top() && (isBlockWord(l.prev) || isOp(l.prev, "]"))
}

// unixLines is a text without the carriage returns of its line ends, nor white
// space there.
func unixLines(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, t := range lines {
		lines[i] = strings.TrimRight(t, " \t\r")
	}
	return strings.Join(lines, "\n")
}

// stars indents the lines of a comment that begin with a star.
func stars(s string, indent int) string {
	lines := strings.Split(s, "\n")
	for i, t := range lines[1:] {
		t = strings.TrimLeft(t, " \t")
		if !strings.HasPrefix(t, "*") {
			return s
		}
		lines[i+1] = strings.Repeat("\t", indent) + " " + t
	}
	return strings.Join(lines, "\n")
}
