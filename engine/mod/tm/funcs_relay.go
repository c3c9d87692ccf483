package tm

import (
	"bytes"
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

const source = "Kamailio module tm"

// relayFunctions send the request on.
func relayFunctions() []registry.Function {
	const doc = "Relays the request by a transaction: to the host, else to $du, else to the Request-URI, and to the branches that were appended"
	fs := []registry.Function{
		relayFunction("t_relay", rt.ProtoNone, doc+"."),
		relayFunction("t_relay_to_udp", rt.ProtoUDP, doc+", over UDP."),
		relayFunction("t_relay_to_tcp", rt.ProtoTCP, doc+", over TCP."),
		relayFunction("t_relay_to_tls", rt.ProtoTLS, doc+", over TLS."),
		relayFunction("t_relay_to_sctp", rt.ProtoSCTP, doc+", over SCTP."),
		alias("t_forward_nonack_uri", relayFunction("t_forward_nonack", rt.ProtoNone, "t_relay() for a request whose transaction t_newtran() has made.")),
		relayFunction("t_forward_nonack_udp", rt.ProtoUDP, "t_forward_nonack() over UDP."),
		relayFunction("t_forward_nonack_tcp", rt.ProtoTCP, "t_forward_nonack() over TCP."),
		relayFunction("t_forward_nonack_tls", rt.ProtoTLS, "t_forward_nonack() over TLS."),
		relayFunction("t_forward_nonack_sctp", rt.ProtoSCTP, "t_forward_nonack() over SCTP."),
		{
			Name: "t_relay_to",
			Args: []registry.Arg{
				{Name: "proxy", Kind: registry.ArgFormat, Optional: true},
				{Name: "flags", Kind: registry.ArgFormat, Optional: true},
			},
			Routes: rt.RequestRoute | rt.FailureRoute, Stateful: true, Bare: true, Source: source,
			Doc:     "Relays to proxy, \"proto:host:port\", of which parts may be missing; flags: 1 no 100, 2 no reply where nothing can be sent, 4 no DNS failover.",
			Compile: compileRelayTo,
		},
	}
	return fs
}

func relayFunction(name string, proto rt.Proto, doc string) registry.Function {
	return registry.Function{
		Name: name,
		Args: []registry.Arg{
			{Name: "host", Kind: registry.ArgFormat, Optional: true},
			{Name: "port", Kind: registry.ArgFormat, Optional: true},
		},
		Routes: rt.RequestRoute | rt.FailureRoute, Stateful: true, Bare: true, Doc: doc, Source: source,
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			d, err := newHop(args, proto)
			if err != nil {
				return nil, err
			}
			fr, err := newAVPTimers(b)
			if err != nil {
				return nil, err
			}
			return waiting(name, d.target, func(p *core.Proc, to core.Target, flags int64) int32 {
				fr.apply(p)
				return layerOf(p).relay(p, to, flags)
			}), nil
		},
	}
}

// waiting makes a script function of a relay: where a destination is a name that has
// to be asked for, the script waits before there is a transaction.
func waiting(name string, target func(*core.Proc) (core.Target, int64, error), relay func(*core.Proc, core.Target, int64) int32) rt.Func {
	var run func(*core.Proc) int32
	run = func(p *core.Proc) int32 {
		to, flags, err := target(p)
		if err == nil && p.RouteKnown(to) != nil {
			err = core.ErrUnresolved
		}
		switch err {
		case nil:
			return relay(p, to, flags)
		case core.ErrUnresolved:
			return p.AwaitName(run)
		}
		p.Logf(levelErr, "%s: %v", name, err)
		return p.Refuse(err)
	}
	return func(c *rt.Ctx) int32 { return run(core.Of(c)) }
}

// hop is the destination that a call names: nothing, a host and port, or, where
// one argument is a number, flags.
type hop struct {
	host, port rt.Expr
	proto      rt.Proto
	flags      int64
}

func newHop(args []registry.Actual, proto rt.Proto) (hop, error) {
	h := hop{proto: proto}
	if !arg.Given(args, 0) {
		return h, nil
	}
	if text, ok := arg.Const(&args[0]); ok {
		if n, isNum := value.ParseInt([]byte(text)); isNum && !arg.Given(args, 1) {
			h.flags = n
			return h, nil
		}
		if text == "" || strings.ContainsAny(text, " /;") {
			return h, arg.Error(0, "a host is an address or a name, not %q", text)
		}
	}
	h.host = args[0].Eval
	if arg.Given(args, 1) {
		if text, ok := arg.Const(&args[1]); ok {
			if n, isNum := value.ParseInt([]byte(text)); !isNum || n < 0 || n > 65535 {
				return h, arg.Error(1, "a port must be a number from 0 to 65535, not %q", text)
			}
		}
		h.port = args[1].Eval
	}
	return h, nil
}

