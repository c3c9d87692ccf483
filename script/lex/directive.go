package lex

import (
	"strings"

	"sipedge/script/diag"
)

// region is an open #!ifdef.
type region struct {
	pos  diag.Pos
	skip bool // what stands here now is left out
	done bool // a branch of it has been taken
	els  bool // #!else was seen
	dead bool // it lies in a region that is left out
}

// modes are the first-line marks of configuration dialects; they change nothing here.
var modes = map[string]bool{"kamailio": true, "ser": true, "openser": true, "maxcompat": true, "all": true, "compat": true}

// directives are all names behind #!, for suggestions.
var directives = []string{"define", "def", "trydef", "trydefine", "redefine", "redef", "undef", "ifdef", "ifndef", "ifexp", "else", "endif",
	"subst", "substdef", "substdefs", "defenv", "trydefenv", "defexp", "defexps", "include_file", "import_file"}

// isDirective tells whether a directive's name stands at the head of b, since !!
// may as well be two negations.
func (l *lexer) isDirective(b []byte) bool {
	n := 0
	for n < len(b) && isWord(b[n]) {
		n++
	}
	w := string(b[:n])
	if modes[strings.ToLower(w)] {
		return !l.opts.Without["first-line mark"]
	}
	for _, d := range directives {
		if d == w {
			return true
		}
	}
	return false
}

// directive does the one that begins at the place being read; it ends with its
// line, or with the first line that does not end with a backslash.
func (l *lexer) directive(s *source) {
	start := s.i
	pos := s.pos(start)
	i := start + 2
	for i < len(s.text) && isWord(s.text[i]) {
		i++
	}
	name := string(s.text[start+2 : i])
	if l.opts.Without["#!"+name] {
		name = "" // a comment
	}
	rest, end := logicalLine(s.text, i, !l.opts.Without["multi-line define"])
	s.i = end
	s.file.Mark(start, start+2+len(trimSpace(s.text[start+2:end])))
	arg := strings.TrimSpace(rest)
	switch name {
	case "define", "def":
		l.defineLine(pos, name, arg, "")
	case "trydef", "trydefine":
		l.defineLine(pos, name, arg, "try")
	case "redefine", "redef":
		l.defineLine(pos, name, arg, "re")
	case "undef":
		delete(l.defines, l.nameOf(pos, name, arg))
	case "defenv", "trydefenv":
		l.defineEnv(pos, name, arg)
	case "defexp", "defexps":
		l.defineExp(pos, name, arg)
	case "subst":
		l.addSubst(pos, arg)
	case "substdef", "substdefs":
		l.substDefine(pos, arg, name == "substdefs")
	case "ifdef", "ifndef":
		n := l.nameOf(pos, name, arg)
		l.open(pos, (l.defines[n] != nil) == (name == "ifdef"))
	case "ifexp":
		l.open(pos, l.condition(pos, arg))
	case "else":
		l.elseLine(pos)
	case "endif":
		l.endif(pos, s.conds)
	case "include_file", "import_file":
		l.includeLine(s, pos, name, arg)
	default:
		if !modes[strings.ToLower(name)] && name != "" {
			if near := diag.Suggest(name, directives); near != "" {
				l.diags.Warnf(diag.UnknownDirective, pos, "#!%s is no directive and is taken as a comment", name).Suggestion = "#!" + near
			}
		}
	}
	if l.skipping() && len(l.stack) > 0 {
		l.skip(s)
	}
}

// logicalLine is the text from i to the end of its line, lines that end with a
// backslash joined where join says so, and the offset behind it.
func logicalLine(b []byte, i int, join bool) (string, int) {
	var out []byte
	for {
		end := lineEnd(b, i)
		line := trimSpace(b[i:end])
		next := min(end+1, len(b))
		if n := len(line); n > 0 && line[n-1] == '\\' && end < len(b) && join {
			out = append(append(out, line[:n-1]...), ' ')
			i = next
			continue
		}
		return string(append(out, line...)), end
	}
}

// nameOf is the name that a directive takes, "" after an error.
func (l *lexer) nameOf(pos diag.Pos, directive, arg string) string {
	n, rest, _ := strings.Cut(arg, " ")
	if !isName(n) {
		l.diags.Errorf(diag.Directive, pos, "#!%s takes a name, not %q", directive, arg)
		return ""
	}
	if rest = strings.TrimSpace(rest); rest != "" && !strings.HasPrefix(rest, "#") && !l.opts.Without["clean directive lines"] {
		l.diags.Errorf(diag.Directive, pos, "#!%s takes one name; %q is too much (a comment goes on a line of its own)", directive, rest)
	}
	return n
}

