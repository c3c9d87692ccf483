package uac

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// part is a header with an address of the dialog, as a bit.
type part int64

const (
	partFrom part = 1 << iota
	partTo
)

func (h part) name() string {
	if h == partFrom {
		return "From"
	}
	return "To"
}

// address is the part of a message; nil where it has none that can be used.
func (h part) address(x *sipparse.Index, b []byte) *sipparse.NameAddr {
	var n *sipparse.NameAddr
	e := sipparse.OK
	if h == partFrom {
		n, e = x.From(b)
	} else {
		n, e = x.To(b)
	}
	if e != sipparse.OK {
		return nil
	}
	return n
}

// addressEnd is where display name and URI of an address end: behind them are the
// header's parameters.
func addressEnd(n *sipparse.NameAddr, b []byte) int {
	if !n.Bracketed {
		return n.URI.End()
	}
	return n.URI.End() + bytes.IndexByte(b[n.URI.End():], '>') + 1
}

// compileReplace is uac_replace_from() and uac_replace_to().
func compileReplace(h part) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		c := b.Config("uac").(*Config)
		if c.mode != restoreNone && c.rr == nil {
			return nil, arg.Error(0, `uac_replace_%s: restore_mode %s needs the module rr: load it, or set restore_mode to "none"`, lower(h), c.RestoreMode)
		}
		var display rt.Expr
		uri := args[0].Eval
		at := 0
		if arg.Given(args, 1) {
			display, uri, at = args[0].Eval, args[1].Eval, 1
		}
		if s, ok := arg.Const(&args[at]); ok && s != "" && !isURI([]byte(s)) {
			return nil, arg.Error(at, "uac_replace_%s: %q is no URI", lower(h), s)
		}
		return func(ctx *rt.Ctx) int32 {
			var name value.Value
			if display != nil {
				name = ctx.Str(display(ctx))
				if name.IsUndef() {
					name = value.Empty()
				}
			}
			return c.replace(core.Of(ctx), h, name, ctx.Str(uri(ctx)))
		}, nil
	}
}

func lower(h part) string {
	if h == partFrom {
		return "from"
	}
	return "to"
}

// replace gives the part another display name and URI. An undefined display name
// stays, an empty one is taken away; an empty URI stays.
func (c *Config) replace(p *core.Proc, h part, display, uri value.Value) int32 {
	n := h.address(&p.Index, p.Msg)
	if n == nil || !p.Index.IsRequest() {
		return p.Refuse(core.ErrNotRequest)
	}
	changed := part(c.changed.Get(&p.Ctx).Int())
	newURI := p.Bytes(uri)
	if len(newURI) > 0 {
		switch {
		case !isURI(newURI):
			p.Logf(levelErr, "uac_replace_%s: %q is no URI", lower(h), newURI)
			return -1
		case changed&h != 0 && p.Route != rt.BranchRoute:
			p.Logf(levelErr, "uac_replace_%s: the URI of %s has been replaced already", lower(h), h.name())
			return -1
		case c.mode == restoreAuto && inDialog(p):
			p.Logf(levelErr, "uac_replace_%s: a request within a dialog gets its URI by restore_mode auto", lower(h))
			return -1
		}
	}
	m := p.Mark()
	switch {
	case display.IsUndef():
		p.Append(n.Display.Of(p.Msg))
	case display.Len() > 0:
		appendDisplay(&p.Ctx, p.Bytes(display))
	}
	if p.Mark() > m {
		p.AppendByte(' ')
	}
	p.AppendByte('<')
	if len(newURI) > 0 {
		p.Append(newURI)
	} else {
		p.Append(n.URI.Of(p.Msg))
	}
	p.AppendByte('>')
	off := int(n.Whole.Off)
	if !p.Replace(off, addressEnd(n, p.Msg)-off, p.FromMark(m)) {
		return p.Refuse(core.ErrEdits)
	}
	if len(newURI) == 0 || c.mode == restoreNone {
		return 1
	}
	name := c.FromParam
	if h == partTo {
		name = c.ToParam
	}
	if changed&h == 0 {
		m = p.Mark()
		p.AppendByte(';')
		p.AppendString(name)
		p.AppendByte('=')
		c.appendCookie(p, n.URI.Of(p.Msg), newURI)
		if !c.rr.AddParam(p, p.FromMark(m)) {
			return -1
		}
	}
	c.note(p, h)
	return 1
}

// note has the replies to the request get the part back as it was.
func (c *Config) note(p *core.Proc, h part) {
	changed := part(c.changed.Get(&p.Ctx).Int())
	if changed&h != 0 {
		return
	}
	c.changed.Set(&p.Ctx, value.FromInt(int64(changed|h)))
	a := of(p.Server())
	if t := a.api.Transaction(p); t != 0 {
		a.register(p, t, h)
	}
}

// began has the replies of a new transaction changed where its request was.
func (a *agent) began(e *tm.Args) {
	if c := configOf(e.Proc); c != nil {
		if h := part(c.changed.Get(&e.Proc.Ctx).Int()); h != 0 {
			a.register(e.Proc, e.T, h)
		}
	}
}

func (a *agent) register(p *core.Proc, t tm.Handle, h part) {
	if !a.api.On(t, tm.ResponseForward, a.restore, uint64(h)) {
		p.Logf(levelErr, "uac: no room to note that From or To is to be restored in replies")
	}
}

func inDialog(p *core.Proc) bool {
	to, e := p.Index.To(p.Msg)
	return e == sipparse.OK && to.Tag.Len > 0
}

// isURI reports whether a text is a URI that can stand between angle brackets.
func isURI(b []byte) bool {
	for _, ch := range b {
		if ch <= ' ' || ch == 0x7f || ch == '<' || ch == '>' || ch == '"' {
			return false
		}
	}
	var u sipparse.URI
	return len(b) <= maxURI && sipparse.ParseURI(b, 0, len(b), &u) == sipparse.OK
}

// appendDisplay writes a display name (RFC 3261 §25.1): what is neither quoted nor
// words of a token's letters gets its quotes, control bytes become spaces.
func appendDisplay(c *rt.Ctx, b []byte) {
	if isQuoted(b) || isWords(b) {
		c.Append(b)
		return
	}
	c.AppendByte('"')
	for _, ch := range b {
		switch {
		case ch == '"' || ch == '\\':
			c.AppendByte('\\')
		case ch < ' ' || ch == 0x7f:
			ch = ' '
		}
		c.AppendByte(ch)
	}
	c.AppendByte('"')
}

func isQuoted(b []byte) bool {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return false
	}
	for i := 1; i < len(b)-1; i++ {
		switch ch := b[i]; {
		case ch == '\\':
			if i++; i == len(b)-1 || b[i] < ' ' {
				return false
			}
		case ch == '"' || ch < ' ' || ch == 0x7f:
			return false
		}
	}
	return true
}

func isWords(b []byte) bool {
	for _, ch := range b {
		if !(ch >= '0' && ch <= '9' || ch|0x20 >= 'a' && ch|0x20 <= 'z' || bytes.IndexByte([]byte(" -.!%*_+`'~"), ch) >= 0) {
			return false
		}
	}
	return true
}
