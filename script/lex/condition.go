package lex

import (
	"strconv"
	"strings"

	"sipedge/script/diag"
)

// condition computes the expression of #!ifexp: numbers, strings and defines
// with || && ! == != < <= > >= + - * / and parentheses. A name that is not
// defined is 0, one that is defined without a value is 1.
func (l *lexer) condition(pos diag.Pos, text string) bool {
	v, ok := l.compute(pos, "ifexp", text)
	return ok && v.true()
}

// defineExp is #!defexp NAME expression: a define whose value is computed;
// defexps makes it a string.
func (l *lexer) defineExp(pos diag.Pos, directive, arg string) {
	name, text, _ := strings.Cut(arg, " ")
	if !isName(name) {
		l.diags.Errorf(diag.Directive, pos, "#!%s takes a name and an expression, not %q", directive, arg)
		return
	}
	v, ok := l.compute(pos, directive, text)
	if !ok {
		return
	}
	out := v.text()
	if directive == "defexps" || v.str {
		out = strconv.Quote(out)
	}
	l.define(pos, name, out, true, "")
}

func (l *lexer) compute(pos diag.Pos, directive, text string) (expValue, bool) {
	e := &exp{l: l, text: text}
	v := e.level(0)
	e.space()
	if e.bad == "" && e.i < len(text) {
		e.bad = "unexpected " + strconv.Quote(text[e.i:])
	}
	if e.bad != "" {
		l.diags.Errorf(diag.Directive, pos, "#!%s: %s in %q", directive, e.bad, text)
		return v, false
	}
	return v, true
}

type expValue struct {
	str bool
	s   string
	n   int64
}

func (v expValue) true() bool { return v.str && v.s != "" || !v.str && v.n != 0 }

func (v expValue) text() string {
	if v.str {
		return v.s
	}
	return strconv.FormatInt(v.n, 10)
}

func number(n int64) expValue { return expValue{n: n} }

func truth(b bool) expValue {
	if b {
		return number(1)
	}
	return number(0)
}

type exp struct {
	l     *lexer
	text  string
	i     int
	depth int
	bad   string
}

func (e *exp) space() {
	for e.i < len(e.text) && (e.text[e.i] == ' ' || e.text[e.i] == '\t') {
		e.i++
	}
}

func (e *exp) fail(what string) expValue {
	if e.bad == "" {
		e.bad = what
	}
	e.i = len(e.text)
	return expValue{}
}

// expLevels are the binary operators, the loosest first.
var expLevels = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}

func (e *exp) level(k int) expValue {
	if k == len(expLevels) {
		return e.operand()
	}
	v := e.level(k + 1)
	for {
		e.space()
		op := ""
		for _, o := range expLevels[k] {
			if strings.HasPrefix(e.text[e.i:], o) {
				op = o
				break
			}
		}
		if op == "" {
			return v
		}
		e.i += len(op)
		v = e.apply(op, v, e.level(k+1))
	}
}

func (e *exp) apply(op string, a, b expValue) expValue {
	if (op == "==" || op == "!=") && (a.str || b.str) {
		return truth((a.text() == b.text()) == (op == "=="))
	}
	if op == "+" && a.str {
		return expValue{str: true, s: a.s + b.text()}
	}
	switch op {
	case "||":
		return truth(a.true() || b.true())
	case "&&":
		return truth(a.true() && b.true())
	case "==":
		return truth(a.n == b.n)
	case "!=":
		return truth(a.n != b.n)
	case "<=":
		return truth(a.n <= b.n)
	case ">=":
		return truth(a.n >= b.n)
	case "<":
		return truth(a.n < b.n)
	case ">":
		return truth(a.n > b.n)
	case "+":
		return number(a.n + b.n)
	case "-":
		return number(a.n - b.n)
	case "*":
		return number(a.n * b.n)
	}
	if b.n == 0 {
		return e.fail("division by zero")
	}
	return number(a.n / b.n)
}

func (e *exp) operand() expValue {
	e.space()
	if e.depth++; e.depth > MaxExpansions {
		return e.fail("too many parentheses")
	}
	defer func() { e.depth-- }()
	if e.i == len(e.text) {
		return e.fail("an operand is missing")
	}
	switch c := e.text[e.i]; {
	case c == '!':
		e.i++
		return truth(!e.operand().true())
	case c == '-':
		e.i++
		return number(-e.operand().n)
	case c == '(':
		e.i++
		v := e.level(0)
		e.space()
		if e.bad == "" && (e.i == len(e.text) || e.text[e.i] != ')') {
			return e.fail("\")\" is missing")
		}
		e.i = min(e.i+1, len(e.text))
		return v
	case c == '"' || c == '\'':
		end := strings.IndexByte(e.text[e.i+1:], c)
		if end < 0 {
			return e.fail("a string is not closed")
		}
		v := expValue{str: true, s: e.text[e.i+1 : e.i+1+end]}
		e.i += end + 2
		return v
	case isWord(c):
		start := e.i
		for e.i < len(e.text) && isWord(e.text[e.i]) {
			e.i++
		}
		return e.word(e.text[start:e.i])
	}
	return e.fail("unexpected " + strconv.Quote(e.text[e.i:]))
}

func (e *exp) word(w string) expValue {
	if isDigit(w[0]) {
		n, err := parseNumber(w)
		if err != nil {
			return e.fail(strconv.Quote(w) + " is not a number")
		}
		return number(n)
	}
	d := e.l.defines[w]
	switch {
	case d == nil:
		return number(0)
	case !d.hasValue:
		return number(1)
	}
	v := strings.TrimSpace(d.value)
	if n, err := parseNumber(v); err == nil {
		return number(n)
	}
	return expValue{str: true, s: strings.Trim(v, `"'`)}
}
