package ipops

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// resolveSeconds bounds the look-up of the machine's own name when a script is
// loaded.
const resolveSeconds = 2

// hostNameVars is $HN(key). The values are found when the script is loaded.
func hostNameVars() []registry.PV {
	return []registry.PV{{
		Name: "HN", Inner: registry.Always, Source: source,
		Doc: "The machine's name: n short or as set, f with its domain, d the domain alone, i an address. Undefined where it has none.",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, fmt.Errorf("$HN takes no index")
			}
			var v value.Value
			name, err := os.Hostname()
			switch inner {
			case "n", "f", "d", "i":
			default:
				return nil, fmt.Errorf("$HN(%s): unknown key; expected n, f, d or i", inner)
			}
			if err == nil {
				if s := hostName(inner, name, b.Host() != nil); s != "" {
					v = b.Const(s)
				}
			}
			return &registry.Var{Name: "HN(" + inner + ")", Kind: v.Kind(), Get: func(*rt.Ctx) value.Value { return v }}, nil
		},
	}}
}

// hostName is the part of a host name that key asks for; a bare check asks no
// name server.
func hostName(key, name string, ask bool) string {
	full := name
	if ask && key != "n" && (key == "i" || !strings.Contains(name, ".")) {
		ctx, cancel := context.WithTimeout(context.Background(), resolveSeconds*time.Second)
		defer cancel()
		if key == "i" {
			addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
			if err != nil || len(addrs) == 0 {
				return ""
			}
			return addrs[0].Unmap().String()
		}
		if canonical, err := net.DefaultResolver.LookupCNAME(ctx, name); err == nil && canonical != "." {
			full = strings.TrimSuffix(canonical, ".")
		}
	}
	switch key {
	case "d":
		_, domain, _ := strings.Cut(full, ".")
		return domain
	case "i":
		return ""
	case "f":
		return full
	}
	return name
}
