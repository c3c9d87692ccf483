package main

import (
	"fmt"
	"strconv"
	"strings"

	"sipedge/benchmarks/markdown"
)

// summary is the report: the figures, a row for each area, the explanations that were needed, and what nothing explains.
func summary(found []judged) string {
	all := count(found)
	lines := 0
	for _, j := range found {
		lines += len(j.Kamailio.Lines)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d scripts, %d lines: equal/explained/unexplained %d/%d/%d\n\n", len(found), lines, all.equal, all.explained, all.unexplained)

	byArea := make(map[string][]judged)
	var areas []string
	for _, j := range found {
		area := j.Case.area()
		if byArea[area] == nil {
			areas = append(areas, area)
		}
		byArea[area] = append(byArea[area], j)
	}
	t := markdown.NewTable("area", "scripts", "refused by both", "equal", "explained", "unexplained")
	for _, area := range areas {
		n, refused := count(byArea[area]), 0
		for _, j := range byArea[area] {
			if !j.Sipedge.Verdict.Accepts && !j.Kamailio.Verdict.Accepts {
				refused++
			}
		}
		t.Row(area, strconv.Itoa(len(byArea[area])), strconv.Itoa(refused), strconv.Itoa(n.equal), strconv.Itoa(n.explained), strconv.Itoa(n.unexplained))
	}
	b.WriteString(t.String())

	used := make(map[string][]string)
	for _, j := range found {
		if j.By != nil {
			used[j.By.ID] = append(used[j.By.ID], j.Case.Name)
		}
	}
	if len(used) > 0 {
		b.WriteString("\n## Explained\n\n")
		t := markdown.NewTable("class", "scripts", "why", "line of the specification", "for example")
		for _, e := range explanations {
			if names := used[e.ID]; len(names) > 0 {
				t.Row(e.ID, strconv.Itoa(len(names)), e.Why, e.Document+": "+e.Line, names[0])
			}
		}
		b.WriteString(t.String())
	}
	b.WriteString("\n## Left out\n\n" + leftOutTable())
	if all.unexplained > 0 {
		b.WriteString("\n## Unexplained\n\n")
		for _, j := range found {
			if !j.Equal && j.By == nil {
				b.WriteString(indented(difference(j.pair)) + "\n")
			}
		}
	}
	return b.String()
}

// shownScript is the length in bytes up to which a report shows a script; the generated ones are longer and explain themselves by
// their names.
const shownScript = 600

// difference shows a script and where two servers part.
func difference(p pair) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Case.Name)
	if text := p.Case.Top + p.Case.Body; len(text) < shownScript {
		fmt.Fprintf(&b, "%s\n", text)
	}
	b.WriteString(side("sipedge ", p.Sipedge, p.Kamailio))
	b.WriteString(side("kamailio", p.Kamailio, p.Sipedge))
	return b.String()
}

func side(name string, o, other observation) string {
	if !o.Verdict.Accepts {
		return fmt.Sprintf("  %s refuses: %s\n", name, o.Verdict.Why)
	}
	var b strings.Builder
	for i, line := range o.Lines {
		if i >= len(other.Lines) || other.Lines[i] != line {
			fmt.Fprintf(&b, "  %s %3d: %s\n", name, i, line)
		}
	}
	if b.Len() == 0 {
		return fmt.Sprintf("  %s accepts, %d lines\n", name, len(o.Lines))
	}
	return b.String()
}

// details are the scripts that differ, or all of them with everything that was seen.
func details(found []judged, everything bool) string {
	var b strings.Builder
	for _, j := range found {
		switch {
		case everything && j.Equal:
			fmt.Fprintf(&b, "%s\n%s\n%s\n", j.Case.Name, j.Case.Top+j.Case.Body, side("both", j.Sipedge, observation{}))
		case !j.Equal && j.By != nil:
			fmt.Fprintf(&b, "explained by %s: %s\n", j.By.ID, difference(j.pair))
		}
	}
	return b.String()
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}
