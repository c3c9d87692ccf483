// Command gen writes zheaders.go; it runs in the directory of sipparse by go generate.
package main

import (
	"fmt"
	"os"

	"sipedge/sipparse/internal/headergen"
)

func main() {
	text, err := os.ReadFile("headers.txt")
	if err == nil {
		var rows []headergen.Row
		if rows, err = headergen.Read(string(text)); err == nil {
			var src []byte
			if src, err = headergen.Generate(rows); err == nil {
				err = os.WriteFile("zheaders.go", src, 0o644)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
