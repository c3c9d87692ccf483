package pv

import (
	"net/netip"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// appendAddr appends an address, an IPv6 one in brackets where bracket is set.
func appendAddr(c *rt.Ctx, a netip.Addr, bracket bool) {
	var buf [64]byte
	if !a.IsValid() {
		return
	}
	a = a.Unmap()
	if bracket = bracket && a.Is6(); bracket {
		c.AppendByte('[')
	}
	c.Append(a.AppendTo(buf[:0]))
	if bracket {
		c.AppendByte(']')
	}
}

func appendNumber(c *rt.Ctx, n int64) {
	var buf [24]byte
	c.Append(value.AppendInt(buf[:0], n))
}

// addrText is an address as a value, undefined for none.
func addrText(c *rt.Ctx, a netip.Addr, bracket bool) value.Value {
	if !a.IsValid() {
		return undef
	}
	m := c.Mark()
	appendAddr(c, a, bracket)
	return c.FromMark(m)
}

// socketText is "proto:address:port" ($fs, $sas).
func socketText(c *rt.Ctx, proto rt.Proto, at netip.AddrPort) value.Value {
	m := c.Mark()
	c.AppendString(proto.String())
	c.AppendByte(':')
	appendAddr(c, at.Addr(), true)
	c.AppendByte(':')
	appendNumber(c, int64(at.Port()))
	return c.FromMark(m)
}

// uriText is "sip:host:port;transport=proto"; the transport is left out for
// UDP unless always is set. Secure WebSocket is transport=ws (RFC 7118 §5.2).
func uriText(c *rt.Ctx, host string, at netip.AddrPort, proto rt.Proto, always bool) value.Value {
	m := c.Mark()
	c.AppendString("sip:")
	if host != "" {
		appendHost(c, host)
	} else {
		appendAddr(c, at.Addr(), true)
	}
	c.AppendByte(':')
	appendNumber(c, int64(at.Port()))
	if always || proto != rt.ProtoUDP {
		c.AppendString(";transport=")
		if proto == rt.ProtoWSS {
			proto = rt.ProtoWS
		}
		c.AppendString(proto.String())
	}
	return c.FromMark(m)
}

// appendHost appends a host name or address, an IPv6 address in brackets.
func appendHost(c *rt.Ctx, host string) {
	bare := host[0] != '['
	if bare {
		bare = false
		for i := range len(host) {
			bare = bare || host[i] == ':'
		}
	}
	if bare {
		c.AppendByte('[')
		c.AppendString(host)
		c.AppendByte(']')
		return
	}
	c.AppendString(host)
}

// receivedOn is the listen socket that the message arrived on, with what it
// advertises filled in from its address where it advertises nothing.
func receivedOn(c *rt.Ctx) rt.SocketInfo {
	info := rt.SocketInfo{Proto: c.Proto, Addr: c.ReceivedOn()}
	if e, ok := c.Env.(rt.SocketEnv); ok {
		if s, ok := e.ReceiveSocket(c.Proto, c.ReceivedOn()); ok {
			info = s
			info.Addr = c.ReceivedOn()
		}
	}
	if info.AdvertisePort == 0 {
		info.AdvertisePort = c.ReceivedOn().Port()
	}
	return info
}

func advertisedURI(c *rt.Ctx, always bool) value.Value {
	s := receivedOn(c)
	return uriText(c, s.AdvertiseHost, netip.AddrPortFrom(c.ReceivedOn().Addr(), s.AdvertisePort), c.Proto, always)
}

func advertisedHost(c *rt.Ctx) value.Value {
	s := receivedOn(c)
	if s.AdvertiseHost == "" {
		return addrText(c, c.ReceivedOn().Addr(), false)
	}
	m := c.Mark()
	c.AppendString(s.AdvertiseHost)
	return c.FromMark(m)
}

// advertisedSocket is $Ras.
func advertisedSocket(c *rt.Ctx) value.Value {
	s := receivedOn(c)
	m := c.Mark()
	c.AppendString(c.Proto.String())
	c.AppendByte(':')
	port := int64(c.ReceivedOn().Port())
	if s.AdvertiseHost == "" {
		appendAddr(c, c.ReceivedOn().Addr(), true)
	} else {
		c.AppendString(s.AdvertiseHost)
	}
	if s.AdvertisePort != 0 {
		port = int64(s.AdvertisePort)
	}
	c.AppendByte(':')
	appendNumber(c, port)
	return c.FromMark(m)
}

// textOrUndef is a string in the arena, undefined for "".
func textOrUndef(c *rt.Ctx, s string) value.Value {
	if s == "" {
		return undef
	}
	m := c.Mark()
	c.AppendString(s)
	return c.FromMark(m)
}

// protoNames are the transports' names as constants of a program.
func protoNames(b registry.Build) (t [rt.ProtoWSS + 1]value.Value) {
	for p := range t {
		t[p] = b.Const(rt.Proto(p).String())
	}
	return t
}

func receivedProto(b registry.Build) rt.Expr {
	names := protoNames(b)
	return func(c *rt.Ctx) value.Value { return names[c.Proto] }
}

// familyName is $af.
func familyName(b registry.Build) rt.Expr {
	inet, inet6 := b.Const("INET"), b.Const("INET6")
	return func(c *rt.Ctx) value.Value {
		if family(c.Src.Addr()) == registry.AFInet6 {
			return inet6
		}
		return inet
	}
}

// family is the address family of an address, 0 for none.
func family(a netip.Addr) int64 {
	switch {
	case !a.IsValid():
		return 0
	case a.Unmap().Is4():
		return registry.AFInet
	}
	return registry.AFInet6
}

func connID(c *rt.Ctx) value.Value {
	if e, ok := c.Env.(rt.ConnEnv); ok {
		if id := e.ConnID(c); id != 0 {
			return value.FromInt(id)
		}
	}
	return undef
}

func srcIP(c *rt.Ctx) value.Value    { return c.SourceText() }
func recvIP(c *rt.Ctx) value.Value   { return addrText(c, c.ReceivedOn().Addr(), false) }
func srcPort(c *rt.Ctx) value.Value  { return value.FromInt(int64(c.Src.Port())) }
func recvPort(c *rt.Ctx) value.Value { return value.FromInt(int64(c.ReceivedOn().Port())) }

// sourceVars are the variables of where the message came from and arrived.
func sourceVars() []registry.PV {
	return []registry.PV{
		read("si", value.Undef, "source address of the message", srcIP),
		read("src_ip", value.Undef, "source address of the message", srcIP),
		read("siz", value.Undef, "source address of the message, IPv6 in brackets", func(c *rt.Ctx) value.Value { return addrText(c, c.Src.Addr(), true) }),
		read("sp", value.Int, "source port of the message", srcPort),
		read("su", value.Undef, "source as sip:address:port, with ;transport= unless UDP", func(c *rt.Ctx) value.Value { return uriText(c, "", c.Src, c.Proto, false) }),
		read("sut", value.Undef, "source as sip:address:port;transport=proto", func(c *rt.Ctx) value.Value { return uriText(c, "", c.Src, c.Proto, true) }),
		read("sas", value.Undef, "source as proto:address:port", func(c *rt.Ctx) value.Value { return socketText(c, c.Proto, c.Src) }),
		read("Ri", value.Undef, "local address on which the message arrived", recvIP),
		read("Rp", value.Int, "local port on which the message arrived", recvPort),
		read("Rn", value.Undef, "name of the socket on which the message arrived", func(c *rt.Ctx) value.Value { return textOrUndef(c, receivedOn(c).Name) }),
		read("Ru", value.Undef, "receiving socket as sip:address:port, with ;transport= unless UDP", func(c *rt.Ctx) value.Value { return uriText(c, "", c.ReceivedOn(), c.Proto, false) }),
		read("Rut", value.Undef, "receiving socket as sip:address:port;transport=proto", func(c *rt.Ctx) value.Value { return uriText(c, "", c.ReceivedOn(), c.Proto, true) }),
		read("RAi", value.Undef, "advertised address of the receiving socket, $Ri where it advertises none", advertisedHost),
		read("RAp", value.Int, "advertised port of the receiving socket, $Rp where it advertises none", func(c *rt.Ctx) value.Value { return value.FromInt(int64(receivedOn(c).AdvertisePort)) }),
		read("RAu", value.Undef, "$Ru with the advertised address and port", func(c *rt.Ctx) value.Value { return advertisedURI(c, false) }),
		read("RAut", value.Undef, "$Rut with the advertised address and port", func(c *rt.Ctx) value.Value { return advertisedURI(c, true) }),
		read("Ras", value.Undef, "receiving socket as proto:address:port, with what it advertises", advertisedSocket),
		bound("pr", value.Str, "transport on which the message arrived: udp, tcp, tls, sctp, ws or wss", receivedProto, nil),
		bound("proto", value.Str, "transport on which the message arrived: udp, tcp, tls, sctp, ws or wss", receivedProto, nil),
		read("prid", value.Int, "number of the transport on which the message arrived: udp 1, tcp 2, tls 3, sctp 4, ws 5, wss 6", func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.Proto)) }),
		bound("af", value.Str, "address family over which the message arrived: INET or INET6", familyName, nil),
		read("conid", value.Undef, "number of the connection on which the message arrived", connID),
	}
}
