package diag

import (
	"bytes"
	"sort"
)

// extent is a token or directive: the offsets of its first byte and behind its last.
type extent struct{ from, to int32 }

// Mark notes that one token, or one directive, lies between two offsets of the
// file. Marks come in the order of the text.
func (f *File) Mark(from, to int) {
	if n := len(f.extents); n > 0 && int(f.extents[n-1].to) > from {
		return
	}
	f.extents = append(f.extents, extent{int32(from), int32(to)})
}

// EndOf is the place behind what begins at p: a token, a directive, or a name
// inside of a string. 0 where nothing is known to begin there, as for something
// that is missing.
func (s *Set) EndOf(p Pos) Pos {
	f := s.File(p)
	if f == nil {
		return 0
	}
	off := int(p - f.base)
	i := sort.Search(len(f.extents), func(i int) bool { return int(f.extents[i].to) > off })
	if i == len(f.extents) || int(f.extents[i].from) > off {
		return 0
	}
	if int(f.extents[i].from) == off {
		return f.Pos(int(f.extents[i].to))
	}
	if end := off + nameLen(f.Text[off:f.extents[i].to]); end > off {
		return f.Pos(end)
	}
	return 0
}

// nameLen is the length of the name at the head of b, with a $ or $( before it.
func nameLen(b []byte) int {
	n := len(b) - len(bytes.TrimPrefix(bytes.TrimPrefix(b, []byte("$")), []byte("(")))
	start := n
	for n < len(b) && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' || b[n] >= '0' && b[n] <= '9' || b[n] == '_' || b[n] == '.') {
		n++
	}
	if n == start {
		return 0
	}
	return n
}
