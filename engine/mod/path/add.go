package path

import (
	"net/netip"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

const levelErr = -1

// adder writes the headers of one call when the request leaves.
type adder struct {
	cfg          *Config
	received     bool
	user, params arg.State
	hook         core.SendHook
}

// compileAdd is add_path() and add_path_received().
func compileAdd(received bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		a := &adder{cfg: b.Config("path").(*Config), received: received, user: arg.NewState(b, "path", "user"), params: arg.NewState(b, "path", "params")}
		a.hook = a.write
		var evals [2]rt.Expr
		for i := range evals {
			if !arg.Given(args, i) {
				continue
			}
			if text, ok := arg.Const(&args[i]); ok && !clean([]byte(text), i == 0) {
				return nil, arg.Error(i, "add_path: %q cannot stand in a URI", text)
			}
			evals[i] = args[i].Eval
		}
		return func(c *rt.Ctx) int32 { return a.add(core.Of(c), evals) }, nil
	}
}

// add notes that headers are to be written.
func (a *adder) add(p *core.Proc, evals [2]rt.Expr) int32 {
	states := [2]arg.State{a.user, a.params}
	for i, eval := range evals {
		states[i].Clear(&p.Ctx)
		if eval == nil {
			continue
		}
		v := p.Str(eval(&p.Ctx))
		if !clean(p.Bytes(v), i == 0) {
			p.Logf(levelErr, "add_path: %q cannot stand in a URI", p.Bytes(v))
			return -1
		}
		states[i].Set(&p.Ctx, v)
	}
	if !p.AddSendHook(a.hook, value.Value{}) {
		return p.Refuse(core.ErrEdits)
	}
	return 1
}

// write puts the headers before the request's first Path, else behind its headers.
// With enable_r2 the first is the side that the request leaves by.
func (a *adder) write(p *core.Proc, out *core.Socket, _ value.Value) {
	m := p.Mark()
	a.header(p, out)
	if in := p.InSocket(); a.cfg.EnableR2 && in != nil {
		a.header(p, in)
	}
	lines := p.FromMark(m)
	if i := p.Index.First(sipparse.HdrPath); i >= 0 {
		off, _ := p.Index.Line(i)
		p.Insert(off, lines, true)
		return
	}
	p.Insert(p.Index.HeadersEnd(), lines, false)
}

func (a *adder) header(p *core.Proc, s *core.Socket) {
	p.AppendString("Path: <sip:")
	if u := a.user.Get(&p.Ctx); u.Len() > 0 && !u.IsUndef() {
		p.AppendValue(u)
		p.AppendByte('@')
	}
	p.AppendSentBy(s)
	if s.Proto != rt.ProtoUDP {
		p.AppendString(";transport=")
		p.AppendString(s.Proto.String())
	}
	p.AppendString(";lr")
	if a.cfg.EnableR2 {
		p.AppendString(";r2=on")
	}
	if a.cfg.SocketName {
		p.AppendString(";sn=")
		p.Append(s.Name())
	}
	if a.received {
		a.appendReceived(p)
	}
	if v := a.params.Get(&p.Ctx); v.Len() > 0 && !v.IsUndef() {
		if p.Bytes(v)[0] != ';' {
			p.AppendByte(';')
		}
		p.AppendValue(v)
	}
	p.AppendString(">\r\n")
}

// appendReceived writes where the request has come from.
func (a *adder) appendReceived(p *core.Proc) {
	p.AppendByte(';')
	p.AppendString(a.cfg.ReceivedName)
	p.AppendByte('=')
	addr := netip.AddrPortFrom(p.Src.Addr().Unmap(), p.Src.Port())
	var buf [56]byte
	if a.cfg.ReceivedFormat == formatParts {
		p.Append(addr.Addr().AppendTo(buf[:0]))
		p.AppendByte('~')
		p.AppendValue(value.FromInt(int64(addr.Port())))
		p.AppendByte('~')
		p.AppendValue(value.FromInt(int64(p.Proto)))
		return
	}
	p.AppendString("sip:")
	p.Append(addr.AppendTo(buf[:0]))
	if p.Proto != rt.ProtoUDP {
		p.AppendString("%3Btransport%3D")
		p.AppendString(p.Proto.String())
	}
}

// clean reports whether a text can stand in the URI: as its user part, or as
// parameters.
func clean(b []byte, user bool) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' || c == ',' || user && (c == '@' || c == ':' || c == ';' || c == '?') {
			return false
		}
	}
	return true
}