func (h *hop) target(p *core.Proc) (core.Target, int64, error) {
	c := &p.Ctx
	if h.host == nil {
		return core.Target{Proto: h.proto}, h.flags, nil
	}
	var port int64
	host := c.Text(h.host(c))
	if h.port != nil {
		v := h.port(c)
		var ok bool
		if port, ok = v.Int(), v.Kind() == value.Int; !ok {
			port, ok = value.ParseInt(c.Text(v))
		}
		if !ok || port < 0 || port > 65535 {
			return core.Target{}, 0, core.ErrBadTarget
		}
	} else if i := bytes.LastIndexByte(host, ':'); i > 0 && bytes.IndexByte(host, ':') == i {
		if n, ok := value.ParseInt(host[i+1:]); ok && n > 0 && n <= 65535 {
			host, port = host[:i], n
		}
	}
	proto := h.proto
	if proto == rt.ProtoNone {
		proto = c.Proto // as the request came in
	}
	t, err := p.HostTarget(host, uint16(port), proto)
	return t, h.flags, err
}

func compileRelayTo(b registry.Build, args []registry.Actual) (rt.Func, error) {
	fr, err := newAVPTimers(b)
	if err != nil {
		return nil, err
	}
	flags := arg.Fixed(0)
	proxy := rt.Expr(nil)
	if arg.Given(args, 0) {
		text, ok := arg.Const(&args[0])
		if n, isNum := value.ParseInt([]byte(text)); ok && isNum && !arg.Given(args, 1) {
			flags = arg.Fixed(n)
		} else {
			proxy = args[0].Eval
			if ok {
				if _, err := parseProxy([]byte(text), core.HostTarget); err != nil && !isNameError(err) {
					return nil, arg.Error(0, "t_relay_to: %v", err)
				}
			}
		}
	}
	if arg.Given(args, 1) {
		if flags, err = arg.NewNumber(args, 1, "t_relay_to: flags", 0, 1<<16); err != nil {
			return nil, err
		}
	}
	target := func(p *core.Proc) (to core.Target, n int64, err error) {
		n, _ = flags.Get(&p.Ctx)
		if proxy != nil {
			to, err = parseProxy(p.Text(proxy(&p.Ctx)), p.HostTarget)
		}
		return to, n, err
	}
	return waiting("t_relay_to", target, func(p *core.Proc, to core.Target, n int64) int32 {
		fr.apply(p)
		return layerOf(p).relay(p, to, n)
	}), nil
}

// parseProxy reads "proto:host:port", of which the first and the last may be missing.
func parseProxy(b []byte, resolve func([]byte, uint16, rt.Proto) (core.Target, error)) (core.Target, error) {
	proto := rt.ProtoNone
	if i := bytes.IndexByte(b, ':'); i > 0 {
		for q := rt.ProtoUDP; q <= rt.ProtoSCTP; q++ {
			if strings.EqualFold(string(b[:i]), q.String()) {
				proto, b = q, b[i+1:]
				break
			}
		}
	}
	port := int64(0)
	if i := bytes.LastIndexByte(b, ':'); i > 0 && (bytes.IndexByte(b, ':') == i || b[i-1] == ']') {
		n, ok := value.ParseInt(b[i+1:])
		if !ok || n < 1 || n > 65535 {
			return core.Target{}, fmt.Errorf("a proxy is \"proto:host:port\", not %q", b)
		}
		port, b = n, b[:i]
	}
	if len(b) == 0 {
		return core.Target{Proto: proto}, nil
	}
	return resolve(b, uint16(port), proto)
}

func isNameError(err error) bool {
	_, ok := err.(*core.NameError)
	return ok
}

// avpTimers are fr_timer_avp and fr_inv_timer_avp: AVPs by which a script sets the
// times of a transaction, in seconds.
type avpTimers struct{ fr, inv *registry.Var }

func newAVPTimers(b registry.Build) (t avpTimers, err error) {
	c, ok := b.Config("tm").(*Config)
	if !ok {
		return t, nil
	}
	for _, s := range [...]struct {
		spec string
		v    **registry.Var
	}{{c.FRAVP, &t.fr}, {c.FRInvAVP, &t.inv}} {
		if s.spec == "" {
			continue
		}
		if *s.v, err = b.Var(strings.TrimPrefix(s.spec, "$")); err != nil {
			return t, fmt.Errorf("fr_timer_avp, fr_inv_timer_avp: %w", err)
		}
	}
	return t, nil
}

func (t *avpTimers) apply(p *core.Proc) {
	if t.fr != nil {
		if n, ok := seconds(p, t.fr); ok {
			setNote(p, noteFR, n)
		}
	}
	if t.inv != nil {
		if n, ok := seconds(p, t.inv); ok {
			setNote(p, noteFRInv, n)
		}
	}
}

func seconds(p *core.Proc, v *registry.Var) (uint32, bool) {
	x := v.Get(&p.Ctx)
	n := x.Int()
	if x.Kind() != value.Int {
		var ok bool
		if n, ok = value.ParseInt(p.Text(x)); !ok {
			return 0, false
		}
	}
	if n <= 0 || n > 1<<21 {
		return 0, false
	}
	return uint32(n) * 1000, true
}
