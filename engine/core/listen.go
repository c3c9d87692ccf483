package core

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// listenSpec is one address that a snapshot listens on.
type listenSpec struct{ params.Resolved }

// resolveListen turns a snapshot's listen lines into addresses, and notes those
// whose protocol is not served.
func (s *Server) resolveListen(snap *Snapshot) ([]listenSpec, error) {
	ctx := context.Background() // both kinds of look-ups have bounds of their own
	all, err := snap.core.ListenOn(ctx)
	if err != nil {
		return nil, snap.placed(err)
	}
	snap.listenOn = all
	var specs []listenSpec
	var skipped []string
	sctp, why, err := wantSCTP(snap.core, reactor.HasSCTP)
	if err != nil {
		return nil, err
	}
	var without []string
	for _, r := range all {
		if r.Proto == rt.ProtoSCTP && !sctp {
			without = append(without, r.String())
		} else if why := snap.Unserved(r); why == "" {
			specs = append(specs, listenSpec{r})
		} else {
			skipped = append(skipped, fmt.Sprintf("%v (%s)", r, why))
		}
	}
	if len(specs) == 0 {
		return nil, fmt.Errorf("no address to listen on of %v", append(skipped, without...))
	}
	if len(without) > 0 && s.toldSCTP.CompareAndSwap(false, true) {
		s.Log().Printf(levelInfo, "not listening on %v: %s", without, why)
	}
	for _, r := range skipped {
		s.Log().Printf(levelWarn, "not listening on %s", r)
	}
	snap.autoAliases = snap.core.AutoAliasesFor(ctx, all)
	return specs, nil
}

// Unserved is why an address is not listened on; empty for one that is, and for SCTP,
// which the system may not have.
func (s *Snapshot) Unserved(r params.Resolved) string {
	c := s.core
	switch {
	case !r.Served():
		return "not served in this version"
	case (r.Proto == rt.ProtoTCP || r.Proto == rt.ProtoTLS) && c.DisableTCP:
		return "disable_tcp=yes turns TCP and TLS off"
	case r.Proto == rt.ProtoTLS && !c.TLSOn():
		return "TLS is off; enable_tls=yes turns it on"
	case r.Proto == rt.ProtoTLS && !s.servesTLS():
		return "TLS has no certificates; load the module tls, or set tls_certificate"
	}
	return ""
}

// placed puts in front of what is wrong with listen lines where these stand.
func (s *Snapshot) placed(err error) error {
	lines := params.ListenErrors(err)
	if len(lines) == 0 {
		return err
	}
	var all []error
	for _, e := range lines {
		all = append(all, fmt.Errorf("%s%w", s.listenAt[e.Text], e))
	}
	return errors.Join(all...)
}

// listen is the reactor's form of the address.
func (l listenSpec) listen(c *params.Core) reactor.Listen {
	n := reactor.Listen{Transport: reactor.Transport(l.Proto), Addr: l.Addr, More: l.More, TOS: params.TOSValue(c.TOS)}
	switch {
	case l.Haproxy:
		n.Proxy = reactor.ProxyMust
	case c.TCPAcceptHaproxy:
		n.Proxy = reactor.ProxyMay
	}
	return n
}

// socket is the snapshot's form of the address once it is bound.
func (l listenSpec) socket(id reactor.SocketID, bound netip.AddrPort) *Socket {
	k := NewSocket(id, l.Proto, bound, l.Advertise)
	k.haproxy, k.more, k.hostName = l.Haproxy, l.More, l.Host
	return k
}

// sameSocket is the open socket that a listen address of a new snapshot means.
func sameSocket(open []*Socket, l listenSpec) *Socket {
	for _, k := range open {
		if k.Proto == l.Proto && k.Addr == l.Addr && slices.Equal(k.more, l.More) {
			return k
		}
	}
	return nil
}

// addAlias enters an alias line. A line without a port counts for the ports
// that we listen on (index SP024), as a port of its own does for that one.
func (s *Snapshot) addAlias(text string) {
	a, err := params.ParseAlias(text)
	if err != nil {
		return // refused when the parameter was checked
	}
	s.names.addParsed(a)
}

func (n names) addParsed(a params.Alias) {
	port := uint16(0)
	if a.Port != params.NoPort {
		port = uint16(a.Port)
	}
	n.add(a.Host, port, a.Proto)
}

// protoOf is a transport as scripts name it; the numbers are the same.
func protoOf(t reactor.Transport) rt.Proto { return rt.Proto(t) }
