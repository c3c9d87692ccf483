package main

import (
	"fmt"
	"strings"
)

// setUp gives the operands that are variables their values. An AVP or variable that is not named here has none.
const setUp = `$var(zero) = 0; $var(five) = 5; $var(neg) = -3; $var(big) = 2147483647;
$var(abc) = "abc"; $var(num) = "12"; $var(empty) = ""; $var(negs) = "-5"; $var(invite) = "INVITE";
$avp(@@five) = 5; $avp(@@text) = "7";
`

// variables are operands of each kind, whose types no checker knows.
var variables = []struct{ name, text string }{
	{"zero", "$var(zero)"}, {"int", "$var(five)"}, {"negative", "$var(neg)"}, {"large", "$var(big)"},
	{"text", "$var(abc)"}, {"number as text", "$var(num)"}, {"negative as text", "$var(negs)"}, {"empty", "$var(empty)"},
	{"int avp", "$avp(@@five)"}, {"text avp", "$avp(@@text)"}, {"undefined avp", "$avp(@@none)"},
	{"undefined header", "$hdr(X-None)"}, {"header", "$hdr(X-Num)"}, {"null", "$null"},
	{"INVITE", "$var(invite)"}, {"length", "$ml"}, {"unset", "$var(unset)"},
}

// special are operands that Kamailio treats in a way of its own: constants and casts, since its parser knows their types and refuses
// some that do not fit, and the method, which for it is a text and a number. like is the variable of the same value.
var special = []struct{ name, text, like string }{
	{"0", "0", "zero"}, {"5", "5", "int"}, {"-3", "-3", "negative"},
	{`"abc"`, `"abc"`, "text"}, {`"12"`, `"12"`, "number as text"}, {`""`, `""`, "empty"},
	{"(int)", "(int)$var(five)", "int"}, {"(str)", "(str)$avp(@@text)", "text avp"}, {"$rm", "$rm", "INVITE"},
}

// operators are the operators on two values.
var operators = []struct{ name, sign string }{
	{"plus", "+"}, {"minus", "-"}, {"times", "*"}, {"divide", "/"}, {"mod", "mod"},
	{"or", "|"}, {"and", "&"}, {"xor", "^"}, {"left", "<<"}, {"right", ">>"},
	{"equal", "=="}, {"differs", "!="}, {"less", "<"}, {"greater", ">"}, {"at most", "<="}, {"at least", ">="},
	{"eq", "eq"}, {"ne", "ne"}, {"ieq", "ieq"}, {"ine", "ine"},
	{"logical and", "&&"}, {"logical or", "||"}, {"matches", "=~"},
}

// casesOperators computes each operator on operands of each kind: a script for each operator and left operand, with the lines of
// each right one; and a script for a choice of pairs of special operands, each of which a checker may refuse.
func casesOperators() []Case {
	var cases []Case
	at := make(map[string]int)
	for i, v := range variables {
		at[v.name] = i
	}
	for n, op := range operators {
		row := func(left string) string { return "operators/" + left + " " + op.name + " each" }
		for _, left := range variables {
			var b strings.Builder
			b.WriteString(setUp)
			for _, right := range variables {
				b.WriteString(result(left.text + " " + op.sign + " " + right.text))
			}
			cases = append(cases, Case{Name: row(left.name), Body: b.String()})
		}
		for l, left := range special {
			for k := range 3 {
				right := special[(l+n+3*k)%len(special)]
				cases = append(cases, Case{
					Name: "constants/" + left.name + " " + op.sign + " " + right.name,
					Body: setUp + result(left.text+" "+op.sign+" "+right.text),
					Twin: &twin{Case: row(left.like), First: linesPerResult * at[right.like], Lines: linesPerResult},
				})
			}
		}
	}
	return cases
}

// linesPerResult is what one result logs.
const linesPerResult = 2

// result logs what an expression gives when it is assigned, and of what type that is, and where it leads as a condition.
func result(expr string) string {
	return fmt.Sprintf(`$var(r) = "as before"; $var(r) = %[1]s;
if (is_int("$var(r)")) { LOG("int $var(r)"); } else { LOG("text $var(r)"); }
if (%[1]s) { LOG("true"); } else { LOG("false"); }
`, expr)
}
