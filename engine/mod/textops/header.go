package textops

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// header is a header name as it is looked for: by type, or by its bytes where
// the name has no type. A name and its compact form are the same header.
type header struct {
	typ  sipparse.HeaderType
	name []byte // for HdrOther
}

// newHeader resolves the header name in argument i.
func newHeader(args []registry.Actual, i int, function string) (header, error) {
	text, _ := arg.Const(&args[i])
	if !isToken(text) {
		return header{}, arg.Error(i, "%s: %q is no header name", function, text)
	}
	return header{sipparse.LookupHeader([]byte(text)), []byte(text)}, nil
}

// headerOf resolves a name at run time; its bytes are name's.
func headerOf(name []byte) header { return header{sipparse.LookupHeader(name), name} }

// first is the first header of the name, -1 if there is none; next the one after i.
func (h *header) first(p *core.Proc) int { return h.accept(p, p.Index.First(h.typ)) }
func (h *header) next(p *core.Proc, i int) int {
	return h.accept(p, p.Index.Next(i))
}

// accept is i, or the next header of the type whose name is h's.
func (h *header) accept(p *core.Proc, i int) int {
	if h.typ != sipparse.HdrOther {
		return i
	}
	for i >= 0 && !bytes.EqualFold(p.Index.Name(i).Of(p.Msg), h.name) {
		i = p.Index.Next(i)
	}
	return i
}

// last is the last header of the name, -1 if there is none.
func (h *header) last(p *core.Proc) int {
	last := -1
	for i := h.first(p); i >= 0; i = h.next(p, i) {
		last = i
	}
	return last
}

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }
