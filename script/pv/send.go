package pv

import (
	"net/netip"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// socketName is "proto:address:port" of a forced send socket, undefined for
// none.
func socketName(c *rt.Ctx, id int32) value.Value {
	if id == 0 {
		return undef
	}
	e, ok := c.Env.(rt.SocketEnv)
	if !ok {
		return undef
	}
	s, ok := e.Socket(id)
	if !ok {
		return undef
	}
	return socketText(c, s.Proto, s.Addr)
}

// findSocket is the number of the listen socket that "[proto:]host[:port]"
// names; 0 for an undefined value. ok is false where there is none.
func findSocket(c *rt.Ctx, v value.Value) (id int32, ok bool) {
	if v.IsUndef() {
		return 0, true
	}
	e, isEnv := c.Env.(rt.SocketEnv)
	if !isEnv || v.Kind() != value.Str {
		return 0, false
	}
	proto, host, port, ok := parseSocket(c.Bytes(v))
	if !ok {
		return 0, false
	}
	s, ok := e.FindSocket(proto, host, port)
	return s.ID, ok
}

// parseSocket takes "[proto:]host[:port]" apart; an IPv6 host stands in
// brackets and is returned without them.
func parseSocket(b []byte) (proto rt.Proto, host []byte, port uint16, ok bool) {
	for p := rt.ProtoUDP; p <= rt.ProtoWSS; p++ {
		name := p.String()
		if len(b) > len(name) && b[len(name)] == ':' && equalFold(b[:len(name)], name) {
			proto, b = p, b[len(name)+1:]
			break
		}
	}
	var end int
	switch {
	case len(b) > 0 && b[0] == '[':
		for end = 1; end < len(b) && b[end] != ']'; end++ {
		}
		if end == len(b) {
			return 0, nil, 0, false
		}
		host, end = b[1:end], end+1
	default:
		for end = 0; end < len(b) && b[end] != ':'; end++ {
		}
		host = b[:end]
	}
	if end < len(b) {
		n, isNum := value.ParseInt(b[end+1:])
		if b[end] != ':' || !isNum || n < 1 || n > 65535 {
			return 0, nil, 0, false
		}
		port = uint16(n)
	}
	return proto, host, port, len(host) > 0
}

func setSendSocket(c *rt.Ctx, v value.Value) bool {
	id, ok := findSocket(c, v)
	if ok {
		c.SendSocket = id
	}
	return ok
}

func sendSocketLabel(c *rt.Ctx) value.Value {
	if e, ok := c.Env.(rt.SocketEnv); ok && c.SendSocket != 0 {
		if s, ok := e.Socket(c.SendSocket); ok {
			return textOrUndef(c, s.Name)
		}
	}
	return undef
}

func sendSocketPort(c *rt.Ctx) value.Value {
	if e, ok := c.Env.(rt.SocketEnv); ok && c.SendSocket != 0 {
		if s, ok := e.Socket(c.SendSocket); ok {
			return value.FromInt(int64(s.Addr.Port()))
		}
	}
	return value.FromInt(0)
}

func setSendSocketByName(c *rt.Ctx, v value.Value) bool {
	if v.IsUndef() {
		c.SendSocket = 0
		return true
	}
	e, ok := c.Env.(rt.SocketEnv)
	if !ok || v.Kind() != value.Str {
		return false
	}
	s, ok := e.NamedSocket(c.Bytes(v))
	if ok {
		c.SendSocket = s.ID
	}
	return ok
}

// sendAttrs are the keys of $snd, $sndfrom and $sndto for one end of the way
// out; all undefined outside an onsend_route and events about a way out.
func sendAttrs(end func(c *rt.Ctx) netip.AddrPort) []attr {
	inSend := func(get rt.Expr) rt.Expr {
		return func(c *rt.Ctx) value.Value {
			if c.Route == rt.SendRoute || c.Route == rt.EventRoute && c.SendTo.IsValid() {
				return get(c)
			}
			return undef
		}
	}
	return []attr{
		{key: "ip", get: inSend(func(c *rt.Ctx) value.Value { return addrText(c, end(c).Addr(), false) })},
		{key: "port", get: inSend(func(c *rt.Ctx) value.Value { return value.FromInt(int64(end(c).Port())) })},
		{key: "af", get: inSend(func(c *rt.Ctx) value.Value { return value.FromInt(family(end(c).Addr())) })},
		{key: "proto", get: inSend(func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.SendProto)) })},
		{key: "sproto", get: inSend(func(c *rt.Ctx) value.Value { return textOrUndef(c, c.SendProto.String()) })},
		{key: "len", get: inSend(func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.SendLen)) })},
	}
}

// sendVars are the variables of the way out.
func sendVars() []registry.PV {
	from := sendAttrs(func(c *rt.Ctx) netip.AddrPort { return c.SendFrom })
	return []registry.PV{
		write("fs", value.Undef, "forced send socket as proto:address:port; assigning [proto:]address[:port] of a listen socket forces it, $null lifts it",
			func(c *rt.Ctx) value.Value { return socketName(c, c.SendSocket) }, setSendSocket),
		write("fsn", value.Undef, "name of the forced send socket; assigning a name forces that socket, $null lifts it",
			sendSocketLabel, setSendSocketByName),
		read("fsp", value.Int, "port of the forced send socket, 0 where none is forced", sendSocketPort),
		attrs("snd", "in onsend_route, the local end of the way out: ip, port, af, proto, sproto, len", from),
		attrs("sndfrom", "in onsend_route, the local end of the way out: ip, port, af, proto, sproto, len", from),
		attrs("sndto", "in onsend_route, where the message goes: ip, port, af, proto, sproto, len",
			sendAttrs(func(c *rt.Ctx) netip.AddrPort { return c.SendTo })),
	}
}
