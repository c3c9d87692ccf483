package main

import (
	"slices"
	"strings"
)

const (
	decisions = "decisions.md"
	cookbook  = "core-cookbook-3.1.txt"
)

// explanations is every class of differences that is asked for. A row's Expects is as narrow as can be: it says what both servers
// must have made of the script.
var explanations = []Explanation{
	{
		ID: "types known at start", Document: cookbook,
		Line: "In general convert the right operand to the type of the left operand and then perform the operation.",
		Why:  "Kamailio refuses constants and casts of the wrong type at start; sipedge converts them, as both do with variables",
		Expects: func(p pair) bool {
			return sipedgeAsTwin(p) && kamailioRefuses(p, "type mismatch: str instead of int", "type mismatch: int instead of str", "right side of  =~ is not string")
		},
	},
	{
		ID: "a method is a text", Document: cookbook,
		Line:    "int(“abc”)= =0",
		Why:     "for Kamailio $rm is a text and also the number of the method, 1 for INVITE, which it takes where it wants a number; for sipedge $rm is as any other text",
		Expects: func(p pair) bool { return sipedgeAsTwin(p) && p.Kamailio.Verdict.Accepts && uses(p.Case, "$rm") },
	},
}

// sipedgeAsTwin says whether sipedge made of a script what Kamailio made of its twin, and came to its end.
func sipedgeAsTwin(p pair) bool {
	return p.Twin != nil && p.Sipedge.Verdict.Accepts && slices.Equal(p.Sipedge.Lines, append(slices.Clone(p.Twin), "returned 1"))
}

// kamailioRefuses says whether Kamailio refuses a script for one of these reasons.
func kamailioRefuses(p pair, reasons ...string) bool {
	return !p.Kamailio.Verdict.Accepts && slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(p.Kamailio.Verdict.Why, r) })
}

// sipedgeRefuses says whether sipedge refuses a script for one of these reasons.
func sipedgeRefuses(p pair, reasons ...string) bool {
	return !p.Sipedge.Verdict.Accepts && slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(p.Sipedge.Verdict.Why, r) })
}

// uses says whether a script's own statements, without the common set-up, contain a text.
func uses(c Case, text string) bool { return strings.Contains(strings.TrimPrefix(c.Body, setUp), text) }
