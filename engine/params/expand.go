package params

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"sipedge/script/rt"
)

// Resolved is one address to listen on.
type Resolved struct {
	Proto rt.Proto // never ProtoNone
	Addr  netip.AddrPort
	// Advertise is "host" or "host:port" to show instead of Addr, "" for none.
	Advertise string
	// Name is the socket's name, "" for none.
	Name string
	// Haproxy: connections must begin with a PROXY header.
	Haproxy bool
	// More are further addresses of the same socket: those of an SCTP line "(a, b)"
	// behind the first.
	More []netip.Addr
	// Host is the host name that the line names and DNS has for the address, "" for none.
	Host string
}

// Served reports whether this version serves the protocol; SCTP where the system has
// it.
func (r Resolved) Served() bool { return r.Proto >= rt.ProtoUDP && r.Proto <= rt.ProtoSCTP }

// String is the address as Kamailio lists it: "udp: 127.0.0.1:5060".
func (r Resolved) String() string {
	s := strings.ToLower(r.Proto.String()) + ": " + r.Addr.String()
	if r.Advertise != "" {
		s += " advertise " + r.Advertise
	}
	return s
}

// ListenOn are all addresses to listen on, UDP ones first: those of the listen
// lines, or every IPv4 address of the interfaces that are up where there is no
// line (with auto_bind_ipv6 the IPv6 addresses too). Host names are looked up, all
// at once, within resolveTimeout in all. The error joins a *ListenError for each line
// that leads nowhere.
func (c *Core) ListenOn(ctx context.Context) ([]Resolved, error) {
	lines := c.Listen
	if len(lines) == 0 {
		lines = []string{"*"}
	}
	var specs []ListenSpec
	var wrong []error
	for _, line := range lines {
		spec, err := ParseListen(line)
		if err != nil {
			wrong = append(wrong, &ListenError{line, err})
			continue
		}
		specs = append(specs, spec)
	}
	names := lookupHosts(ctx, specs)
	var all []Resolved
	for _, spec := range specs {
		ips, err := c.addresses(spec, names)
		if err != nil {
			wrong = append(wrong, &ListenError{spec.Text, fmt.Errorf("listen address %q: %w", spec.Text, err)})
			continue
		}
		if spec.Proto == rt.ProtoSCTP && len(spec.Hosts) > 1 {
			n := len(all)
			if all = c.add(all, spec, ips[0]); len(all) > n { // else it is there already
				for _, f := range ips[1:] {
					all[n].More = append(all[n].More, f.ip)
				}
			}
			continue
		}
		for _, ip := range ips {
			all = c.add(all, spec, ip)
		}
		if len(all) > MaxSockets {
			return nil, fmt.Errorf("listen lines stand for more than %d addresses", MaxSockets)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return udpFirst(all), nil
}

// found is an address that a host of a line stands for, and the host where it is a name.
type found struct {
	ip   netip.Addr
	name string
}

// addresses are the addresses that the hosts of a line stand for.
func (c *Core) addresses(spec ListenSpec, names map[string]hostAnswer) (all []found, err error) {
	for _, h := range spec.Hosts {
		var ips []netip.Addr
		name := ""
		if ip, e := netip.ParseAddr(h); e == nil {
			ips = []netip.Addr{ip}
		} else if h == "*" {
			ips, err = c.allInterfaces()
		} else if itf, e := net.InterfaceByName(h); e == nil {
			ips, err = c.interfaceAddrs(itf)
		} else {
			a := names[h]
			ips, err, name = a.ips, a.err, h
		}
		if err != nil {
			return nil, err
		}
		for _, ip := range ips {
			all = append(all, found{ip, name})
		}
	}
	return all, nil
}

func (c *Core) allInterfaces() (ips []netip.Addr, err error) {
	itfs, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for i := range itfs {
		if itfs[i].Flags&net.FlagUp == 0 {
			continue
		}
		found, err := c.interfaceAddrs(&itfs[i])
		if err != nil {
			continue // it has no address
		}
		for _, ip := range found {
			if ip.Is4() || c.AutoBindIPv6 {
				ips = append(ips, ip)
			}
		}
	}
	if len(ips) == 0 {
		return nil, fmt.Errorf("no interface that is up has an address; name one with listen=")
	}
	return ips, nil
}

// interfaceAddrs are the IPv4 addresses of an interface; the IPv6 ones too with
// auto_bind_ipv6 or where there are no others.
func (c *Core) interfaceAddrs(itf *net.Interface) ([]netip.Addr, error) {
	addrs, err := itf.Addrs()
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.Addr
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		ip := p.Addr().Unmap()
		switch {
		case ip.Is4():
			v4 = append(v4, ip)
		case !ip.IsLinkLocalUnicast():
			v6 = append(v6, ip)
		case c.BindIPv6LinkLocal != 0:
			v6 = append(v6, ip.WithZone(itf.Name))
		}
	}
	switch {
	case c.AutoBindIPv6:
		return append(v4, v6...), nil
	case len(v4) > 0:
		return v4, nil
	case len(v6) > 0:
		return v6, nil
	}
	return nil, fmt.Errorf("interface %s has no address", itf.Name)
}

// add enters one address for the line's protocols. An address that is there
// already only takes over what the line advertises.
func (c *Core) add(all []Resolved, spec ListenSpec, at found) []Resolved {
	ip, port := at.ip, c.portFor(spec, spec.Proto)
	protos := []rt.Proto{spec.Proto}
	if spec.Proto == rt.ProtoNone {
		protos = []rt.Proto{rt.ProtoUDP}
		if !c.DisableTCP {
			protos = append(protos, rt.ProtoTCP)
		}
		if c.TLSOn() {
			protos = append(protos, rt.ProtoTLS)
		}
		if c.EnableSCTP == SCTPOn && !c.DisableSCTP {
			protos = append(protos, rt.ProtoSCTP)
		}
	}
next:
	for _, proto := range protos {
		if spec.Proto == rt.ProtoNone {
			port = c.portFor(spec, proto)
		}
		r := Resolved{Proto: proto, Addr: netip.AddrPortFrom(ip, uint16(port)), Name: spec.Name, Host: at.name, Haproxy: spec.Haproxy}
		r.Advertise = c.advertised(spec, ip)
		for i := range all {
			if all[i].Proto == proto && all[i].Addr == r.Addr && port != 0 {
				if spec.Advertise != "" {
					all[i].Advertise = r.Advertise
				}
				all[i].Haproxy = all[i].Haproxy || spec.Haproxy
				continue next
			}
		}
		all = append(all, r)
	}
	return all
}

// portFor is the port of a line for one of its protocols. Where the line names a port
// and no protocol, TLS is served on the one behind it, as in Kamailio.
func (c *Core) portFor(spec ListenSpec, proto rt.Proto) int {
	secure := proto == rt.ProtoTLS || proto == rt.ProtoWSS
	switch {
	case spec.Port == NoPort && secure:
		return int(c.TLSPortNo)
	case spec.Port == NoPort:
		return int(c.Port)
	case secure && spec.Proto == rt.ProtoNone && spec.Port > 0:
		return min(spec.Port+1, maxPort)
	}
	return spec.Port
}

// advertised is what the line, or else the global parameters, show for ip.
func (c *Core) advertised(spec ListenSpec, ip netip.Addr) string {
	if spec.Advertise != "" || c.AdvertisedAddress == "" && c.AdvertisedPort == 0 {
		return spec.Advertise
	}
	host := c.AdvertisedAddress
	if host == "" {
		host = ip.String()
	}
	host = bracket(strings.Trim(host, "[]"))
	if c.AdvertisedPort == 0 {
		return host
	}
	return host + ":" + strconv.FormatInt(c.AdvertisedPort, 10)
}

// udpFirst orders by protocol as Kamailio lists them, keeping the order within one.
func udpFirst(all []Resolved) []Resolved {
	var sorted []Resolved
	for p := rt.ProtoUDP; p <= rt.ProtoWSS; p++ {
		for _, r := range all {
			if r.Proto == p {
				sorted = append(sorted, r)
			}
		}
	}
	return sorted
}
