package lex

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"sipedge/script/diag"
)

// includeStatement reads the rest of include_file "path" where it stands among
// other tokens.
func (l *lexer) includeStatement(s *source, start int, name string) {
	pos := s.pos(start)
	i := s.i
	for i < len(s.text) && (s.text[i] == ' ' || s.text[i] == '\t') {
		i++
	}
	if i == len(s.text) || s.text[i] != '"' && s.text[i] != '\'' {
		l.diags.Errorf(diag.Include, pos, "%s takes a path in quotes", name)
		return
	}
	end := closing(s.text, i)
	if end == len(s.text) || end > lineEnd(s.text, i) {
		l.diags.Errorf(diag.UnclosedString, s.pos(i), "string is not closed: %c is missing", s.text[i])
		s.i = lineEnd(s.text, i)
		return
	}
	path, _ := l.unescape(s, i+1, s.text[i+1:end])
	s.i = end + 1
	l.include(s, pos, name, l.substitute(pos, string(path)))
}

// includeLine is the same as a directive; a define may stand for the path.
func (l *lexer) includeLine(s *source, pos diag.Pos, name, arg string) {
	if d := l.defines[arg]; d != nil && d.hasValue {
		arg = d.value
	}
	if n := len(arg); n < 2 || arg[0] != '"' && arg[0] != '\'' || arg[n-1] != arg[0] {
		l.diags.Errorf(diag.Include, pos, "#!%s takes a path in quotes, not %s", name, arg)
		return
	}
	l.include(s, pos, name, l.substitute(pos, arg[1:len(arg)-1]))
}

// include begins to read another file: relative to the current directory, else
// to the including file's (cookbook "include_file"). import_file does not mind
// when there is none.
func (l *lexer) include(s *source, pos diag.Pos, name, path string) {
	if s.depth >= MaxIncludeDepth && !l.opts.Without["include depth"] {
		l.stop(pos, "includes are nested more than %d deep%s", MaxIncludeDepth, l.includeCycle(s.file))
		return
	}
	if l.stopped {
		return
	}
	if l.files++; l.files > MaxFiles {
		l.stop(pos, "includes read more than %d files", MaxFiles)
		return
	}
	tries := []string{path}
	if !filepath.IsAbs(path) && !l.opts.Without["include path search"] {
		if dir := filepath.Dir(s.file.Name); dir != "." {
			tries = append(tries, filepath.Join(dir, path))
		}
	}
	var text []byte
	var err error
	for _, try := range tries {
		if text, err = l.opts.ReadFile(try); err == nil {
			path = try
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			path = try
			break
		}
	}
	if err != nil {
		if name == "import_file" && errors.Is(err, fs.ErrNotExist) {
			return
		}
		reason := err.Error()
		var pe *fs.PathError
		if errors.As(err, &pe) {
			reason = pe.Err.Error()
		}
		l.diags.Errorf(diag.Include, pos, "cannot include %q: %s (looked for %s)", path, reason, strings.Join(tries, ", "))
		return
	}
	text = withoutMark(text)
	f := l.set.Add(path, text)
	f.From = pos
	l.push(&source{file: f, text: text, depth: s.depth + 1})
}

// includeCycle says that a file is read inside itself, where that is why includes
// are nested so deep.
func (l *lexer) includeCycle(f *diag.File) string {
	for outer := l.set.File(f.From); outer != nil; outer = l.set.File(outer.From) {
		if outer.Name == f.Name {
			return ": " + f.Name + " includes itself, at once or by others; take that include_file out"
		}
	}
	return ""
}
