package websocket

import (
	"errors"
	"fmt"

	"sipedge/engine/ws"
	"sipedge/script/registry"
)

// The keep-alives of keepalive_mechanism.
const (
	keepaliveNone = iota
	keepalivePing
	keepalivePong
	keepaliveCheck
)

// The bits of sub_protocols, and the values of cors_mode.
const (
	protocolSIP  = 1
	protocolMSRP = 2

	corsNone   = 0
	corsAny    = 1
	corsOrigin = 2
)

// Config is the module's configuration in one snapshot.
type Config struct {
	KeepaliveMechanism int64
	KeepaliveTimeout   int64 // seconds
	KeepaliveInterval  int64 // seconds
	KeepaliveProcesses int64
	PingData           string
	SubProtocols       int64
	CORSMode           int64
	VerboseList        int64
	RemoveDelay        int64
}

func newConfig() any {
	return &Config{
		KeepaliveMechanism: keepalivePing, KeepaliveTimeout: defaultKeepaliveTimeout, KeepaliveInterval: defaultKeepaliveInterval,
		KeepaliveProcesses: 1, SubProtocols: protocolSIP, RemoveDelay: 5,
	}
}

func number(name string, field func(c *Config) *int64, def string, min, max int64, doc string) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamInt, Min: min, Max: max, Default: def, Reloadable: true, Source: source, Doc: doc,
		Field: func(cfg any) any { return field(cfg.(*Config)) },
	}
}

// nothing marks a parameter that is read and has nothing to do here.
func nothing(p registry.Param, note string) registry.Param {
	p.Note = note
	return p
}

var params = []registry.Param{
	number("keepalive_mechanism", func(c *Config) *int64 { return &c.KeepaliveMechanism }, "1", keepaliveNone, keepaliveCheck,
		"What is sent to a client that was not heard of for keepalive_timeout: 0 nothing, 1 a ping, which it has to answer, 2 a pong, 3 nothing: the system tells when the connection is lost."),
	number("keepalive_timeout", func(c *Config) *int64 { return &c.KeepaliveTimeout }, "180", 1, maxSeconds,
		"Seconds after which a silent client is sent a keep-alive; one that does not answer a ping for as long is closed. Less than tcp_connection_lifetime, or that ends the connection first."),
	number("keepalive_interval", func(c *Config) *int64 { return &c.KeepaliveInterval }, "1", 1, maxSeconds,
		"Seconds between two looks for silent clients."),
	nothing(number("keepalive_processes", func(c *Config) *int64 { return &c.KeepaliveProcesses }, "1", 1, maxProcesses,
		"Accepted: each event loop looks after its own connections."),
		"keepalive_processes has nothing to do: each event loop looks after its own connections"),
	{
		Name: "ping_application_data", Type: registry.ParamString, Default: "the text of server_header", Reloadable: true, Source: source,
		Doc:   "What pings and pongs carry, at most 125 bytes.",
		Field: func(cfg any) any { return &cfg.(*Config).PingData },
		Check: func(cfg any) error {
			if n := len(cfg.(*Config).PingData); n > ws.MaxControl {
				return fmt.Errorf("ping_application_data has %d bytes; a ping takes %d (RFC 6455 §5.5)", n, ws.MaxControl)
			}
			return nil
		},
	},
	number("sub_protocols", func(c *Config) *int64 { return &c.SubProtocols }, "1", protocolSIP, protocolSIP|protocolMSRP,
		"The protocols that clients may speak: 1 for SIP. 2, MSRP, is not served; with 3 a client of MSRP alone is refused."),
	number("cors_mode", func(c *Config) *int64 { return &c.CORSMode }, "0", corsNone, corsOrigin,
		"Access-Control-Allow-Origin in the answer to a handshake: 0 none, 1 *, 2 the client's Origin."),
	nothing(number("verbose_list", func(c *Config) *int64 { return &c.VerboseList }, "0", 0, 1,
		"Accepted: there is no list that it could make longer."),
		"verbose_list has nothing to do: there is no list of connections that it could make longer"),
	nothing(number("rm_delay_interval", func(c *Config) *int64 { return &c.RemoveDelay }, "5", 1, maxSeconds,
		"Accepted: what is known about a connection ends with it."),
		"rm_delay_interval has nothing to do: what is known about a connection ends with it"),
}

// check refuses a configuration that serves nobody.
func check(cfg any) error {
	if cfg.(*Config).SubProtocols&protocolSIP == 0 {
		return errors.New("sub_protocols is 2: MSRP is not served, only SIP (1)")
	}
	return nil
}
