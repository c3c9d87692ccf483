package textops

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

func setBodyFunctions() []registry.Function {
	args := []registry.Arg{{Name: "body", Kind: registry.ArgFormat}, {Name: "content_type", Kind: registry.ArgFormat}}
	return []registry.Function{
		{
			Name: "set_body", Routes: editRoutes, Args: args,
			Doc:     "Gives the message another body and content type. False for an empty one.",
			Source:  source,
			Compile: compileSetBody,
		},
		{
			Name: "set_reply_body", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.TMReplyRoute, Args: args,
			Doc:     "Gives the replies that are made here for the request a body and its content type.",
			Source:  source,
			Compile: compileSetReplyBody,
		},
		{
			Name: "filter_body", Routes: editRoutes,
			Args:    []registry.Arg{{Name: "content_type", Kind: registry.ArgStatic}},
			Doc:     "Leaves the first part of that type alone in a multipart body, as a body of that type. False where there is none.",
			Source:  source + "; RFC 2046 §5.1",
			Compile: compileFilterBody,
		},
	}
}

// contentTypes changes the Content-Type header of messages. A header of ours that a
// later call replaces is known by where its text lies in the arena.
type contentTypes struct{ added arg.State }

func newContentTypes(b registry.Build) contentTypes {
	return contentTypes{arg.NewState(b, "textops", "content-type")}
}

func (ct contentTypes) set(p *core.Proc, typ value.Value) bool {
	if i := p.Index.First(sipparse.HdrContentType); i >= 0 {
		line, end := p.Index.Line(i)
		if size, _ := p.Edits.PartSize(line, end-1); size > 0 { // it has not been taken out
			body := p.Index.Body(i)
			return put(p, int(body.Off), int(body.Len), typ)
		}
	}
	if v := ct.added.Get(&p.Ctx); !v.IsUndef() {
		p.Edits.Retract(int(v.Int()))
	}
	m := p.Mark()
	p.AppendString("Content-Type: ")
	p.AppendValue(typ)
	p.AppendString("\r\n")
	ct.added.Set(&p.Ctx, value.FromInt(int64(m)))
	return p.Insert(p.Index.HeadersEnd(), p.FromMark(m), false)
}

func compileSetBody(b registry.Build, args []registry.Actual) (rt.Func, error) {
	if err := checkType(args, "set_body"); err != nil {
		return nil, err
	}
	ct, body, typ := newContentTypes(b), args[0].Eval, args[1].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		v, t := c.Str(body(c)), c.Str(typ(c))
		if v.Len() == 0 || !isMediaType(c.Bytes(t)) {
			p.Logf(levelErr, "set_body: the body is empty, or %q no content type", c.Bytes(t))
			return -1
		}
		old := p.Index.MsgBody(p.Msg)
		p.Edits.Forget(int(old.Off), old.End())
		return truth(put(p, int(old.Off), int(old.Len), v) && ct.set(p, t))
	}, nil
}

func compileSetReplyBody(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	if err := checkType(args, "set_reply_body"); err != nil {
		return nil, err
	}
	body, typ := args[0].Eval, args[1].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		v, t := c.Str(body(c)), c.Str(typ(c))
		if v.Len() == 0 || !isMediaType(c.Bytes(t)) {
			p.Logf(levelErr, "set_reply_body: the body is empty, or %q no content type", c.Bytes(t))
			return -1
		}
		p.SetReplyBody(v, t)
		return 1
	}, nil
}

// checkType refuses a constant that is no content type.
func checkType(args []registry.Actual, function string) error {
	if text, ok := arg.Const(&args[1]); ok && !isMediaType([]byte(text)) {
		return arg.Error(1, "%s: content type must be type/subtype, not %q", function, text)
	}
	return nil
}

// isMediaType reports whether a text is a content type, with or without parameters
// (RFC 3261 §20.15).
func isMediaType(b []byte) bool {
	var ct sipparse.ContentType
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return len(b) <= sipparse.MaxMessage && sipparse.ParseContentType(b, 0, len(b), &ct) == sipparse.OK
}

// isType compares content types without regard to case and parameters.
func isType(have, want []byte) bool { return bytes.EqualFold(have, want) }

func compileFilterBody(b registry.Build, args []registry.Actual) (rt.Func, error) {
	text, _ := arg.Const(&args[0])
	if !isMediaType([]byte(text)) {
		return nil, arg.Error(0, "filter_body: content type must be type/subtype, not %q", text)
	}
	ct, want := newContentTypes(b), []byte(text)
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		part, ok := findPart(p, want)
		if !ok {
			return -1
		}
		body := p.Index.MsgBody(p.Msg)
		before, behind := int(body.Off), part.Body.End()
		ok = p.Cut(before, int(part.Body.Off)-before) && p.Cut(behind, body.End()-behind)
		typ := partHeader(p.Msg, &part, partType)
		return truth(ok && ct.set(p, value.FromSpan(value.Msg, int(typ.Off), int(typ.Len))))
	}, nil
}

var partType = []byte("content-type")

// findPart is the first part of a multipart body that has the content type.
func findPart(p *core.Proc, want []byte) (part sipparse.Part, ok bool) {
	i := p.Index.First(sipparse.HdrContentType)
	if i < 0 {
		return part, false
	}
	var ct sipparse.ContentType
	h := p.Index.Body(i)
	if sipparse.ParseContentType(p.Msg, int(h.Off), h.End(), &ct) != sipparse.OK || !bytes.EqualFold(ct.Type.Of(p.Msg), multipart) {
		return part, false
	}
	body := p.Index.MsgBody(p.Msg)
	for off := int(body.Off); ; {
		next, e := sipparse.ParsePart(p.Msg, off, body.End(), ct.Boundary.Of(p.Msg), &part)
		if e != sipparse.OK {
			return part, false
		}
		typ := partHeader(p.Msg, &part, partType).Of(p.Msg)
		if n := bytes.IndexByte(typ, ';'); n >= 0 {
			typ = bytes.TrimSpace(typ[:n])
		}
		if isType(typ, want) {
			return part, true
		}
		if next <= off {
			return part, false
		}
		off = next
	}
}

var multipart = []byte("multipart")

// partHeader is the body of a part's header; name in lower case. Empty where the
// part has none such.
func partHeader(b []byte, part *sipparse.Part, name []byte) sipparse.Span {
	for off, end := int(part.Headers.Off), part.Headers.End(); off < end; {
		stop := end
		if n := bytes.IndexByte(b[off:end], '\n'); n >= 0 {
			stop = off + n + 1
		}
		if n := bytes.IndexByte(b[off:stop], ':'); n >= 0 && bytes.EqualFold(bytes.TrimSpace(b[off:off+n]), name) {
			lo, hi := off+n+1, stop
			for lo < hi && b[lo] <= ' ' {
				lo++
			}
			for hi > lo && b[hi-1] <= ' ' {
				hi--
			}
			return span(lo, hi)
		}
		off = stop
	}
	return sipparse.Span{}
}
