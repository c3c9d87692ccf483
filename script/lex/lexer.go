package lex

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"sipedge/script/diag"
	"sipedge/script/feature"
)

// Options are what the lexer needs besides the text.
type Options struct {
	// ReadFile reads the script and its includes; nil is os.ReadFile.
	ReadFile func(name string) ([]byte, error)
	// Defines are -A definitions, "NAME" or "NAME=value".
	Defines []string
	// Substs are --subst, --substdef and --substdefs directives, as they would
	// stand in a script behind "#!".
	Substs []string
	// MaxDefines bounds the number of defines; 0 is MaxDefines.
	MaxDefines int
	// Getenv is for #!defenv; nil is os.LookupEnv.
	Getenv func(name string) (string, bool)
	// Without are parts of the language that are left out, for tests.
	Without feature.Set
}

// source is a text that is being read: a file, or the value of a define.
type source struct {
	file  *diag.File
	text  []byte
	i     int
	fixed diag.Pos // the place of every token of a define's value
	name  string   // the define that it is the value of
	depth int      // nesting of includes
	conds int      // open regions when it was entered
}

// lexer reads the tokens of one configuration.
type lexer struct {
	set     *diag.Set
	diags   *diag.List
	opts    Options
	stack   []*source
	defines map[string]*define
	substs  []subst
	conds   []region
	tokens  []Token
	bytes   int // of files and of values of defines that have been read
	files   int // that includes have read
	read    int // bytes of files
	grown   int // bytes that substitutions have added
	braces  int
	raw     bool // see rawValue
	stopped bool

	// For Pieces: verbatim leaves everything as it stands.
	verbatim bool
	pieces   []Piece
	bracesAt []int // at the beginning of each open region
}

// Tokens reads a configuration: text, or the file called name where it is nil.
// The last token is EOF; defines are the values of all defines at the end. What
// is wrong goes to diags; reading goes on behind it.
func Tokens(set *diag.Set, name string, text []byte, opts Options, diags *diag.List) (tokens []Token, defines map[string]string) {
	if opts.ReadFile == nil {
		opts.ReadFile = os.ReadFile
	}
	if opts.Getenv == nil {
		opts.Getenv = os.LookupEnv
	}
	if opts.MaxDefines == 0 {
		opts.MaxDefines = MaxDefines
	}
	l := &lexer{set: set, diags: diags, opts: opts, defines: map[string]*define{}}
	if text == nil {
		b, err := opts.ReadFile(name)
		if err != nil {
			diags.Errorf(diag.Unreadable, 0, "cannot read the configuration: %v", err)
			return []Token{{Kind: EOF}}, nil
		}
		text = b
	}
	l.commandLine()
	text = withoutMark(text)
	f := set.Add(name, text)
	l.push(&source{file: f, text: text})
	l.run()
	l.closeRegions(0)
	end := f.Pos(len(text))
	defines = map[string]string{}
	for n, d := range l.defines {
		defines[n] = d.value
	}
	if l.stopped {
		l.tokens = nil // what ends in the middle would only be found to be unclosed
	}
	return append(l.tokens, Token{Kind: EOF, Pos: end, End: end, First: true}), defines
}

// withoutMark is a file's text without the byte order mark that some editors put
// before it.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }

func (l *lexer) push(s *source) {
	if l.stopped {
		return
	}
	l.bytes += len(s.text)
	if l.bytes > MaxSource {
		l.stop(l.pos(), "the configuration with its includes and defines is longer than %d bytes", MaxSource)
		return
	}
	if s.fixed == 0 {
		l.read += len(s.text)
	} else if l.bytes-l.read > expansionFloor+expansionFactor*l.read {
		l.stop(s.fixed, "the values of defines, put in where they are named, are longer than %d bytes", expansionFloor+expansionFactor*l.read)
		return
	}
	s.conds = len(l.conds)
	l.stack = append(l.stack, s)
}

// stop ends the reading for good.
func (l *lexer) stop(p diag.Pos, format string, args ...any) {
	if !l.stopped {
		l.diags.Errorf(diag.Limit, p, format, args...)
	}
	l.stopped = true
	l.stack = nil
}

func (l *lexer) top() *source { return l.stack[len(l.stack)-1] }

// pos is the place that is being read.
func (l *lexer) pos() diag.Pos {
	if len(l.stack) == 0 {
		return 0
	}
	s := l.top()
	return s.pos(s.i)
}

func (s *source) pos(i int) diag.Pos {
	if s.fixed != 0 {
		return s.fixed
	}
	return s.file.Pos(i)
}

