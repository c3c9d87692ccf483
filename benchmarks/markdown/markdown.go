// Package markdown writes the tables of the reports. It knows nothing of what stands in them.
package markdown

import (
	"strings"
	"unicode/utf8"
)

// Table is a Markdown table that is also readable as plain text: its columns are padded to one width.
type Table struct {
	head []string
	rows [][]string
}

// NewTable starts a table with the given column heads.
func NewTable(head ...string) *Table { return &Table{head: head} }

// Row adds a row. Missing cells are empty, cells beyond the head are left out; line breaks and bars inside a cell are
// replaced so that the table stays whole.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(t.head))
	for i := range row {
		if i < len(cells) {
			row[i] = cell(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// String renders the table, with a newline at its end.
func (t *Table) String() string {
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = max(3, utf8.RuneCountInString(h))
		for _, row := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b strings.Builder
	line := func(cells []string, pad byte) {
		for i, c := range cells {
			b.WriteString("| ")
			b.WriteString(c)
			for n := utf8.RuneCountInString(c); n < widths[i]; n++ {
				b.WriteByte(pad)
			}
			b.WriteByte(' ')
		}
		b.WriteString("|\n")
	}
	line(t.head, ' ')
	line(make([]string, len(t.head)), '-')
	for _, row := range t.rows {
		line(row, ' ')
	}
	return b.String()
}

func cell(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.ReplaceAll(s, "|", `\|`)
}
