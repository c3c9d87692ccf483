package params

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sipedge/script/rt"
)

// NoPort is the port of an address that names none.
const NoPort = -1

// ListenSpec is one listen value taken apart.
type ListenSpec struct {
	Text string // as written
	// Proto is ProtoNone where none is named; that means UDP, and TCP unless disabled.
	Proto rt.Proto
	// Hosts are addresses without brackets, host names, interface names or "*";
	// more than one only for the multihomed form "(a, b)".
	Hosts []string
	// Port is 0 to 65535, NoPort where none is named. 0 lets the system choose.
	Port int
	// Advertise is "host" or "host:port" to show instead, "" for none.
	Advertise string
	// Name is the socket's name (Kamailio 5.x), "" for none.
	Name string
	// Haproxy: connections must begin with a PROXY header. Datagrams have none.
	Haproxy bool
}

// protos are the transports by the names that addresses use.
var protos = map[string]rt.Proto{
	"udp": rt.ProtoUDP, "tcp": rt.ProtoTCP, "tls": rt.ProtoTLS, "sctp": rt.ProtoSCTP, "ws": rt.ProtoWS, "wss": rt.ProtoWSS,
}

// ParseListen reads a listen value or the argument of -l:
//
//	[proto:]host[:port][/advertised] [advertise host[:port]] [name "text"] [haproxy]
//
// where host is an address (IPv6 in brackets), a host name, an interface, "*",
// or "(a, b)". The error says what was expected and found (cookbook "listen").
func ParseListen(text string) (ListenSpec, error) {
	s := ListenSpec{Text: strings.TrimSpace(text), Port: NoPort}
	rest, err := s.takeOptions(s.Text)
	if err != nil {
		return s, err
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		if s.Advertise != "" {
			return s, fmt.Errorf("listen address %q is advertised twice", s.Text)
		}
		rest, s.Advertise = rest[:i], rest[i+1:]
	}
	if s.Advertise != "" {
		if err := checkAdvertised(s.Advertise); err != nil {
			return s, err
		}
	}
	s.Proto, rest = takeProto(rest)
	if s.Haproxy && (s.Proto == rt.ProtoUDP || s.Proto == rt.ProtoSCTP) {
		return s, fmt.Errorf("listen address %q: haproxy is for connections, which %s does not have", s.Text, strings.ToUpper(s.Proto.String()))
	}
	if strings.HasPrefix(rest, "(") {
		return s, s.parseList(rest)
	}
	host, port, err := SplitHostPort(rest)
	if err != nil {
		return s, fmt.Errorf("listen address %q: %w", s.Text, err)
	}
	s.Hosts, s.Port = []string{host}, port
	return s, nil
}

// takeOptions cuts the words behind the address off.
func (s *ListenSpec) takeOptions(text string) (string, error) {
	end := len(text)
	if i := strings.IndexByte(text, ')'); i >= 0 {
		if j := strings.IndexAny(text[i:], " \t\n"); j >= 0 {
			end = i + j
		}
	} else if i := strings.IndexAny(text, " \t\n"); i >= 0 {
		end = i
	}
	words := strings.Fields(text[end:])
	for len(words) > 0 {
		switch key := strings.ToLower(words[0]); {
		case key == "virtual":
			words = words[1:]
			continue
		case key == "haproxy":
			s.Haproxy, words = true, words[1:]
			continue
		case len(words) < 2:
			return "", fmt.Errorf("listen address %q: nothing follows %q", s.Text, words[0])
		case key == "advertise":
			s.Advertise = strings.Trim(words[1], `"`)
		case key == "name":
			s.Name = strings.Trim(words[1], `"`)
		default:
			return "", fmt.Errorf("listen address %q: expected advertise, name or haproxy, found %q", s.Text, words[0])
		}
		words = words[2:]
	}
	return text[:end], nil
}

