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

func bodyFunctions() []registry.Function {
	return []registry.Function{{
		Name: "has_body", Routes: rt.AnyRoute,
		Args:    []registry.Arg{{Name: "type", Kind: registry.ArgStatic, Optional: true}},
		Doc:     "True if the message has a body, of this content type where one is given.",
		Source:  source,
		Compile: compileHasBody,
	}}
}

func compileHasBody(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	if !arg.Given(args, 0) {
		return func(c *rt.Ctx) int32 { return truth(hasBody(core.Of(c))) }, nil
	}
	text, _ := arg.Const(&args[0])
	typ, sub, ok := strings.Cut(text, "/")
	if !ok || !arg.IsToken(typ) || !arg.IsToken(sub) {
		return nil, arg.Error(0, "has_body: content type must be type/subtype, not %q", text)
	}
	want := []byte(text)
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		return truth(hasBody(p) && bytes.EqualFold(contentType(p), want))
	}, nil
}

func hasBody(p *core.Proc) bool { return p.Index.MsgBody(p.Msg).Len > 0 }

// contentType is the message's content type without parameters and white space
// around it; nil where there is none.
func contentType(p *core.Proc) []byte {
	i := p.Index.First(sipparse.HdrContentType)
	if i < 0 {
		return nil
	}
	b := p.Index.Body(i).Of(p.Msg)
	if n := bytes.IndexByte(b, ';'); n >= 0 {
		b = b[:n]
	}
	return bytes.TrimSpace(b)
}
