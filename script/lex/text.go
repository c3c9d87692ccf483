package lex

import (
	"bytes"

	"sipedge/script/diag"
)

// str reads a string: "…" with escapes, '…' as it stands; both may span lines.
func (l *lexer) str(s *source) {
	start := s.i
	quote := s.text[start]
	end := closing(s.text, start)
	if wrong := l.unclosed(s, start, end); wrong {
		return
	}
	raw := s.text[start+1 : end]
	s.i = end + 1
	t := Token{Kind: String, Raw: quote == '\'', Exact: s.fixed == 0}
	out := raw
	if quote == '"' && !l.opts.Without["string escapes"] {
		var exact bool
		out, exact = l.unescape(s, start+1, raw)
		t.Exact = t.Exact && exact
	}
	t.Text = string(out)
	if sub := l.substitute(s.pos(start), t.Text); sub != t.Text {
		t.Text, t.Exact = sub, false
	}
	if n := len(l.tokens); n > 0 && l.tokens[n-1].Kind == Ident && l.tokens[n-1].Text == "loadmodule" {
		l.defineModule(s.pos(start), t.Text)
	}
	l.emit(s, t, start)
}

// closing is the offset of the quote that ends the string at b[start], len(b) if
// there is none.
func closing(b []byte, start int) int {
	quote := b[start]
	for i := start + 1; i < len(b); i++ {
		switch {
		case b[i] == '\\' && quote == '"':
			i++
		case b[i] == quote:
			return i
		}
	}
	return len(b)
}

// unclosed finds a string whose closing quote is missing: it runs to the end of
// the text, or over a line end into what is the beginning of a later string, so
// that a word follows its quote. The line where it begins is named, and reading
// goes on behind that line.
func (l *lexer) unclosed(s *source, start, end int) bool {
	if end < len(s.text) {
		after := end + 1
		if bytes.IndexByte(s.text[start:end], '\n') < 0 || after == len(s.text) || !isWord(s.text[after]) && s.text[after] != s.text[start] {
			return false
		}
	}
	eol := lineEnd(s.text, start)
	l.diags.Errorf(diag.UnclosedString, s.pos(start), "string is not closed: %c is missing", s.text[start])
	// What stands behind it on its line cannot be told from the string. A
	// semicolon at the line's end was probably meant as one, and the parentheses
	// before it.
	s.i = eol
	text := trimSpace(s.text[start+1 : eol])
	l.emit(s, Token{Kind: String, Text: string(text)}, start)
	for _, c := range tail(text) {
		at := Token{Kind: Op, Text: string(c), Pos: s.pos(eol), End: s.pos(eol)}
		l.tokens = append(l.tokens, at)
		switch c {
		case '{':
			l.braces++
		case '}':
			l.braces = max(0, l.braces-1)
		}
	}
	return true
}

// tail is the closing punctuation at the end of an unclosed string's line.
func tail(text []byte) []byte {
	i := len(text)
	for i > 0 {
		switch text[i-1] {
		case ')', ';', '{', '}', ' ', '\t':
			i--
			continue
		}
		break
	}
	var out []byte
	for _, c := range text[i:] {
		if c != ' ' && c != '\t' {
			out = append(out, c)
		}
	}
	return out
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// unescape resolves \n \r \t \a \" \\ \xHH \oo \ooo and a backslash before a line end;
// any other pair stays as it is (index ST009).
func (l *lexer) unescape(s *source, off int, raw []byte) (out []byte, exact bool) {
	exact = true
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' || i+1 == len(raw) {
			out = append(out, c)
			continue
		}
		exact = false
		i++
		switch c = raw[i]; {
		case c == 'n':
			out = append(out, '\n')
		case c == 'r':
			out = append(out, '\r')
		case c == 't':
			out = append(out, '\t')
		case c == 'a':
			out = append(out, '\a')
		case c == '"' || c == '\\' || c == '\'':
			out = append(out, c)
		case c == '\n':
		case c == '\r' && i+1 < len(raw) && raw[i+1] == '\n':
			i++
		case c == 'x' && i+1 < len(raw) && isHex(raw[i+1]):
			n := 0
			for k := 0; k < 2 && i+1 < len(raw) && isHex(raw[i+1]); k++ {
				i++
				n = n<<4 | hexValue(raw[i])
			}
			out = append(out, byte(n))
		case isOctal(c) && i+1 < len(raw) && isOctal(raw[i+1]): // \0 to \9 are groups of {re.subst}
			n := int(c - '0')
			for k := 0; k < 2 && i+1 < len(raw) && isOctal(raw[i+1]); k++ {
				i++
				n = n<<3 | int(raw[i]-'0')
			}
			if n > 255 {
				l.diags.Errorf(diag.Number, s.pos(off+i), "octal escape is above 255")
			}
			out = append(out, byte(n))
		default:
			out = append(out, '\\', c)
		}
	}
	return out, exact
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func hexValue(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c|0x20-'a') + 10
}

