package rr

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	FullLR          bool
	FromTag         bool
	DoubleRR        int64 // doubleNever, doubleOnChange, doubleAlways
	AddUsername     bool
	MismatchWarning bool
	CustomUserAVP   string
	ForceSocket     bool
	IgnoreSIPS      bool
	SocketName      bool
	IgnoreUser      bool

	onLoose []func(p *core.Proc) // API.OnLoose
	onWrite []func(p *core.Proc) // API.OnRecordRoute
}

// When two Record-Route headers are added (enable_double_rr).
const (
	doubleNever    = 0
	doubleOnChange = 1
	doubleAlways   = 2
)

func newConfig() any {
	return &Config{FromTag: true, DoubleRR: doubleOnChange, MismatchWarning: true}
}

var params = []registry.Param{
	boolParam("enable_full_lr", "no", "Writes ;lr=on instead of ;lr into Record-Route, for clients that lose a bare ;lr.",
		func(c *Config) *bool { return &c.FullLR }),
	boolParam("append_fromtag", "yes", "Writes ;ftag= with the caller's tag into Record-Route; is_direction() needs it.",
		func(c *Config) *bool { return &c.FromTag }),
	{
		Name: "enable_double_rr", Type: registry.ParamInt, Min: doubleNever, Max: doubleAlways, Default: "1", Reloadable: true,
		Doc: "0: one Record-Route header; 1: two where the request leaves by another socket than it came in by; " +
			"2: always two.",
		Source: "Kamailio module rr",
		Field:  func(cfg any) any { return &cfg.(*Config).DoubleRR },
	},
	boolParam("add_username", "no", "Writes the user of the Request-URI into the Record-Route URI.",
		func(c *Config) *bool { return &c.AddUsername }),
	boolParam("enable_socket_mismatch_warning", "yes", "Warns when a Route URI of ours names no listen address to send from.",
		func(c *Config) *bool { return &c.MismatchWarning }),
	{
		Name: "custom_user_avp", Type: registry.ParamString, Reloadable: true,
		Doc:    "With add_username: the variable whose value is written instead of the Request-URI's user.",
		Source: "Kamailio module rr",
		Field:  func(cfg any) any { return &cfg.(*Config).CustomUserAVP },
	},
	boolParam("force_send_socket", "no", "Sends from the socket that a single Route header of ours names, too.",
		func(c *Config) *bool { return &c.ForceSocket }),
	boolParam("ignore_sips", "no", "Writes sip: into Record-Route where the Request-URI is a sips URI, too.",
		func(c *Config) *bool { return &c.IgnoreSIPS }),
	boolParam("sockname_mode", "no", "Writes the socket's name as ;sn= into Record-Route and sends by it later.",
		func(c *Config) *bool { return &c.SocketName }),
	ignoreUser,
}

// ignoreUser is a parameter of old scripts: the user part never counts here.
var ignoreUser = func() registry.Param {
	p := boolParam("ignore_user", "no", "Accepted for old scripts.", func(c *Config) *bool { return &c.IgnoreUser })
	p.Note = "accepted; the user part of a URI of our own never matters"
	return p
}()

func boolParam(name, def, doc string, field func(*Config) *bool) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamBool, Default: def, Reloadable: true, Doc: doc, Source: "Kamailio module rr",
		Field: func(cfg any) any { return field(cfg.(*Config)) },
	}
}
