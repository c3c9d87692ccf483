package compile_test

import (
	"strings"

	"sipedge/script/ast"
)

// The evaluator's calls and texts with variables.

func (e *evaluator) call(x *ast.Call) int32 {
	arg := ""
	for i, a := range x.Args {
		if i > 0 {
			arg += "|"
		}
		if lit, ok := bare(a).(*ast.StringLit); ok && x.Name == "say" {
			arg += e.format(lit.Value)
			continue
		}
		arg += e.eval(a).text()
	}
	e.w.trace = append(e.w.trace, x.Name+"("+arg+")")
	e.w.calls++
	e.rc = e.w.answer(x.Name, arg, e.w.calls)
	if e.rc == 0 {
		panic(finished{})
	}
	return e.rc
}

func (e *evaluator) callRoute(x *ast.RouteCall) int32 {
	b := e.routes[e.eval(x.Target).text()]
	if b == nil {
		return -1 // nothing has returned: $rc stays
	}
	return e.route(b)
}

// format is a text with its variables filled in.
func (e *evaluator) format(text string) string {
	out := ""
	for text != "" {
		plain, rest, found := strings.Cut(text, "$")
		out += plain
		if !found {
			break
		}
		spec := ""
		switch {
		case rest[0] == '$':
			out += "$"
			text = rest[1:]
			continue
		case rest[0] == '(':
			end := matching(rest)
			spec, text = rest[1:end], rest[end+1:]
		default:
			n := strings.IndexFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && r != '.' })
			if n < 0 {
				n = len(rest)
			}
			if n < len(rest) && rest[n] == '(' {
				n += matching(rest[n:]) + 1
			}
			for rest[n-1] == '.' { // a full stop behind the name
				n--
			}
			for _, name := range []string{"ru", "rc", "num", "undef", "f.t"} { // which another may follow
				if strings.HasPrefix(rest, name) && !strings.HasPrefix(rest, name+"(") {
					n = len(name)
				}
			}
			spec, text = rest[:n], rest[n:]
		}
		out += e.shown(spec)
	}
	return out
}

// matching is where the parenthesis that s begins with is closed.
func matching(s string) int {
	depth := 0
	for i, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic("not closed: " + s)
}
