package manual

import (
	"fmt"
	"strings"
)

// Page is a part of the reference in Markdown.
type Page struct {
	// File is the page's name below the directory of the reference.
	File, Title, Text string
}

// Pages are the whole reference: an index, a page for each area of the core, and
// one for each module.
func (m *Manual) Pages() []Page {
	var pages []Page
	index := &strings.Builder{}
	fmt.Fprintf(index, "# Reference of sipedge\n\nThis is printed from the tables that the checker and the compiler read.\n\n")
	for i, a := range areas {
		var es []*Entry
		for _, e := range m.in(i) {
			if e.Module == "" {
				es = append(es, e)
			}
		}
		if a.Kind == "module" || len(es) == 0 {
			continue
		}
		var b strings.Builder
		title := capital(a.Name)
		fmt.Fprintf(&b, "# %s\n\n%s.\n", title, capital(escape(a.About)))
		for _, e := range es {
			e.markdown(&b, "##", e.Title)
		}
		pages = append(pages, Page{a.Name + ".md", title, b.String()})
	}
	for _, e := range m.in(area("module")) {
		pages = append(pages, Page{"modules/" + e.Name + ".md", "Module " + e.Name, m.modulePage(e)})
	}
	for _, p := range pages {
		fmt.Fprintf(index, "- [%s](%s)\n", p.Title, p.File)
	}
	return append([]Page{{"README.md", "Reference", index.String()}}, pages...)
}

func (m *Manual) modulePage(mod *Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Module %s\n\n%s\n", mod.Name, escape(mod.Doc))
	table(&b, mod.Fields)
	for _, c := range contents {
		es := m.ofModule(mod.Name, c.kind)
		if len(es) > 0 {
			fmt.Fprintf(&b, "\n## %s\n", c.title)
		}
		for _, e := range es {
			e.markdown(&b, "###", titleIn(e))
		}
	}
	return b.String()
}

// markdown writes an entry under a heading.
func (e *Entry) markdown(b *strings.Builder, heading, title string) {
	fmt.Fprintf(b, "\n%s `%s`\n\n%s\n", heading, title, escape(e.Doc))
	table(b, append(e.Fields[:len(e.Fields):len(e.Fields)], Field{"source", e.Source}))
}

// table writes facts, one a row.
func table(b *strings.Builder, fields []Field) {
	if len(fields) == 0 {
		return
	}
	b.WriteString("\n| | |\n|---|---|\n")
	for _, f := range fields {
		fmt.Fprintf(b, "| %s | %s |\n", escape(f.Label), escape(f.Text))
	}
}

// escape keeps a text from being taken as Markdown.
func escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "<", "&lt;", "[", "\\[", "]", "\\]", "`", "\\`", "\n", " ").Replace(s)
}
