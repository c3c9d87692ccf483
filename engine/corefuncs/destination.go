package corefuncs

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

var (
	errDestination = errors.New("the destination is not host, host:port or [address]:port")
	errPort        = errors.New("the destination port is not a number from 1 to 65535")
)

// The words that stand for parts of the Request-URI as a destination.
const (
	wordURIHost = "uri:host"
	wordURIPort = "uri:port"
)

// destinationArgs are the formal arguments of forward*() and send*().
func destinationArgs(optional bool) []registry.Arg {
	return []registry.Arg{
		{Name: "host", Kind: registry.ArgIdent, Optional: optional, Words: []string{wordURIHost}},
		{Name: "port", Kind: registry.ArgIdent, Optional: true, Words: []string{wordURIPort}},
	}
}

// destination is where forward*() and send*() send to, as far as it is known at start.
type destination struct {
	proto rt.Proto // ProtoNone: UDP, or what the text or the URI says
	// fixed is the whole target or why there is none, where both arguments are constant.
	isFixed bool
	fixed   core.Target
	// named is a constant destination that is a name.
	named *arg.HostPort
	// host and port compute it otherwise; port is nil where none is given.
	host, port rt.Expr
}

// newDestination binds the arguments of forward*() and send*(). A constant
// that can never be a destination is an error at start; a host name is looked up
// for each message.
func newDestination(args []registry.Actual, proto rt.Proto) (*destination, error) {
	d := &destination{proto: proto}
	host, hostConst := arg.Const(&args[0])
	switch {
	case hostConst && host == wordURIHost:
		d.host, hostConst = uriHost, false
	case !hostConst:
		d.host = args[0].Eval
	}
	if arg.Given(args, 1) {
		port, portConst := arg.Const(&args[1])
		switch {
		case portConst && port == wordURIPort:
			d.port = uriPort
		case !portConst:
			d.port = args[1].Eval
		default:
			n, ok := arg.ParsePort([]byte(port))
			if !ok {
				return nil, arg.Error(1, "port must be a number from 1 to 65535, not %q", port)
			}
			if hostConst {
				return d.fix(host, n)
			}
			d.port = func(*rt.Ctx) value.Value { return value.FromInt(int64(n)) }
		}
	}
	if !hostConst {
		return d, nil
	}
	if d.port == nil {
		return d.fix(host, 0)
	}
	hp, ok := arg.ParseHostPort([]byte(host))
	if !ok || hp.Port != 0 {
		return nil, arg.Error(0, "host must be an address or a name, not %q", host)
	}
	text := []byte(host)
	d.host = func(c *rt.Ctx) value.Value { return c.NewString(text) }
	return d, nil
}

// fix computes the target of constant arguments.
func (d *destination) fix(host string, port uint16) (*destination, error) {
	hp, ok := arg.ParseHostPort([]byte(host))
	if !ok || port != 0 && hp.Port != 0 {
		return nil, arg.Error(0, "destination must be host, host:port or [address]:port, not %q", host)
	}
	if port != 0 {
		hp.Port = port
	}
	var err error
	var name *core.NameError
	switch d.fixed, err = core.HostTarget(hp.Host, hp.Port, d.transport(hp)); {
	case errors.As(err, &name):
		d.named = &hp
	case err != nil:
		return nil, arg.Error(0, "%q: %v", host, err)
	default:
		d.isFixed = true
	}
	return d, nil
}

func (d *destination) transport(hp arg.HostPort) rt.Proto {
	if d.proto == rt.ProtoNone {
		return hp.Proto
	}
	return d.proto
}

// target is the destination for the message of p; core.ErrUnresolved where it is a
// name that has to be asked for.
func (d *destination) target(p *core.Proc) (core.Target, error) {
	c := &p.Ctx
	switch {
	case d.isFixed:
		return d.fixed, nil
	case d.named != nil:
		return p.HostTarget(d.named.Host, d.named.Port, d.transport(*d.named))
	}
	port, portGiven := uint16(0), false
	if d.port != nil {
		if v := d.port(c); !v.IsUndef() {
			if port, portGiven = arg.ParsePort(c.Text(v)); !portGiven {
				return core.Target{}, errPort
			}
		}
	}
	host := d.host(c)
	if host.Kind() != value.Str {
		return core.Target{}, errDestination
	}
	hp, ok := arg.ParseHostPort(c.Bytes(host))
	if !ok || portGiven && hp.Port != 0 {
		return core.Target{}, errDestination
	}
	if portGiven {
		hp.Port = port
	}
	return p.HostTarget(hp.Host, hp.Port, d.transport(hp))
}

// uriHost is the host of the current Request-URI (uri:host).
func uriHost(c *rt.Ctx) value.Value {
	u, b, e := c.ParsedURI()
	if e != sipparse.OK || u.HostRef.Len == 0 {
		return value.Value{}
	}
	return c.NewString(u.HostRef.Of(b))
}

// uriPort is the port of the current Request-URI (uri:port), undefined where it has none.
func uriPort(c *rt.Ctx) value.Value {
	u, _, e := c.ParsedURI()
	if e != sipparse.OK || u.PortNum == 0 {
		return value.Value{}
	}
	return value.FromInt(int64(u.PortNum))
}