func (l *lexer) run() {
	for len(l.stack) > 0 {
		s := l.top()
		if s.i >= len(s.text) {
			l.closeRegions(s.conds)
			if len(l.stack) > 0 {
				l.stack = l.stack[:len(l.stack)-1]
			}
			continue
		}
		l.token(s)
		if len(l.tokens) > MaxTokens {
			l.stop(l.pos(), "the configuration has more than %d tokens", MaxTokens)
		}
	}
}

// emit adds the token that was read from s.text[from:s.i].
func (l *lexer) emit(s *source, t Token, from int) {
	t.Pos, t.End = s.pos(from), s.pos(s.i)
	t.First = firstOnLine(s, from) && s.fixed == 0
	if s.fixed == 0 {
		s.file.Mark(from, s.i)
	}
	if t.Kind == Op {
		switch t.Text {
		case "{":
			l.braces++
		case "}":
			l.braces = max(0, l.braces-1)
		}
	}
	switch n := len(l.tokens); {
	case t.Kind == Op && t.Text == "=":
		l.raw = true
	case t.First && (n == 0 || l.tokens[n-1].Text != "="):
		l.raw = t.Text == "advertise"
	}
	l.tokens = append(l.tokens, t)
}

func firstOnLine(s *source, i int) bool {
	for i--; i >= 0; i-- {
		switch s.text[i] {
		case '\n':
			return true
		case ' ', '\t', '\r':
		default:
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80 }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) }
func isHex(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' && c < 0x80
}

// twoByteOps are the operators of two characters.
var twoByteOps = []string{"&&", "||", "==", "!=", "=~", "!~", ">=", "<=", "<<", ">>", "=>"}

// token reads one token, or white space, a comment or a directive.
func (l *lexer) token(s *source) {
	b, i := s.text, s.i
	c := b[i]
	next := byte(0)
	if i+1 < len(b) {
		next = b[i+1]
	}
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		s.i++
	case l.directiveAt(s):
		l.directive(s)
	case c == '#' && !l.opts.Without["comment #"], c == '/' && next == '/' && (firstOnLine(s, i) || l.braces > 0):
		s.i = lineEnd(b, i)
	case c == '/' && next == '*' && !l.opts.Without["comment /* */"]:
		l.blockComment(s)
	case c == '"' || c == '\'':
		l.str(s)
	case c == '/' && l.braces == 0 && isWord(next) && l.afterEqual():
		l.path(s)
	case c == '$':
		l.variable(s)
	case c == '@':
		l.selectPath(s)
	case isDigit(c):
		l.number(s)
	case c == ':' && next == ':' || c == '[' && bracketedAddr(b[i:]) > 0 && !l.afterRoute():
		l.addrV6(s)
	case isLetter(c):
		l.word(s)
	default:
		l.operator(s)
	}
}

// afterEqual tells whether a parameter's value begins here.
func (l *lexer) afterEqual() bool {
	n := len(l.tokens)
	return n > 0 && l.tokens[n-1].Kind == Op && l.tokens[n-1].Text == "="
}

// afterRoute tells whether the name of a routing block begins here:
// event_route[htable:expired:calls] holds no address.
func (l *lexer) afterRoute() bool {
	n := len(l.tokens)
	return n > 0 && l.tokens[n-1].Kind == Ident && strings.HasSuffix(l.tokens[n-1].Text, "route")
}

// path reads a parameter's value that is a path without quotes, as the cookbook
// writes it (chroot, wdir).
func (l *lexer) path(s *source) {
	start := s.i
	for s.i < len(s.text) && s.text[s.i] > ' ' && !strings.ContainsRune(";#\"'{}(),", rune(s.text[s.i])) {
		s.i++
	}
	l.emit(s, Token{Kind: Ident, Text: string(s.text[start:s.i])}, start)
}

func (l *lexer) operator(s *source) {
	i := s.i
	for _, op := range twoByteOps {
		if strings.HasPrefix(string(s.text[i:min(i+2, len(s.text))]), op) {
			s.i += 2
			l.emit(s, Token{Kind: Op, Text: op}, i)
			return
		}
	}
	s.i++
	if c := s.text[i]; !strings.ContainsRune("{}()[];,.:=<>!+-*/%&|^~?\\", rune(c)) {
		for s.i < len(s.text) && s.text[s.i]&0xc0 == 0x80 {
			s.i++ // the rest of a UTF-8 character
		}
		l.diags.Errorf(diag.Character, s.pos(i), "unexpected character %q", s.text[i:s.i])
		return
	}
	l.emit(s, Token{Kind: Op, Text: string(s.text[i])}, i)
}

func lineEnd(b []byte, i int) int {
	for i < len(b) && b[i] != '\n' {
		i++
	}
	return i
}

