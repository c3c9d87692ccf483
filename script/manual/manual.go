package manual

import (
	"cmp"
	"slices"
	"strings"

	"sipedge/script/registry"
)

// Area is a kind of entry.
type Area struct {
	// Name is the word for several, Kind that for one.
	Name, Kind string
	// About is one line for the list of areas.
	About string
}

// areas are all of them, in the order of the manual.
var areas = []Area{
	{"statements", "statement", "what stands in routing blocks and around them"},
	{"operators", "operator", "of expressions, with what binds tighter"},
	{"directives", "directive", "the preprocessor: lines that begin with #! or !!"},
	{"parameters", "parameter", "of the core: name = value"},
	{"functions", "function", "of the core and of the modules"},
	{"variables", "variable", "pseudo-variables: $name"},
	{"transformations", "transformation", "of pseudo-variables: $(name{class.name})"},
	{"keywords", "keyword", "words that conditions compare: method, src_ip, …"},
	{"selects", "select", "parts of the message: @name"},
	{"events", "event", "event_route[name]: when it runs"},
	{"modules", "module", "what loadmodule enables, with the parameters that modparam sets"},
	{"codes", "code", "kinds of errors and warnings, as sipedge -c --json names them"},
}

// Entry is one thing that the manual describes.
type Entry struct {
	Kind string // of the area
	// Name is how scripts write it, Title with its arguments.
	Name, Title string
	// Module is where it comes from, "" for the core. Param is set for a module's
	// parameter.
	Module string
	Param  bool
	Doc    string
	Fields []Field
	Source string
	// keys are what a user may type for it.
	keys []string
}

// Field is a fact about an entry.
type Field struct{ Label, Text string }

// Manual is all entries.
type Manual struct {
	entries []*Entry // by area, then by name
	table   *registry.Table
}

// add enters an entry with further names by which it is found.
func (m *Manual) add(e *Entry, keys ...string) {
	e.Doc = sentence(e.Doc)
	e.keys = append(append(e.keys, e.Name), keys...)
	m.entries = append(m.entries, e)
}

// sentence gives a text that is a phrase the form of a sentence.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return capital(s)
	}
	return capital(s) + "."
}

// sort puts the entries into the order of areas and names.
func (m *Manual) sort() {
	slices.SortStableFunc(m.entries, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(areaOf(a.Kind), areaOf(b.Kind)), cmp.Compare(sortKey(a), sortKey(b)))
	})
}

func sortKey(e *Entry) string { return strings.ToLower(strings.TrimLeft(e.Name, "$@#!{")) }

// areaOf is the number of a kind's area.
func areaOf(kind string) int {
	return slices.IndexFunc(areas, func(a Area) bool { return a.Kind == kind })
}

// area is the area of a word, for one or several; -1 for none.
func area(word string) int {
	return slices.IndexFunc(areas, func(a Area) bool { return a.Kind == word || a.Name == word })
}

// in are the entries of an area; the parameters of modules are not among those
// of the core.
func (m *Manual) in(i int) []*Entry {
	var es []*Entry
	for _, e := range m.entries {
		if e.Kind == areas[i].Kind && !e.Param {
			es = append(es, e)
		}
	}
	return es
}

// ofModule are the entries that a module brings, of one kind.
func (m *Manual) ofModule(module, kind string) []*Entry {
	var es []*Entry
	for _, e := range m.entries {
		if e.Module == module && e.Kind == kind {
			es = append(es, e)
		}
	}
	return es
}

// Entries are all entries; the slice is the caller's.
func (m *Manual) Entries() []*Entry { return slices.Clone(m.entries) }

// IsKind tells the words that may stand before a name: function, parameter, …
func IsKind(word string) bool { return areaOf(word) >= 0 }
