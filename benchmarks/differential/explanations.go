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
	{
		ID: "a text as a condition", Document: cookbook,
		Line: "int(“abc”)= =0",
		Why:  "for Kamailio $rm, $rz, $rP, $oP, $pr and $proto are also numbers, which count as conditions; for sipedge they are texts, whose number is 0",
		Expects: func(p pair) bool {
			names := []string{"variables/$rm", "variables/$rz", "variables/$rP", "variables/$oP", "variables/$pr", "variables/$proto"}
			k := p.Kamailio.Lines
			return slices.Contains(names, p.Case.Name) && len(k) == 4 && k[2] == "true" && slices.Equal(p.Sipedge.Lines, slices.Delete(slices.Clone(k), 2, 3))
		},
	},
	{
		ID: "end of a route", Document: cookbook,
		Line: "If no value is specified, or a route reaches its end without executing a return statement, it returns 1.",
		Why:  "in Kamailio the last statement's result shines through: 0 of break, that of a function",
		Expects: func(p pair) bool {
			n := len(p.Sipedge.Lines)
			switch {
			case strings.HasPrefix(p.Case.Name, "conversions/conditions, "), p.Case.Name == "statements/switch that ends a route":
				return n > 1 && onlyDiffersIn(p, n-1, "returned 1", "returned 0")
			case p.Case.Name == "statements/end of a route without return":
				return onlyDiffersIn(p, 3, "false 1", "false -1")
			}
			return false
		},
	},
	{
		ID: "return 0 in a called route", Document: cookbook,
		Line: "In any called route return(0) simply returns a zero value and script execution continues;",
		Why:  "in Kamailio 5.6.3 return(0) ends the script",
		Expects: func(p pair) bool {
			switch p.Case.Name {
			case "statements/return 0 in a called route":
				return lines(p.Sipedge, "0", "false", "returned 1") && lines(p.Kamailio, "nothing was logged")
			case "statements/return 0 at the top":
				return lines(p.Sipedge, "a", "returned 0") && lines(p.Kamailio, "a")
			}
			return false
		},
	},
	{
		ID: "not matching", Document: decisions,
		Line:    "| `!~` | listed | no token | syntax error | accept: not matching |",
		Why:     "sipedge has the operator",
		Expects: only("literals/not matching as an operator", "syntax error", "yes", "yes", "returned 1"),
	},
	{
		ID: "test operator", Document: decisions,
		Line:    "| `[ expr ]` test operator | listed | not in the grammar | syntax error | accept as a parenthesised arithmetic test |",
		Why:     "sipedge has the operator",
		Expects: only("literals/test operator", "syntax error", "yes", "no", "returned 1"),
	},
	{
		ID: "neighbouring texts", Document: decisions,
		Line:    "neighbours joined",
		Why:     "Kamailio joins texts in double quotes only",
		Expects: only("literals/neighbours of both kinds", "syntax error", "ab", "returned 1"),
	},
	{
		ID: "assignment is no condition", Document: cookbook,
		Line: "The logical operators that can be used in 'expr':",
		Why:  "= is not among them: Kamailio takes it for true, sipedge for a slip and says so",
		Expects: func(p pair) bool {
			return p.Case.Name == "literals/assignment in a condition" && sipedgeRefuses(p, `"=" assigns`) && lines(p.Kamailio, "yes", "returned 1")
		},
	},
	{
		ID: "back references", Document: decisions,
		Line: "`=~` is POSIX extended, case-insensitive, leftmost-longest.",
		Why:  "POSIX extended expressions have none; the C library that Kamailio uses adds them",
		Expects: func(p pair) bool {
			return p.Case.Name == "expressions/match of back references" && sipedgeRefuses(p, "back references") && lines(p.Kamailio, "1", "returned 1")
		},
	},
	{
		ID: "address family", Document: cookbook,
		Line: "The address family of the received SIP message. It is INET if the message was received over IPv4",
		Why:  "$af is this keyword as a pseudo-variable; in Kamailio 5.6.3 the name is one of a family of constants, $af(…)",
		Expects: func(p pair) bool {
			return only("variables/$af in text", "expects an inner name", "[INET]", "returned 1")(p) ||
				only("variables/$af", "expects an inner name", "[INET]", "defined", "returned 1")(p)
		},
	},
	{
		ID: "comment behind a define", Document: cookbook,
		Line:    "text on the same line as the directive will cause problems.",
		Why:     "in Kamailio the comment becomes a part of the value; sipedge leaves it out",
		Expects: only("preprocessor/define with a comment", "syntax error", "1", "returned 1"),
	},
	{
		ID: "else without a region", Document: cookbook,
		Line: "#!else - swtich to false branch of ifdef/ifndef region",
		Why:  "there is no region; Kamailio says nothing about it",
		Expects: func(p pair) bool {
			return p.Case.Name == "preprocessor/else without if" && sipedgeRefuses(p, "#!else without #!ifdef") && p.Kamailio.Verdict.Accepts
		},
	},
	{
		ID: "AVPs of caller and callee", Document: decisions,
		Line: "Scripts that Kamailio 3.1 or 5.x accepts should run",
		Why:  "names of 3.1 that 5.6.3 has lost",
		Expects: func(p pair) bool {
			return only("statements/avp of the caller and the callee", "unsupported type [f]", "from to <null>", "returned 1")(p) ||
				only("statements/track classes", "syntax error", "[fu] [t]", "returned 1")(p)
		},
	},
}

// only is for one script, which Kamailio refuses for a reason and of which sipedge makes these lines.
func only(name, kamailioSays string, want ...string) func(pair) bool {
	return func(p pair) bool {
		return p.Case.Name == name && kamailioRefuses(p, kamailioSays) && lines(p.Sipedge, want...)
	}
}

// lines says whether a server accepted the script and made exactly these lines of it.
func lines(o observation, want ...string) bool {
	return o.Verdict.Accepts && slices.Equal(o.Lines, want)
}

// onlyDiffersIn says whether both accepted the script and their lines differ in one alone.
func onlyDiffersIn(p pair, n int, sipedge, kamailio string) bool {
	s, k := slices.Clone(p.Sipedge.Lines), p.Kamailio.Lines
	if !p.Sipedge.Verdict.Accepts || !p.Kamailio.Verdict.Accepts || len(s) != len(k) || n >= len(s) || s[n] != sipedge || k[n] != kamailio {
		return false
	}
	s[n] = kamailio
	return slices.Equal(s, k)
}

// sipedgeAsTwin says whether sipedge made of a script what Kamailio made of its twin, and came to its end.
func sipedgeAsTwin(p pair) bool {
	return p.Twin != nil && lines(p.Sipedge, append(slices.Clone(p.Twin), "returned 1")...)
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
