package main

// Explanation is a class of differences that the specification asks for.
type Explanation struct {
	// ID names the class in the report.
	ID string
	// Document is the file of the specification, Line a phrase that stands in one of its lines.
	Document, Line string
	// Why says how the line explains the difference.
	Why string
	// Expects says whether a difference is the one that is asked for. It looks at both sides: a third result is no explanation.
	Expects func(p pair) bool
}

// judged is a pair with the sentence on it.
type judged struct {
	pair
	Equal bool
	By    *Explanation // nil where equal, and where nothing explains the difference
}

// judge compares, and looks for an explanation of what differs.
func judge(pairs []pair, table []Explanation) []judged {
	found := make([]judged, len(pairs))
	for i, p := range pairs {
		found[i] = judged{pair: p, Equal: p.Sipedge.sameAs(p.Kamailio)}
		if found[i].Equal {
			continue
		}
		for j := range table {
			if table[j].Expects(p) {
				found[i].By = &table[j]
				break
			}
		}
	}
	return found
}

// unused names the explanations that explain nothing; in a whole run each of them must.
func unused(found []judged, table []Explanation) []string {
	used := make(map[string]bool)
	for _, j := range found {
		if j.By != nil {
			used[j.By.ID] = true
		}
	}
	var ids []string
	for _, e := range table {
		if !used[e.ID] {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// counts are the figures of a run.
type counts struct{ equal, explained, unexplained int }

func count(found []judged) counts {
	var n counts
	for _, j := range found {
		switch {
		case j.Equal:
			n.equal++
		case j.By != nil:
			n.explained++
		default:
			n.unexplained++
		}
	}
	return n
}
