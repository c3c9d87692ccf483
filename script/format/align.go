package format

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// align puts the comments at the ends of neighbouring lines into one column.
// Lines are neighbours where they have the same indentation, one line each, a
// comment each and no blank line between.
func align(lines []line) {
	for i := 0; i < len(lines); {
		if lines[i].comment == "" {
			i++
			continue
		}
		n := i + 1
		for n < len(lines) && lines[n].comment != "" && !lines[n].blank && lines[n].indent == lines[i].indent && !several(&lines[n-1]) && !several(&lines[n]) {
			n++
		}
		width := 0
		for k := i; k < n; k++ {
			width = max(width, utf8.RuneCount(lines[k].code))
		}
		for k := i; k < n; k++ {
			pad := 1
			if !several(&lines[k]) {
				pad += width - utf8.RuneCount(lines[k].code)
			}
			lines[k].comment = strings.Repeat(" ", pad) + lines[k].comment
		}
		i = n
	}
}

// several tells a line with line ends in it.
func several(n *line) bool { return bytes.IndexByte(n.code, '\n') >= 0 }
