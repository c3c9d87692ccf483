package markdown

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTablePadsItsColumns(t *testing.T) {
	table := NewTable("a", "figure")
	table.Row("µs per message", "1")
	table.Row("x")
	want := "" +
		"| a              | figure |\n" +
		"| -------------- | ------ |\n" +
		"| µs per message | 1      |\n" +
		"| x              |        |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableStaysWholeWithBarsAndLineBreaksInACell(t *testing.T) {
	table := NewTable("one")
	table.Row("a|b\nc", "too many")
	want := "| one    |\n| ------ |\n| a\\|b c |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestKeepMakesTheDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "R.md")
	if err := Keep(path, "text\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "text\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
