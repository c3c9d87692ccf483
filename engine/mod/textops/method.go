package textops

import (
	"bytes"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func methodFunctions() []registry.Function {
	return []registry.Function{{
		Name:   "is_method",
		Args:   []registry.Arg{{Name: "methods", Kind: registry.ArgStatic}},
		Routes: rt.AnyRoute,
		Doc: "True if the request's method, or the method that a reply's CSeq names, is one of those given, " +
			"separated by |.",
		Source:  source,
		Compile: compileIsMethod,
	}}
}

// methods is a set of methods: the known ones as bits.
type methods struct {
	known uint32
	other [][]byte
}

func parseMethods(text string) (methods, error) {
	var set methods
	for _, name := range strings.Split(text, "|") {
		name = strings.TrimSpace(name)
		if !arg.IsToken(name) {
			return set, arg.Error(0, "is_method: methods must be names separated by |, not %q", text)
		}
		if m := sipparse.ParseMethod([]byte(strings.ToUpper(name))); m != sipparse.MethodOther {
			set.known |= 1 << m
		} else {
			set.other = append(set.other, []byte(name))
		}
	}
	return set, nil
}

func compileIsMethod(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	text, _ := arg.Const(&args[0])
	set, err := parseMethods(text)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 { return truth(set.has(core.Of(c))) }, nil
}

// has reports whether the message's method is in the set. Methods that are not
// known are compared without regard to case, as the reference does.
func (s *methods) has(p *core.Proc) bool {
	m, name := p.Index.Method(), sipparse.Span{}
	if p.Index.IsRequest() {
		name = p.Index.MethodSpan()
	} else {
		cseq, e := p.Index.CSeq(p.Msg)
		if e != sipparse.OK {
			return false
		}
		m, name = cseq.Method, cseq.MethodSpan
	}
	if m != sipparse.MethodOther {
		return s.known>>m&1 != 0
	}
	for _, o := range s.other {
		if bytes.EqualFold(o, name.Of(p.Msg)) {
			return true
		}
	}
	return false
}
