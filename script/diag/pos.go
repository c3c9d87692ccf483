// Package diag holds source positions and the diagnostics that name them.
//
// Positions of all files of one configuration live in one Set and are a small
// number each, as in go/token; every token, tree node and run-time position
// carries one, so that an error always names the original file, line and
// column, whatever includes, defines and substitutions did to the text.
package diag

import "sort"

// Pos is a place in one of a Set's files. The zero Pos is "no place".
type Pos int32

// Position is a Pos made readable. Line and Column count from 1, the column in bytes.
type Position struct {
	File   string
	Line   int
	Column int
}

// File is one source file, or a text given on the command line.
type File struct {
	Name string
	Text []byte
	// From is the place of the line that included the file; 0 for the first one.
	From    Pos
	base    Pos
	lines   []int    // offset of each line's first byte
	extents []extent // of its tokens, in the order of the text
}

// Set is all the source of one configuration.
type Set struct {
	files []*File
	next  Pos
}

// NewSet makes an empty set.
func NewSet() *Set { return &Set{next: 1} }

// Add registers a file's text; positions in it are base+offset.
func (s *Set) Add(name string, text []byte) *File {
	f := &File{Name: name, Text: text, base: s.next, lines: []int{0}}
	for i, c := range text {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	s.files = append(s.files, f)
	s.next += Pos(len(text)) + 1
	return f
}

// Pos is the position of the byte at offset off.
func (f *File) Pos(off int) Pos { return f.base + Pos(off) }

// Line is the text of line n (from 1) without its line end.
func (f *File) Line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	start, end := f.lines[n-1], len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return f.Text[start:end]
}

// File is the file that p lies in, nil for no place.
func (s *Set) File(p Pos) *File {
	i := sort.Search(len(s.files), func(i int) bool { return s.files[i].base > p })
	if p == 0 || i == 0 {
		return nil
	}
	return s.files[i-1]
}

// Position resolves p.
func (s *Set) Position(p Pos) Position {
	f := s.File(p)
	if f == nil {
		return Position{}
	}
	off := int(p - f.base)
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off })
	return Position{File: f.Name, Line: line, Column: off - f.lines[line-1] + 1}
}
