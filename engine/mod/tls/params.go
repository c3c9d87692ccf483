package tls

import (
	"sipedge/engine/tlsconf"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	Config string // the name of tls.cfg, "" for none

	Method, Certificate, PrivateKey, CAList, CAPath, CRL string
	Verify, Require, VerifyName                          bool
	VerifyClient                                         string
	Depth                                                int64
	Ciphers, ServerName                                  string
	Timeout                                              int64 // s, connection_timeout
	Log                                                  int64 // level

	// ignored are the values of withoutEffect, by name.
	ignored map[string]*string

	// store is what the parameters and files stand for; nil while TLS is off.
	store *tlsconf.Store
	off   bool
}

const (
	// defaultTimeout is connection_timeout where nothing is said: tcp_first_timeout
	// holds; Kamailio has 600 s.
	defaultTimeout = 0
	// defaultLog is tls_log: debug, as in Kamailio.
	defaultLog = 3
)

func newConfig() any {
	c := &Config{VerifyName: true, Depth: tlsconf.DefaultDepth, Timeout: defaultTimeout, Log: defaultLog}
	c.ignored = map[string]*string{}
	for _, p := range withoutEffect {
		c.ignored[p.name] = new(string)
	}
	return c
}

func cfg(c any) *Config { return c.(*Config) }

// param begins a row; all of them may be changed by a reload, which makes new
// settings for the connections that come after it.
func param(name, doc string, kind registry.ParamType, def string, field func(any) any) registry.Param {
	return registry.Param{Name: name, Type: kind, Default: def, Reloadable: true, Doc: doc, Source: "Kamailio module tls", Field: field}
}

// checked is a row whose value is one of a setting of profiles.
func checked(p registry.Param, get func(*Config) string) registry.Param {
	name := p.Name
	p.Check = func(c any) error {
		var s tlsconf.Settings
		return s.Set(name, get(cfg(c)))
	}
	return p
}

func rows() []registry.Param {
	text := func(name, doc string, field func(*Config) *string) registry.Param {
		return param(name, doc, registry.ParamString, "", func(c any) any { return field(cfg(c)) })
	}
	yesNo := func(name, doc, def string, field func(*Config) *bool) registry.Param {
		return param(name, doc, registry.ParamBool, def, func(c any) any { return field(cfg(c)) })
	}
	number := func(name, doc, def string, lo, hi int64, field func(*Config) *int64) registry.Param {
		p := param(name, doc, registry.ParamInt, def, func(c any) any { return field(cfg(c)) })
		p.Min, p.Max = lo, hi
		return p
	}
	method := checked(text("tls_method", "Versions of TLS that are spoken: TLSv1.2+, TLSv1.2, TLSv1.3+ or TLSv1.3; TLSv1, TLSv1+, TLSv1.1, TLSv1.1+ and SSLv23 with a warning.",
		func(c *Config) *string { return &c.Method }), func(c *Config) string { return c.Method })
	method.Default = tlsconf.DefaultMethod
	key := text("private_key", "File with the private key, in PEM and not encrypted.", func(c *Config) *string { return &c.PrivateKey })
	key.Default = "the file of the certificate"
	name := yesNo("verify_name", "The certificate of a server that is verified has to be for the name of the destination (RFC 5922).", "yes", func(c *Config) *bool { return &c.VerifyName })
	name.Source = "RFC 5922 section 7.2"
	all := []registry.Param{
		text("config", "File with profiles, or a directory of such files; the other parameters that profiles have are not used then.", func(c *Config) *string { return &c.Config }),
		method,
		text("certificate", "File with the certificate and those that lead to its authority, in PEM.", func(c *Config) *string { return &c.Certificate }),
		key,
		text("ca_list", "File with the trusted authorities, in PEM.", func(c *Config) *string { return &c.CAList }),
		text("ca_path", "Directory with files of trusted authorities, in PEM.", func(c *Config) *string { return &c.CAPath }),
		text("crl", "File with revocation lists, in PEM. A certificate whose issuer has no current list in it is refused.", func(c *Config) *string { return &c.CRL }),
		yesNo("verify_certificate", "Refuse peers whose certificate is not good.", "no", func(c *Config) *bool { return &c.Verify }),
		yesNo("require_certificate", "Refuse clients without a certificate, or with one that is not good.", "no", func(c *Config) *bool { return &c.Require }),
		checked(text("verify_client", "In the place of both: off, on, optional, or optional_no_ca, which asks for a certificate and takes any ($tls_peer_verified tells).",
			func(c *Config) *string { return &c.VerifyClient }), func(c *Config) string { return c.VerifyClient }),
		number("verify_depth", "Certificates that may stand between the peer's and a trusted one.", "9", 0, 100, func(c *Config) *int64 { return &c.Depth }),
		name,
		checked(text("cipher_list", "Cipher suites of TLS 1.2 and before, as OpenSSL writes them. Those of TLS 1.3 cannot be chosen.",
			func(c *Config) *string { return &c.Ciphers }), func(c *Config) string { return c.Ciphers }),
		text("server_name", "Name to ask servers for, where the destination is an address.", func(c *Config) *string { return &c.ServerName }),
		number("connection_timeout", "Seconds after which a TLS connection that has brought no message is closed; -1 is never, 0 leaves it to tcp_first_timeout.", "0", -1, 1<<31-1, func(c *Config) *int64 { return &c.Timeout }),
		number("tls_log", "Log level of the line about each TLS connection.", "3", -6, 10, func(c *Config) *int64 { return &c.Log }),
	}
	for _, p := range withoutEffect {
		all = append(all, p.row())
	}
	return all
}

