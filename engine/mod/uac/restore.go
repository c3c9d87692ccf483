package uac

import (
	"fmt"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// compileRestore is uac_restore_from() and uac_restore_to().
func compileRestore(h part) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
		c := b.Config("uac").(*Config)
		if c.rr == nil {
			return nil, fmt.Errorf("uac_restore_%s needs the module rr", lower(h))
		}
		return func(ctx *rt.Ctx) int32 {
			if c.restoreURI(core.Of(ctx), h) {
				return 1
			}
			return -1
		}, nil
	}
}

// restoreRequest is restore_mode auto: loose_route() has taken our Route header.
func (c *Config) restoreRequest(p *core.Proc) {
	c.restoreURI(p, partFrom)
	c.restoreURI(p, partTo)
}

// restoreURI gives an address of a request within a dialog the URI that the side
// it goes to knows: replaced is what was replaced when the dialog began, From or
// To; in a request from callee to caller that address stands in the other header.
func (c *Config) restoreURI(p *core.Proc, replaced part) bool {
	name, h := c.FromParam, replaced
	if replaced == partTo {
		name = c.ToParam
	}
	if c.rr.Upstream(p) {
		h = partFrom + partTo - replaced
	}
	cookie := c.rr.RouteParam(p, name)
	n := h.address(&p.Index, p.Msg)
	if len(cookie) == 0 || n == nil {
		return false
	}
	var buf [maxURI]byte
	uri := c.other(buf[:], cookie, n.URI.Of(p.Msg))
	if uri == nil {
		p.Logf(levelWarn, "uac: %s is left as it is: the parameter %s of our Route header does not belong to its URI", h.name(), name)
		return false
	}
	m := p.Mark()
	off, end := int(n.URI.Off), n.URI.End()
	if !n.Bracketed { // parameters of the new URI must not become the header's
		p.AppendByte('<')
		p.Append(uri)
		p.AppendByte('>')
	} else {
		p.Append(uri)
	}
	if !p.Replace(off, end-off, p.FromMark(m)) {
		return false
	}
	c.note(p, h)
	return true
}

// restoreReply gives a reply the addresses of the request as it was received.
func (a *agent) restoreReply(e *tm.Args) {
	p := e.Proc
	req := a.api.RequestBytes(e.T)
	x := &a.loops[e.T.Loop()].index
	if req == nil || sipparse.Parse(req, x) != sipparse.OK {
		return
	}
	for _, h := range [...]part{partFrom, partTo} {
		if part(e.Param)&h == 0 {
			continue
		}
		was, n := h.address(x, req), h.address(&p.Index, p.Msg)
		if was == nil || n == nil {
			continue
		}
		from, off := int(was.Whole.Off), int(n.Whole.Off)
		p.Replace(off, addressEnd(n, p.Msg)-off, p.NewString(req[from:addressEnd(was, req)]))
	}
}
