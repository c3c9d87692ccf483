package markdown

import (
	"os"
	"path/filepath"
)

// Keep writes a report to a file, whose directory is made where it is missing.
func Keep(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
