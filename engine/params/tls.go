package params

// TLS are the parameters of TLS in the core; the tls module has its own. TLS is
// not served.
type TLS struct {
	DisableTLS               bool
	EnableTLS                bool
	TLSMaxConnections        int64
	TLSPortNo                int64
	TLSMethod                string
	TLSVerify                bool
	TLSRequireCertificate    bool
	TLSCertificate           string
	TLSPrivateKey            string
	TLSCAList                string
	TLSHandshakeTimeout      int64 // s
	TLSSendTimeout           int64 // s
	TLSLog                   int64 // log level
	TLSConnectionMatchDomain bool
}

func tlsRows() []row {
	const old = "Kamailio 3.1: "
	return []row{
		yesNo("disable_tls", func(c *Core) *bool { return &c.DisableTLS }, false).alias("tls_disable").later().
			doc("Do without TLS."),
		yesNo("enable_tls", func(c *Core) *bool { return &c.EnableTLS }, false).alias("tls_enable").later().
			doc("Serve TLS; the reverse of disable_tls."),
		number("tls_max_connections", func(c *Core) *int64 { return &c.TLSMaxConnections }, defaultTCPConnection, 0, maxInt).later().
			doc("TLS connections at the same time; they count towards tcp_max_connections too.").from("Kamailio 5.x: tls_max_connections"),
		number("tls_port_no", func(c *Core) *int64 { return &c.TLSPortNo }, 5061, 1, maxPort).later().
			doc("Default port of TLS.").from(old + "tls_port_no"),
		text("tls_method", func(c *Core) *string { return &c.TLSMethod }, "").later().
			doc("Protocol version of TLS.").from(old + "tls_method"),
		yesNo("tls_verify", func(c *Core) *bool { return &c.TLSVerify }, false).later().
			doc("Check the certificates of peers.").from(old + "tls_verify"),
		yesNo("tls_require_certificate", func(c *Core) *bool { return &c.TLSRequireCertificate }, false).later().
			doc("Refuse clients without a certificate.").from(old + "tls_require_certificate"),
		text("tls_certificate", func(c *Core) *string { return &c.TLSCertificate }, "").later().
			doc("File with the server's certificate.").from(old + "tls_certificate"),
		text("tls_private_key", func(c *Core) *string { return &c.TLSPrivateKey }, "").later().
			doc("File with the server's private key.").from(old + "tls_private_key"),
		text("tls_ca_list", func(c *Core) *string { return &c.TLSCAList }, "").later().
			doc("File with the authorities that are trusted.").from(old + "tls_ca_list"),
		number("tls_handshake_timeout", func(c *Core) *int64 { return &c.TLSHandshakeTimeout }, 120, 0, maxSeconds).later().
			doc("Seconds that a handshake may take.").from(old + "tls_handshake_timeout"),
		number("tls_send_timeout", func(c *Core) *int64 { return &c.TLSSendTimeout }, 120, 0, maxSeconds).later().
			doc("Seconds that sending may take.").from(old + "tls_send_timeout"),
		number("tlslog", func(c *Core) *int64 { return &c.TLSLog }, 3, -6, maxInt).alias("tls_log").later().
			doc("Log level of messages about TLS.").from(old + "tlslog"),
		yesNo("tls_connection_match_domain", func(c *Core) *bool { return &c.TLSConnectionMatchDomain }, false).later().
			doc("Reuse a connection for its own domain only.").from("Kamailio 5.x: tls_connection_match_domain"),
	}
}
