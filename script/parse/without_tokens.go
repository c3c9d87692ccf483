package parse

import (
	"strings"

	"sipedge/script/feature"
	"sipedge/script/lex"
)

// Parts of the grammar that a test leaves out (script/feature): their tokens
// become ones that no rule knows.

// tokens is a token in its place.
type tokens struct {
	all   []lex.Token
	i     int
	depth int // of braces
}

func (t tokens) at(n int) *lex.Token {
	if n += t.i; n >= 0 && n < len(t.all) {
		return &t.all[n]
	}
	return &lex.Token{}
}

func (t tokens) is(n int, text string) bool { return tokenIs(t.at(n), text) }

// startsOperand tells whether an operand may begin here: behind an operator or an
// opening parenthesis.
func (t tokens) startsOperand() bool {
	p := t.at(-1)
	return p.Kind == lex.Op && !strings.Contains(")];}{", p.Text) || p.Kind == lex.Ident && precedence[p.Text] > 0
}

// tokenFeatures tell the tokens of the features whose text alone does not say it.
var tokenFeatures = map[string]func(t tokens) bool{
	"operator [ ]":   func(t tokens) bool { return t.is(0, "[") && t.startsOperand() },
	"operator ( )":   func(t tokens) bool { return t.is(0, "(") && t.startsOperand() && !t.cast("int") && !t.cast("str") },
	"operator =":     func(t tokens) bool { return t.is(0, "=") && t.depth > 0 },
	"operator (int)": func(t tokens) bool { return t.cast("int") },
	"operator (str)": func(t tokens) bool { return t.cast("str") },

	"statement ;":       func(t tokens) bool { return t.is(0, ";") && t.is(-1, "}") },
	"statement route()": func(t tokens) bool { return t.is(0, "route") && t.is(1, "(") },
	"label /regex":      func(t tokens) bool { return t.is(0, "/") && t.is(-1, "case") },

	"block route":               func(t tokens) bool { return (t.is(0, "route") || t.is(0, "request_route")) && t.mainBlock() },
	"block route[name]":         func(t tokens) bool { return t.is(0, "route") && t.is(1, "[") && !t.mainBlock() },
	"block onreply_route":       func(t tokens) bool { return (t.is(0, "onreply_route") || t.is(0, "reply_route")) && t.mainBlock() },
	"block onreply_route[name]": func(t tokens) bool { return t.is(0, "onreply_route") && t.is(1, "[") && !t.mainBlock() },

	"declaration group.name": func(t tokens) bool {
		return t.depth == 0 && t.at(0).Kind == lex.Ident && strings.Contains(t.at(0).Text, ".") && t.is(1, "=")
	},

	"number 0x": func(t tokens) bool { return t.number(strings.HasPrefix(strings.ToLower(t.at(0).Text), "0x")) },
	"number b": func(t tokens) bool {
		return t.number(strings.HasSuffix(t.at(0).Text, "b") && !strings.Contains(t.at(0).Text, "x"))
	},
	"number octal": func(t tokens) bool {
		s := t.at(0).Text
		return t.number(len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9')
	},
	"string '…'":        func(t tokens) bool { return t.at(0).Kind == lex.String && t.at(0).Raw },
	"string neighbours": func(t tokens) bool { return t.at(0).Kind == lex.String && t.at(-1).Kind == lex.String },
	"route names by number": func(t tokens) bool {
		return t.at(0).Kind == lex.Int && t.is(-1, "(") && t.is(-2, "route")
	},
}

func (t tokens) number(form bool) bool { return t.at(0).Kind == lex.Int && form }

func (t tokens) cast(to string) bool { return t.is(0, "(") && t.is(1, to) && t.is(2, ")") }

// mainBlock tells whether a block without a name, or with the name 0, begins here.
func (t tokens) mainBlock() bool {
	return t.is(1, "{") || t.is(1, "[") && t.at(2).Kind == lex.Int && t.at(2).Int == 0
}

// tokenOf is how the token of a feature is told; nil for a feature that is no token.
func tokenOf(name string) func(t tokens) bool {
	if f := tokenFeatures[name]; f != nil {
		return f
	}
	kind, text, _ := strings.Cut(name, " ")
	switch kind {
	case "operator", "word":
		return func(t tokens) bool { return t.is(0, text) }
	case "statement", "block":
		return func(t tokens) bool { return t.is(0, text) && (kind == "block") == (t.depth == 0) }
	case "declaration":
		return func(t tokens) bool { return t.is(0, text) && t.depth == 0 }
	}
	return nil
}

// switchTokensOff leaves the tokens of the features out of the language.
func switchTokensOff(all []lex.Token, without feature.Set) {
	for name := range without {
		off := tokenOf(name)
		if off == nil {
			continue
		}
		t := tokens{all: all}
		for t.i = range all {
			switch {
			case t.is(0, "{"):
				t.depth++
			case t.is(0, "}"):
				t.depth--
			}
			if off(t) {
				all[t.i].Kind = lex.Off
			}
		}
	}
}
