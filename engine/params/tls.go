package params

// TLS are the parameters of TLS in the core; the tls module has its own.
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

// TLSOn reports whether TLS is to be served: it has to be asked for, by enable_tls
// or by disable_tls=no.
func (c *Core) TLSOn() bool { return (c.EnableTLS || !c.DisableTLS) && !c.DisableTCP }

func tlsRows() []row {
	const old = "Kamailio 3.1: "
	const unless = " The module tls, where it is loaded, has its own setting for it."
	return []row{
		yesNo("disable_tls", func(c *Core) *bool { return &c.DisableTLS }, true).alias("tls_disable").
			doc("Do without TLS, as long as enable_tls does not say otherwise. \"no\" serves it."),
		yesNo("enable_tls", func(c *Core) *bool { return &c.EnableTLS }, false).alias("tls_enable").
			doc("Serve TLS; the reverse of disable_tls. It takes the module tls, or tls_certificate."),
		number("tls_max_connections", func(c *Core) *int64 { return &c.TLSMaxConnections }, 0, 0, maxInt).live().shown("= tcp_max_connections").
			doc("TLS connections at the same time; they count towards tcp_max_connections too.").from("Kamailio 5.x: tls_max_connections"),
		number("tls_port_no", func(c *Core) *int64 { return &c.TLSPortNo }, 5061, 1, maxPort).live().
			doc("Port of TLS where a listen line names none.").from(old + "tls_port_no"),
		words("tls_method", func(c *Core) *string { return &c.TLSMethod }, "TLSv1.2+", "TLSv1.3+", "TLSv1.3", "TLSv1.2+", "TLSv1.2", "TLSv1.1+", "TLSv1.1", "TLSv1+", "TLSv1", "SSLv23").live().
			doc("Versions of TLS that are spoken: TLSv1.2+, TLSv1.2, TLSv1.3+ or TLSv1.3." + unless).from(old + "tls_method"),
		yesNo("tls_verify", func(c *Core) *bool { return &c.TLSVerify }, false).live().
			doc("Refuse peers that show a certificate which tls_ca_list does not lead to." + unless).from(old + "tls_verify"),
		yesNo("tls_require_certificate", func(c *Core) *bool { return &c.TLSRequireCertificate }, false).live().
			doc("Refuse clients without a certificate, or with one that is not good." + unless).from(old + "tls_require_certificate"),
		text("tls_certificate", func(c *Core) *string { return &c.TLSCertificate }, "").live().
			doc("File with the server's certificate, in PEM; with it TLS needs no module." + unless).from(old + "tls_certificate"),
		text("tls_private_key", func(c *Core) *string { return &c.TLSPrivateKey }, "").live().shown("= tls_certificate").
			doc("File with the server's private key, in PEM." + unless).from(old + "tls_private_key"),
		text("tls_ca_list", func(c *Core) *string { return &c.TLSCAList }, "").live().
			doc("File with the authorities that are trusted, in PEM." + unless).from(old + "tls_ca_list"),
		number("tls_handshake_timeout", func(c *Core) *int64 { return &c.TLSHandshakeTimeout }, defaultHandshake, 1, maxSeconds).live().
			doc("Seconds that a handshake may take.").from(old + "tls_handshake_timeout"),
		number("tls_send_timeout", func(c *Core) *int64 { return &c.TLSSendTimeout }, 0, 0, maxSeconds).live().shown("= tcp_send_timeout").
			doc("Seconds that a TLS connection may take no data.").from(old + "tls_send_timeout"),
		number("tlslog", func(c *Core) *int64 { return &c.TLSLog }, 3, -6, maxInt).alias("tls_log").live().
			doc("Log level of the line about each TLS connection that is opened." + unless).from(old + "tlslog"),
		yesNo("tls_connection_match_domain", func(c *Core) *bool { return &c.TLSConnectionMatchDomain }, false).
			never("a TLS connection is never used for another name than the one that it was opened for").
			doc("Reuse a connection for its own domain only.").from("Kamailio 5.x: tls_connection_match_domain"),
	}
}