// idle is a parameter of Kamailio's module that has nothing to set here.
type idle struct{ name, doc, why string }

// row takes any value: numbers and words are kept as their texts.
func (p idle) row() registry.Param {
	r := param(p.name, p.doc, registry.ParamString, "", func(c any) any { return cfg(c).ignored[p.name] })
	r.Note = "has no effect here: " + p.why
	return r
}

const openssl = "it is about OpenSSL, which is not used"

var withoutEffect = []idle{
	{"tls_disable_compression", "Do without compression.", "nothing is ever compressed (RFC 7525 section 3.3)"},
	{"ssl_release_buffers", "When OpenSSL gives back its buffers.", openssl},
	{"ssl_freelist_max_len", "Free buffers that OpenSSL keeps.", openssl},
	{"ssl_max_send_fragment", "Size of records.", "a message goes into one record of up to 16 KB"},
	{"ssl_read_ahead", "Read more than one record at once.", "everything that is there is read at once"},
	{"send_close_notify", "Announce the end of a connection.", "it is always announced (RFC 8446 section 6.1)"},
	{"con_ct_wq_max", "Bytes that wait for the handshake of one connection.", "tcp_conn_wq_max bounds them"},
	{"ct_wq_max", "Bytes that wait for handshakes.", "tcp_wq_max bounds them"},
	{"ct_wq_blk_size", "Block size of these queues.", "their memory comes in powers of two"},
	{"tls_debug", "Log level of debugging.", "tls_log is the level of the line about a connection"},
	{"low_mem_threshold1", "Free memory below which no connection is made.", openssl},
	{"low_mem_threshold2", "Free memory below which nothing is done.", openssl},
	{"tls_force_run", "Start with another version of OpenSSL.", openssl},
	{"session_cache", "Keep the sessions of clients.", "clients resume sessions by tickets, for which nothing is kept"},
	{"session_id", "Context of kept sessions.", "clients resume sessions by tickets"},
	{"renegotiation", "Let clients renegotiate.", "it is never done: clients could make the server work for nothing"},
	{"xavp_cfg", "XAVP with server_name and server_id of the connection to be opened.", "use tls_set_connect_server_id() and the name in the destination's URI"},
	{"event_callback", "Function of another scripting language.", "there is only this one"},
	{"rand_engine", "Source of random numbers.", "they come from the operating system"},
	{"engine", "OpenSSL's engine for keys in hardware.", openssl},
	{"engine_config", "Its configuration.", openssl},
	{"engine_algorithms", "What it does.", openssl},
}
