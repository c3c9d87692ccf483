package arg

import (
	"bytes"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Header is a header name as it is looked for in messages: by type, or by its
// bytes where the name has no type. A name and its compact form are the same header.
type Header struct {
	typ  sipparse.HeaderType
	name []byte // for HdrOther
}

// NewHeader resolves the header name in argument i of a function.
func NewHeader(args []registry.Actual, i int, function string) (Header, error) {
	text, _ := Const(&args[i])
	if !IsToken(text) {
		return Header{}, Error(i, "%s: %q is no header name", function, text)
	}
	return HeaderOf([]byte(text)), nil
}

// HeaderOf resolves a name at run time; its bytes are name's.
func HeaderOf(name []byte) Header { return Header{sipparse.LookupHeader(name), name} }

// First is the first header of the name in the message, -1 if there is none.
func (h *Header) First(c *rt.Ctx) int { return h.accept(c, c.Index.First(h.typ)) }

// Next is the one after header i, -1 if there is none.
func (h *Header) Next(c *rt.Ctx, i int) int { return h.accept(c, c.Index.Next(i)) }

// Last is the last header of the name, -1 if there is none.
func (h *Header) Last(c *rt.Ctx) int {
	last := -1
	for i := h.First(c); i >= 0; i = h.Next(c, i) {
		last = i
	}
	return last
}

// accept is i, or the next header of the type whose name is h's.
func (h *Header) accept(c *rt.Ctx, i int) int {
	if h.typ != sipparse.HdrOther {
		return i
	}
	for i >= 0 && !bytes.EqualFold(c.Index.Name(i).Of(c.Msg), h.name) {
		i = c.Index.Next(i)
	}
	return i
}

// IsToken reports whether s is a token (RFC 3261 §25.1), as header names, methods
// and option tags are.
func IsToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-.!%*_+`'~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
