package lex

import (
	"regexp"
	"strconv"
	"strings"

	"sipedge/script/diag"
)

// define is one #!define.
type define struct {
	value    string
	hasValue bool
	pos      diag.Pos
}

// predefined are the names that scripts ask for to learn what reads them: the
// language is the one of Kamailio 5.6.
var predefined = []string{"KAMAILIO", "KAMAILIO_5", "KAMAILIO_5_6"}

// defineModule enters MOD_name for a module that is loaded; where a text is only
// taken apart (Pieces) there are no defines.
func (l *lexer) defineModule(pos diag.Pos, path string) {
	if l.defines == nil {
		return
	}
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".so")
	if name = "MOD_" + name; isName(name) && l.defines[name] == nil {
		l.defines[name] = &define{pos: pos}
	}
}

// commandLine takes the definitions of the command line.
func (l *lexer) commandLine() {
	for _, name := range predefined {
		l.defines[name] = &define{}
	}
	for _, d := range l.opts.Defines {
		name, value, has := strings.Cut(d, "=")
		if !isName(name) {
			l.diags.Errorf(diag.Directive, 0, "-A %s: %q is not a name", d, name)
			continue
		}
		l.defines[name] = &define{value: value, hasValue: has && value != ""}
	}
	for _, s := range l.opts.Substs {
		name, arg, _ := strings.Cut(s, " ")
		switch name {
		case "subst":
			l.addSubst(0, strings.TrimSpace(arg))
		case "substdef", "substdefs":
			l.substDefine(0, strings.TrimSpace(arg), name == "substdefs")
		}
	}
}

func isName(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) || i == 0 && isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// define enters a name. redefine replaces one that is there, try leaves it.
func (l *lexer) define(pos diag.Pos, name, value string, has bool, how string) {
	old := l.defines[name]
	switch {
	case old != nil && how == "try":
		return
	case old != nil && how != "re":
		d := l.diags.Errorf(diag.DuplicateDefine, pos, "%s is defined already", name)
		if at := l.set.Position(old.pos); at.Line > 0 {
			d.Message += ", at " + at.File + ":" + strconv.Itoa(at.Line)
		}
		return
	case old == nil && l.written() >= l.opts.MaxDefines && !l.opts.Without["define count"]:
		l.diags.Errorf(diag.Limit, pos, "more than %d defines", l.opts.MaxDefines)
		return
	}
	l.defines[name] = &define{value: value, hasValue: has, pos: pos}
}

// written is the number of defines that are the script's own.
func (l *lexer) written() int {
	n := 0
	for name := range l.defines {
		if !strings.HasPrefix(name, "MOD_") {
			n++
		}
	}
	return n - len(predefined)
}

// expand begins to read a define's value in the place of its name.
func (l *lexer) expand(s *source, at int, d *define) bool {
	depth := 0
	name := string(s.text[at:s.i])
	for k := len(l.stack) - 1; k >= 0 && l.stack[k].fixed != 0; k-- {
		depth++
		if l.stack[k].name == name {
			l.diags.Errorf(diag.DefineCycle, s.pos(at), "the value of %s names %s itself", name, name)
			return false
		}
	}
	if depth >= MaxExpansions {
		l.stop(s.pos(at), "defines are nested more than %d deep", MaxExpansions)
		return true
	}
	l.push(&source{file: s.file, text: []byte(d.value), fixed: s.pos(at), name: name, depth: s.depth})
	return true
}

// subst is one #!subst: a search and replacement inside strings.
type subst struct {
	re  *regexp.Regexp
	to  string
	all bool
}

// addSubst reads "/expression/replacement/flags"; the separator is its first
// character (cookbook "subst").
func (l *lexer) addSubst(pos diag.Pos, text string) {
	if len(l.substs) >= MaxSubsts {
		l.diags.Errorf(diag.Limit, pos, "more than %d substitutions", MaxSubsts)
		return
	}
	re, to, flags, ok := splitSubst(text)
	if !ok {
		l.diags.Errorf(diag.Directive, pos, "expected \"/expression/replacement/flags\", found %q", text)
		return
	}
	s := subst{}
	prefix := ""
	for _, f := range flags {
		switch f {
		case 'g':
			s.all = true
		case 'i':
			prefix = "(?i)"
		default:
			l.diags.Errorf(diag.Directive, pos, "unknown flag %q of a substitution (there are g and i)", f)
			return
		}
	}
	r, err := regexp.Compile(prefix + re)
	if err != nil {
		l.diags.Errorf(diag.Regex, pos, "bad regular expression %q: %v", re, err)
		return
	}
	r.Longest()
	s.re, s.to = r, goReplacement(to)
	l.substs = append(l.substs, s)
}

// splitSubst takes a substitution apart. Quotes around it are optional.
func splitSubst(text string) (re, to, flags string, ok bool) {
	text = strings.TrimSpace(text)
	if n := len(text); n > 1 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text = text[1 : n-1]
	}
	if len(text) < 3 {
		return "", "", "", false
	}
	sep := text[0]
	var parts []string
	start := 1
	for i := 1; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			continue
		}
		if text[i] == sep && len(parts) < 2 {
			parts = append(parts, strings.ReplaceAll(text[start:i], `\`+string(sep), string(sep)))
			start = i + 1
		}
	}
	if len(parts) != 2 || parts[0] == "" {
		return "", "", "", false
	}
	return parts[0], parts[1], text[start:], true
}

// goReplacement turns \1 into ${1} and takes $ literally.
func goReplacement(to string) string {
	var b strings.Builder
	for i := 0; i < len(to); i++ {
		switch {
		case to[i] == '$':
			b.WriteString("$$")
		case to[i] == '\\' && i+1 < len(to) && isDigit(to[i+1]):
			i++
			b.WriteString("${" + string(to[i]) + "}")
		case to[i] == '\\' && i+1 < len(to):
			i++
			switch to[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(to[i])
			}
		default:
			b.WriteByte(to[i])
		}
	}
	return b.String()
}

// substitute runs the substitutions over a string that stands at pos. What they
// add to all strings together is bounded.
func (l *lexer) substitute(pos diag.Pos, text string) string {
	out := text
	for _, s := range l.substs {
		to, ok := s.apply(out, len(out)+substFloor+substFactor*l.read-l.grown)
		if !ok {
			l.stop(pos, "substitutions make the strings grow by more than %d bytes", substFloor+substFactor*l.read)
			return text
		}
		l.grown += max(0, len(to)-len(out))
		out = to
	}
	return out
}

// apply replaces in text; false where the result would be longer than most bytes.
func (s *subst) apply(text string, most int) (string, bool) {
	n := 1
	if s.all {
		n = -1
	}
	matches := s.re.FindAllStringSubmatchIndex(text, n)
	if matches == nil {
		return text, true
	}
	var out []byte
	at := 0
	for _, m := range matches {
		out = append(out, text[at:m[0]]...)
		out = s.re.ExpandString(out, s.to, text, m)
		if len(out) > most {
			return "", false
		}
		at = m[1]
	}
	return string(append(out, text[at:]...)), true
}

// substDefine is #!substdef "!NAME!value!flags": a define, and a substitution of
// the same name inside strings. quoted (substdefs) makes the define a string.
func (l *lexer) substDefine(pos diag.Pos, text string, quoted bool) {
	name, value, _, ok := splitSubst(text)
	if !ok || !isName(name) {
		l.diags.Errorf(diag.Directive, pos, "expected \"!NAME!value!flags\", found %q", text)
		return
	}
	l.addSubst(pos, text)
	if quoted {
		value = `"` + strings.ReplaceAll(value, `"`, `\"`) + `"`
	}
	l.define(pos, name, value, true, "")
}
