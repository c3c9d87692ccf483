package path

import (
	"errors"
	"fmt"

	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	UseReceived, EnableR2, SocketName bool
	ReceivedFormat                    int64 // formatURI or formatParts
	ReceivedName                      string

	rr *rr.API
}

// How received is written.
const (
	formatURI   = 0 // a URI, escaped
	formatParts = 1 // address~port~transport
)

func newConfig() any { return &Config{ReceivedName: "received"} }

func boolParam(name, def, doc string, field func(*Config) *bool) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamBool, Default: def, Reloadable: true,
		Doc: doc, Source: source, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

// params are the parameters in the order of Kamailio's documentation.
var params = []registry.Param{
	boolParam("use_received", "no", "Whether loose_route() sends a request whose Route has received to that address. Needs module rr.",
		func(c *Config) *bool { return &c.UseReceived }),
	{
		Name: "received_format", Type: registry.ParamInt, Min: formatURI, Max: formatParts, Default: "0", Reloadable: true,
		Doc:    "How received is written: 0 as a URI with its separators escaped, 1 as address~port~transport, the transport a number (1 UDP, 2 TCP, 3 TLS, 4 SCTP).",
		Source: source, Field: func(cfg any) any { return &cfg.(*Config).ReceivedFormat },
	},
	{
		Name: "received_name", Type: registry.ParamString, Default: "received", Reloadable: true,
		Doc: "The name of that parameter.", Source: source, Field: func(cfg any) any { return &cfg.(*Config).ReceivedName },
	},
	boolParam("enable_r2", "no", "Whether two headers are added, one with the address of each side.", func(c *Config) *bool { return &c.EnableR2 }),
	boolParam("sockname_mode", "no", "Whether the socket's name is written as sn, by which loose_route() finds it (module rr).", func(c *Config) *bool { return &c.SocketName }),
}

// check looks at what the rows cannot see alone.
func check(cfg any) error {
	c := cfg.(*Config)
	for _, ch := range []byte(c.ReceivedName) {
		if !(ch >= 'a' && ch <= 'z' || ch >= '0' && ch <= '9' || ch == '-' || ch == '_') {
			return fmt.Errorf("received_name must be a name in lower case, not %q", c.ReceivedName)
		}
	}
	if c.ReceivedName == "" {
		return errors.New("received_name is empty")
	}
	return nil
}

// program has loose_route() tell of our Route headers where use_received wants it.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	if !c.UseReceived {
		return nil
	}
	if c.rr = rr.Of(b); c.rr == nil {
		return errors.New("use_received needs the module rr to be loaded")
	}
	c.rr.OnLoose(c.follow)
	return nil
}
