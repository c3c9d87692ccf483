package tm

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// replicateFunctions send copies of the request.
func replicateFunctions() []registry.Function {
	const doc = "Sends a copy of the request on by a transaction; its replies are absorbed"
	return []registry.Function{
		replicateFunction("t_replicate", rt.ProtoNone, doc+". host alone may be a URI that says where to."),
		replicateFunction("t_replicate_udp", rt.ProtoUDP, doc+"; over UDP."),
		replicateFunction("t_replicate_tcp", rt.ProtoTCP, doc+"; over TCP."),
		replicateFunction("t_replicate_tls", rt.ProtoTLS, doc+"; over TLS."),
		replicateFunction("t_replicate_sctp", rt.ProtoSCTP, doc+"; over SCTP."),
	}
}

func replicateFunction(name string, proto rt.Proto, doc string) registry.Function {
	f := registry.Function{
		Name: name,
		Args: []registry.Arg{
			{Name: "host", Kind: registry.ArgFormat, Optional: true},
			{Name: "port", Kind: registry.ArgFormat, Optional: true},
		},
		Routes: rt.RequestRoute, Stateful: true, Bare: true, Doc: doc, Source: source,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			target, err := copyTarget(args, proto)
			if err != nil {
				return nil, err
			}
			return waiting(name, target, func(p *core.Proc, to core.Target, _ int64) int32 {
				return layerOf(p).relay(p, to, relayReplicate|relayNo100)
			}), nil
		},
	}
	if proto == rt.ProtoUDP {
		f.Aliases = []string{"t_replicate_to_udp"}
	}
	return f
}

// copyTarget is where a copy goes: to a host and port, to the one argument where that
// is a URI, else where the request goes.
func copyTarget(args []registry.Actual, proto rt.Proto) (func(*core.Proc) (core.Target, int64, error), error) {
	uri := rt.Expr(nil)
	if arg.Given(args, 0) && !arg.Given(args, 1) && proto == rt.ProtoNone {
		text, known := arg.Const(&args[0])
		if known && isSIP([]byte(text)) {
			var u sipparse.URI
			if sipparse.ParseURI([]byte(text), 0, len(text), &u) != sipparse.OK {
				return nil, arg.Error(0, "t_replicate: %q is no URI", text)
			}
		}
		if !known || isSIP([]byte(text)) {
			uri = args[0].Eval
		}
		if known && uri != nil {
			args = nil
		}
	}
	d, err := newHop(args, proto)
	if err != nil {
		return nil, err
	}
	if uri == nil {
		return d.target, nil
	}
	return func(p *core.Proc) (core.Target, int64, error) {
		b := p.Text(uri(&p.Ctx))
		if !isSIP(b) {
			return d.target(p)
		}
		var u sipparse.URI
		if sipparse.ParseURI(b, 0, len(b), &u) != sipparse.OK {
			return core.Target{}, 0, core.ErrBadURI
		}
		to, err := p.URITarget(b, &u)
		return to, 0, err
	}, nil
}

// isSIP reports whether a text begins as a SIP or SIPS URI does.
func isSIP(b []byte) bool {
	i := bytes.IndexByte(b, ':')
	return i > 0 && (bytes.EqualFold(b[:i], []byte("sip")) || bytes.EqualFold(b[:i], []byte("sips")))
}
