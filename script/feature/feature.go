// Package feature names the parts of the script language that are no row of a
// registry: directives, literals, operators, statements, routing blocks and rules.
// A test that shows such a part leaves it out and looks whether the test then
// fails; a test that still passes shows nothing.
//
// Parts that are rows (functions, parameters, pseudo-variables, keywords, selects,
// modules) are left out by taking the row out of the table.
//
// A server has a nil Set. It is asked only while a configuration is read, so it
// costs a message nothing.
package feature

import (
	"fmt"
	"slices"
)

// Set are the parts that are left out; nil leaves out none.
type Set map[string]bool

// Without makes the set of the named parts. Its error names one that does not
// exist.
func Without(names ...string) (Set, error) {
	s := Set{}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(f Feature) bool { return f.Name == n }) {
			return nil, fmt.Errorf("the language has no feature %q", n)
		}
		s[n] = true
	}
	return s, nil
}

// Feature is one part of the language.
type Feature struct {
	Name string
	// Absent says what is different without it.
	Absent string
}

// All are the parts that can be left out.
func All() []Feature { return slices.Clone(all) }
