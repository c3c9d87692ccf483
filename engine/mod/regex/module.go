// Package regex is the module regex: Perl-like regular expressions, given in the
// script or in groups in a file.
//
// syntax.go translates a pattern for Go's regexp, which takes time linear in the
// text whatever the pattern is, and says what it cannot do; groups.go reads the
// file, funcs.go holds the functions, cache.go keeps patterns that are computed
// at run time.
package regex

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module regex"

// Module is the descriptor of regex.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "regex",
		Doc:       "Perl-like regular expressions, in groups in a file or in the script.",
		NewConfig: newConfig,
		Params:    params,
		Check:     func(cfg any) error { return cfg.(*Config).load() },
		Functions: []registry.Function{
			{
				Name: "pcre_match", Routes: rt.AnyRoute, Source: source,
				Args:    []registry.Arg{{Name: "text", Kind: registry.ArgFormat}, {Name: "pattern", Kind: registry.ArgFormat}},
				Doc:     "True if the text matches the pattern. Write $$ for the end of the text. -4 if a computed pattern is none.",
				Compile: compileMatch,
			},
			{
				Name: "pcre_match_group", Routes: rt.AnyRoute, Source: source,
				Args:    []registry.Arg{{Name: "text", Kind: registry.ArgFormat}, {Name: "group", Kind: registry.ArgFormat, Optional: true}},
				Doc:     "True if the text matches a pattern of the group in the file; the first group is 0, which is used without the argument. -4 if there is no such group.",
				Compile: compileMatchGroup,
			},
		},
	}
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
