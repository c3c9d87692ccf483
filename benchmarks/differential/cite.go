package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// specification is where the documents lie, from the top directory of the module.
const specification = "../shared/spec"

// cited checks that each explanation quotes a line of its document. Where the specification is not at hand nothing can be
// checked; a document without the line is an error.
func cited(table []Explanation) error { return citedIn(specification, table) }

func citedIn(dir string, table []Explanation) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	texts := make(map[string]string)
	for _, e := range table {
		text, ok := texts[e.Document]
		if !ok {
			read, err := os.ReadFile(filepath.Join(dir, e.Document))
			if err != nil {
				return err
			}
			text = string(read)
			texts[e.Document] = text
		}
		if e.Line == "" || strings.Contains(e.Line, "\n") || !strings.Contains(text, e.Line) {
			return fmt.Errorf("explanation %q quotes what does not stand in a line of %s: %q", e.ID, e.Document, e.Line)
		}
	}
	return nil
}
