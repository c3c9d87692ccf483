package main

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed scripts/*.txt
var written embed.FS

// casesWritten are the scripts that stand in files, one file for each area. A script begins with a line "=== name", which may end
// in the words wire or alone; what stands before a line "---" is its Top.
func casesWritten() []Case {
	files, err := written.ReadDir("scripts")
	if err != nil {
		panic(err) // the files are part of the program
	}
	var cases []Case
	for _, f := range files {
		text, err := written.ReadFile("scripts/" + f.Name())
		if err != nil {
			panic(err)
		}
		found, err := parseScripts(strings.TrimSuffix(path.Base(f.Name()), ".txt"), string(text))
		if err != nil {
			panic(err)
		}
		cases = append(cases, found...)
	}
	return cases
}

// parseScripts reads a file of scripts.
func parseScripts(area, text string) ([]Case, error) {
	var cases []Case
	for n, part := range strings.Split("\n"+text, "\n=== ") {
		if n == 0 {
			if strings.TrimSpace(part) != "" {
				return nil, fmt.Errorf("%s: a script begins with ===", area)
			}
			continue
		}
		title, body, _ := strings.Cut(part, "\n")
		c := Case{Name: area + "/"}
		words := strings.Fields(title)
		for len(words) > 0 {
			switch words[len(words)-1] {
			case "wire":
				c.Wire = true
			case "alone":
				c.Alone = true
			default:
				c.Name += strings.Join(words, " ")
				words = words[:1]
			}
			words = words[:len(words)-1]
		}
		if top, rest, ok := strings.Cut(body, "---\n"); ok {
			c.Top, body = top, rest
		}
		c.Body = strings.TrimRight(body, "\n") + "\n"
		if strings.TrimSpace(body) == "" || c.Name == area+"/" {
			return nil, fmt.Errorf("%s: script %q needs a name and statements", area, title)
		}
		cases = append(cases, c)
	}
	return cases, nil
}
