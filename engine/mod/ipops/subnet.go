package ipops

import (
	"bytes"
	"net/netip"
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// parseNetwork reads address or address/bits; the bits behind the network's own
// do not matter.
func parseNetwork(b []byte) (netip.Prefix, bool) {
	addr, mask, slash := bytes.Cut(b, []byte{'/'})
	a, k := parse(addr)
	if k != ipv4 && k != ipv6 {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if slash {
		n := 0
		for _, c := range mask {
			if c < '0' || c > '9' || n > bits {
				return netip.Prefix{}, false
			}
			n = n*10 + int(c-'0')
		}
		if len(mask) == 0 || n > bits {
			return netip.Prefix{}, false
		}
		bits = n
	}
	return netip.PrefixFrom(a, bits).Masked(), true
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	for _, p := range networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func compileSubnet(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	x := args[0].Eval
	if list, ok := arg.Const(&args[1]); ok {
		var networks []netip.Prefix
		for _, item := range strings.Split(list, ",") {
			item = strings.TrimSpace(item)
			p, ok := parseNetwork([]byte(item))
			if !ok {
				return nil, arg.Error(1, "expected networks such as 10.0.0.0/8, 2001:db8::/32, separated by commas, not %q", item)
			}
			networks = append(networks, p)
		}
		return func(c *rt.Ctx) int32 {
			a, k := parse(text(c, x))
			return truth((k == ipv4 || k == ipv6) && within(a, networks))
		}, nil
	}
	list := args[1].Eval
	return func(c *rt.Ctx) int32 {
		a, k := parse(text(c, x))
		if k != ipv4 && k != ipv6 {
			return -1
		}
		rest := text(c, list)
		for more := true; more; {
			var item []byte
			item, rest, more = bytes.Cut(rest, []byte{','})
			if p, ok := parseNetwork(bytes.TrimSpace(item)); ok && p.Contains(a) {
				return 1
			}
		}
		return -1
	}, nil
}
