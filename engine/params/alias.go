package params

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sipedge/script/rt"
)

// Alias is a name that counts as myself.
type Alias struct {
	Proto rt.Proto // ProtoNone: any
	Host  string   // without brackets
	Port  int      // NoPort: any
}

// String is the alias as Kamailio lists it: "udp: host:port", * for any.
func (a Alias) String() string {
	proto, port := "*", "*"
	if a.Proto != rt.ProtoNone {
		proto = strings.ToLower(a.Proto.String())
	}
	if a.Port != NoPort {
		port = fmt.Sprint(a.Port)
	}
	return proto + ": " + bracket(a.Host) + ":" + port
}

// ParseAlias reads [proto:]host[:port] (cookbook "alias"); port 0 and none mean any.
func ParseAlias(text string) (Alias, error) {
	a := Alias{}
	var rest string
	a.Proto, rest = takeProto(strings.TrimSpace(text))
	var err error
	a.Host, a.Port, err = SplitHostPort(rest)
	if err != nil {
		return a, fmt.Errorf("alias %q: %w", text, err)
	}
	if a.Port == 0 {
		a.Port = NoPort
	}
	return a, nil
}

// checkAlias looks at the value that was added last; those before it have been
// looked at.
func checkAlias(c *Core) error {
	if len(c.Alias) == 0 {
		return nil
	}
	_, err := ParseAlias(c.Alias[len(c.Alias)-1])
	return err
}

// AutoAliasesFor are the first names that reverse DNS has for the addresses, each with
// the socket's protocol and port (parameter auto_aliases; none where it is off).
// All lookups run at once and take autoAliasTimeout at most; a name that does
// not come in time is left out.
func (c *Core) AutoAliasesFor(ctx context.Context, on []Resolved) []Alias {
	if !c.AutoAliases {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, autoAliasTimeout)
	defer cancel()
	var ips []netip.Addr
	for _, r := range on {
		if ip := r.Addr.Addr(); !ip.IsUnspecified() {
			ips = append(ips, ip)
		}
	}
	res := system
	names := atOnce(ctx, ips, func(ctx context.Context, ip netip.Addr) string {
		found, err := res.LookupAddr(ctx, ip.WithZone("").String())
		if err != nil || len(found) == 0 {
			return ""
		}
		return found[0]
	})
	var aliases []Alias
	for _, r := range on {
		n := strings.ToLower(strings.TrimSuffix(names[r.Addr.Addr()], "."))
		a := Alias{Proto: r.Proto, Host: n, Port: int(r.Addr.Port())}
		if checkHost(n) == nil && !slices.Contains(aliases, a) {
			aliases = append(aliases, a)
		}
	}
	return aliases
}

// bracket puts an IPv6 address into brackets.
func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
