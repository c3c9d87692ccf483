package manual

import (
	"slices"
	"strings"

	"sipedge/script/diag"
)

// Lookup is the entry that is written as name is, where there is one only, and
// the others that may be meant.
func (m *Manual) Lookup(kind, name string) (e *Entry, others []*Entry) {
	found := m.Find(kind, name)
	for _, f := range found {
		if f.Name != name && len(found) > 1 {
			others = append(others, f)
			continue
		}
		if e != nil {
			return nil, found
		}
		e = f
	}
	if e == nil {
		return nil, found
	}
	return e, others
}

// Find is what a user means by a word: the entries that are called so, of one
// area where kind names it ("" for all). The case of letters matters only where
// there is an entry that is written exactly so.
func (m *Manual) Find(kind, name string) []*Entry {
	var exact, folded []*Entry
	for _, e := range m.entries {
		if kind != "" && e.Kind != kind {
			continue
		}
		if slices.Contains(e.keys, name) {
			exact = append(exact, e)
		} else if slices.ContainsFunc(e.keys, func(k string) bool { return strings.EqualFold(k, name) }) {
			folded = append(folded, e)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return folded
}

// Near are names that may have been meant by one that nobody knows: the nearest
// first, then those that it is a part of, ten at most.
func (m *Manual) Near(name string) []string {
	var keys, near []string
	for _, e := range m.entries {
		keys = append(keys, e.keys...)
	}
	keep := func(n string) {
		if n != "" && !slices.Contains(near, n) && len(near) < 10 {
			near = append(near, n)
		}
	}
	keep(m.named(diag.Suggest(name, keys)))
	for _, e := range m.entries {
		if len(name) > 2 && strings.Contains(strings.ToLower(e.Name), strings.ToLower(name)) {
			keep(e.Name)
		}
	}
	return near
}

// named is the name of the entry that a key belongs to.
func (m *Manual) named(key string) string {
	if es := m.Find("", key); key != "" && len(es) > 0 {
		return es[0].Name
	}
	return ""
}