func (l *lexer) defineLine(pos diag.Pos, directive, arg, how string) {
	n := 0
	for n < len(arg) && isWord(arg[n]) {
		n++
	}
	name, value := arg[:n], strings.TrimSpace(arg[n:])
	if !isName(name) || n < len(arg) && arg[n] != ' ' && arg[n] != '\t' && arg[n] != '=' {
		l.diags.Errorf(diag.Directive, pos, "#!%s takes a name and a value, not %q", directive, arg)
		return
	}
	l.define(pos, name, value, value != "" && !l.opts.Without["define value"], how)
}

// defineEnv is #!defenv NAME or NAME=VARIABLE: the value of a variable of the environment.
func (l *lexer) defineEnv(pos diag.Pos, directive, arg string) {
	name, env, ok := strings.Cut(arg, "=")
	name, env = strings.TrimSpace(name), strings.TrimSpace(env)
	if !ok {
		env = name
	}
	if !isName(name) || env == "" {
		l.diags.Errorf(diag.Directive, pos, "#!%s takes NAME or NAME=VARIABLE, not %q", directive, arg)
		return
	}
	v, found := l.opts.Getenv(env)
	if !found {
		if directive == "defenv" {
			l.diags.Errorf(diag.Environment, pos, "the environment has no variable %s", env)
		}
		return
	}
	l.define(pos, name, v, v != "", "")
}

func (l *lexer) skipping() bool { return len(l.conds) > 0 && l.conds[len(l.conds)-1].skip }

func (l *lexer) open(pos diag.Pos, holds bool) {
	if len(l.conds) >= MaxRegions {
		l.stop(pos, "regions are nested more than %d deep", MaxRegions)
		return
	}
	dead := l.skipping()
	l.conds = append(l.conds, region{pos: pos, skip: dead || !holds, done: holds, dead: dead})
}

func (l *lexer) elseLine(pos diag.Pos) {
	if len(l.conds) == 0 {
		l.diags.Errorf(diag.Region, pos, "#!else without #!ifdef")
		return
	}
	c := &l.conds[len(l.conds)-1]
	if c.els {
		l.diags.Errorf(diag.Region, pos, "a second #!else; the region begins at line %d", l.set.Position(c.pos).Line)
		return
	}
	c.els = true
	c.skip = c.dead || c.done
}

func (l *lexer) endif(pos diag.Pos, floor int) {
	if len(l.conds) <= floor {
		l.diags.Errorf(diag.Region, pos, "#!endif without #!ifdef")
		return
	}
	l.conds = l.conds[:len(l.conds)-1]
}

// closeRegions reports regions that are open at the end of a file.
func (l *lexer) closeRegions(floor int) {
	for len(l.conds) > floor {
		c := l.conds[len(l.conds)-1]
		l.conds = l.conds[:len(l.conds)-1]
		l.diags.Errorf(diag.Region, c.pos, "the region that begins here is not closed: #!endif is missing")
	}
}

// skip passes over a region that is left out, line by line: only the directives
// that open and close regions are seen in it.
func (l *lexer) skip(s *source) {
	for s.i < len(s.text) && l.skipping() {
		if s.text[s.i] == '\n' {
			s.i++
		}
		i := s.i
		for i < len(s.text) && (s.text[i] == ' ' || s.text[i] == '\t') {
			i++
		}
		end := lineEnd(s.text, i)
		line := s.text[i:end]
		if len(line) > 2 && line[1] == '!' && (line[0] == '#' || line[0] == '!') {
			n := 2
			for n < len(line) && isWord(line[n]) {
				n++
			}
			pos := s.pos(i)
			name := string(line[2:n])
			if l.opts.Without["#!"+name] {
				name = ""
			}
			switch name {
			case "ifdef", "ifndef", "ifexp":
				l.open(pos, false)
			case "else":
				l.elseLine(pos)
			case "endif":
				l.endif(pos, s.conds)
			}
		}
		s.i = end
		if len(l.stack) == 0 {
			return
		}
	}
}