// variable reads $name, $name(inner) or $(name(inner)[index]{transformation}).
func (l *lexer) variable(s *source) {
	start := s.i
	b := s.text
	i := start + 1
	if i < len(b) && b[i] == '(' {
		end := balanced(b, i)
		if end < 0 {
			l.notClosed(s, start, "pseudo-variable")
			return
		}
		s.i = end
		l.emit(s, Token{Kind: PV, Text: string(b[i+1 : end-1])}, start)
		return
	}
	if i < len(b) && b[i] == '?' {
		i++
	} else {
		for i < len(b) && (isWord(b[i]) || b[i] == '.' && i+1 < len(b) && isWord(b[i+1])) {
			i++
		}
	}
	if i == start+1 {
		s.i = i
		l.diags.Errorf(diag.Syntax, s.pos(start), "a name is expected behind $")
		return
	}
	if i < len(b) && b[i] == '(' {
		end := balanced(b, i)
		if end < 0 {
			l.notClosed(s, start, "pseudo-variable")
			return
		}
		i = end
	}
	s.i = i
	l.emit(s, Token{Kind: PV, Text: string(b[start+1 : i])}, start)
}

func (l *lexer) notClosed(s *source, start int, what string) {
	l.diags.Errorf(diag.UnclosedBracket, s.pos(start), "%s is not closed: \")\" is missing", what)
	s.i = lineEnd(s.text, start)
}

// balanced is the offset behind the parenthesis that closes the one at b[i], -1
// if its line ends before.
func balanced(b []byte, i int) int {
	depth := 0
	for ; i < len(b) && b[i] != '\n'; i++ {
		switch b[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// selectPath reads @name.name["argument"][1].
func (l *lexer) selectPath(s *source) {
	start := s.i
	b := s.text
	i := start + 1
	for i < len(b) {
		if isWord(b[i]) || b[i] == '.' && i+1 < len(b) && isWord(b[i+1]) {
			i++
			continue
		}
		if b[i] != '[' || i == start+1 {
			break
		}
		end := bracketEnd(b, i)
		if end < 0 {
			l.diags.Errorf(diag.UnclosedBracket, s.pos(i), "select is not closed: \"]\" is missing")
			s.i = lineEnd(b, i)
			return
		}
		i = end
	}
	s.i = max(i, start+1)
	if i == start+1 {
		l.diags.Errorf(diag.Syntax, s.pos(start), "a name is expected behind @")
		return
	}
	l.emit(s, Token{Kind: Select, Text: string(b[start+1 : i])}, start)
}

// bracketEnd is the offset behind the bracket that closes the one at b[i].
func bracketEnd(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '\n'; i++ {
		switch b[i] {
		case '"':
			if i = closing(b, i); i >= len(b) {
				return -1
			}
		case ']':
			return i + 1
		}
	}
	return -1
}