// parseList reads "(a, b)" and "(a, b):port".
func (s *ListenSpec) parseList(text string) error {
	inner, tail, ok := strings.Cut(text[1:], ")")
	if !ok {
		return fmt.Errorf("listen address %q: expected ) behind the list", s.Text)
	}
	for _, h := range strings.Split(inner, ",") {
		host, port, err := SplitHostPort(strings.TrimSpace(h))
		if err != nil {
			return fmt.Errorf("listen address %q: %w", s.Text, err)
		}
		if port != NoPort {
			return fmt.Errorf("listen address %q: the port stands behind the list", s.Text)
		}
		s.Hosts = append(s.Hosts, host)
	}
	if tail == "" {
		return nil
	}
	port, err := parsePort(strings.TrimPrefix(tail, ":"))
	if err != nil || tail[0] != ':' {
		return fmt.Errorf("listen address %q: expected :port behind the list, found %q", s.Text, tail)
	}
	s.Port = port
	return nil
}

// takeProto cuts a leading "proto:" off.
func takeProto(text string) (rt.Proto, string) {
	if name, rest, ok := strings.Cut(text, ":"); ok {
		if p, ok := protos[strings.ToLower(name)]; ok {
			return p, rest
		}
	}
	return rt.ProtoNone, text
}

// SplitHostPort takes host[:port] apart; NoPort where none is given. A bare IPv6 address has no port. The
// host of the result has no brackets.
func SplitHostPort(text string) (host string, port int, err error) {
	port = NoPort
	switch {
	case strings.HasPrefix(text, "["):
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return "", 0, fmt.Errorf("expected ] behind the IPv6 address %q", text)
		}
		host = text[1:end]
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return "", 0, fmt.Errorf("%q is no IPv6 address", host)
		}
		if tail := text[end+1:]; tail != "" {
			if tail[0] != ':' {
				return "", 0, fmt.Errorf("expected a colon and a port behind the address, found %q", tail)
			}
			port, err = parsePort(tail[1:])
		}
		return host, port, err
	case strings.Count(text, ":") > 1:
		if _, err := netip.ParseAddr(text); err != nil {
			return "", 0, fmt.Errorf("expected [proto:]host[:port], found %q (an IPv6 address stands in brackets)", text)
		}
		return text, port, nil
	}
	host, tail, colon := strings.Cut(text, ":")
	if colon {
		if port, err = parsePort(tail); err != nil {
			return "", 0, err
		}
	}
	return host, port, checkHost(host)
}

func parsePort(s string) (int, error) {
	if s == "*" {
		return NoPort, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("expected a port from 0 to %d, found %q", maxPort, s)
	}
	return int(n), nil
}

// checkHost refuses what cannot be a host, an interface or "*". It is lenient
// about names (underscores, aliases of interfaces), strict about bytes that
// would break a header.
func checkHost(h string) error {
	if h == "" {
		return fmt.Errorf("expected an address, a host name or an interface, found nothing")
	}
	for i := range len(h) {
		c := h[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._*@%+", c) >= 0
		if !ok {
			return fmt.Errorf("expected an address, a host name or an interface, found %q", h)
		}
	}
	return nil
}

// checkAdvertised refuses what is no host[:port].
func checkAdvertised(s string) error {
	_, port, err := SplitHostPort(s)
	if err == nil && port == 0 {
		err = fmt.Errorf("expected a port from 1 to %d, found 0", maxPort)
	}
	if err != nil {
		return fmt.Errorf("advertised address %q: %w", s, err)
	}
	return nil
}

func checkAdvertisedAddress(c *Core) error {
	if c.AdvertisedAddress == "" {
		return nil
	}
	if _, port, err := SplitHostPort(c.AdvertisedAddress); err != nil {
		return err
	} else if port != NoPort {
		return fmt.Errorf("takes a host without port (advertised_port sets that), not %q", c.AdvertisedAddress)
	}
	return nil
}

// checkListen looks at the value that was added last.
func checkListen(c *Core) error {
	if len(c.Listen) == 0 {
		return nil
	}
	_, err := ParseListen(c.Listen[len(c.Listen)-1])
	return err
}