// blockComment skips a comment; they nest (cookbook-index ST008).
func (l *lexer) blockComment(s *source) {
	start, depth := s.i, 0
	for s.i+1 < len(s.text) {
		switch {
		case s.text[s.i] == '/' && s.text[s.i+1] == '*':
			if depth == 0 || !l.opts.Without["nested comments"] {
				depth++
			}
			s.i += 2
		case s.text[s.i] == '*' && s.text[s.i+1] == '/':
			s.i += 2
			if depth--; depth == 0 {
				return
			}
		default:
			s.i++
		}
	}
	s.i = len(s.text)
	l.diags.Errorf(diag.UnclosedComment, s.pos(start), "comment is not closed: \"*/\" is missing")
}

// number reads a number, or an address that begins with a digit.
func (l *lexer) number(s *source) {
	i := s.i
	if n := dottedQuad(s.text[i:]); n > 0 {
		s.i += n
		s.i += addrTail(s.text[s.i:])
		l.emit(s, Token{Kind: Addr, Text: string(s.text[i:s.i])}, i)
		return
	}
	if n := plainV6(s.text[i:]); n > 0 {
		l.addrV6(s)
		return
	}
	for s.i < len(s.text) && isWord(s.text[s.i]) {
		s.i++
	}
	text := string(s.text[i:s.i])
	if s.i < len(s.text) && s.text[s.i] == '.' && l.braces == 0 {
		l.dotted(s, i)
		return
	}
	n, err := parseNumber(text)
	if err != nil {
		l.diags.Errorf(diag.Number, s.pos(i), "%q is not a number", text)
	}
	l.emit(s, Token{Kind: Int, Int: n, Text: text}, i)
}

// parseNumber reads 123, 0x7b, 0173 and 1111011b (index ST010).
func parseNumber(text string) (int64, error) {
	if n := len(text); n > 1 && text[n-1] == 'b' && strings.Trim(text[:n-1], "01") == "" {
		return strconv.ParseInt(text[:n-1], 2, 64)
	}
	if strings.ContainsAny(text, "_") {
		return 0, strconv.ErrSyntax
	}
	if len(text) > 1 && text[0] == '0' && isDigit(text[1]) {
		return strconv.ParseInt(text, 8, 64)
	}
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		return strconv.ParseInt(hex, 16, 64)
	}
	return strconv.ParseInt(text, 10, 64)
}

// word reads an identifier, and what belongs to it where it is no identifier
// alone: a define's name, an include, udp:10.0.0.1:5060, msg:len, mail.example.com.
func (l *lexer) word(s *source) {
	i := s.i
	if n := plainV6(s.text[i:]); n > 0 {
		l.addrV6(s)
		return
	}
	for s.i < len(s.text) && isWord(s.text[s.i]) {
		s.i++
	}
	text := string(s.text[i:s.i])
	if (text == "include_file" || text == "import_file") && s.fixed == 0 && !l.verbatim && !l.opts.Without[text] {
		l.includeStatement(s, i, text)
		return
	}
	if d := l.defines[text]; d != nil && d.hasValue {
		if l.expand(s, i, d) {
			return
		}
	}
	if s.i+1 < len(s.text) && s.text[s.i] == ':' && l.colonWord(s, i, text) {
		return
	}
	if s.i+1 < len(s.text) && (s.text[s.i] == '.' || s.text[s.i] == '-' && l.rawValue()) && (isWord(s.text[s.i+1])) {
		l.dotted(s, i)
		return
	}
	l.emit(s, Token{Kind: Ident, Text: text}, i)
}

// dotted reads on behind a dot: a host name or group.name.
func (l *lexer) dotted(s *source, i int) {
	for s.i < len(s.text) {
		c := s.text[s.i]
		if !isWord(c) && c != '.' && !(c == '-' && l.rawValue()) {
			break
		}
		s.i++
	}
	if l.rawValue() && s.i+1 < len(s.text) && s.text[s.i] == ':' && isDigit(s.text[s.i+1]) {
		s.i++
		for s.i < len(s.text) && isDigit(s.text[s.i]) {
			s.i++
		}
		l.emit(s, Token{Kind: Addr, Text: string(s.text[i:s.i])}, i)
		return
	}
	l.emit(s, Token{Kind: Ident, Text: string(s.text[i:s.i])}, i)
}

// rawValue tells whether a value outside the routing blocks is being read, where
// host names with hyphens and ports stand without quotes: behind "=" on the same
// line, or on a line that begins with "advertise".
func (l *lexer) rawValue() bool { return l.braces == 0 && l.raw }
