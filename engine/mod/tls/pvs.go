package tls

import (
	"crypto/x509"
	"fmt"

	"sipedge/engine/core"
	"sipedge/engine/transport"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

const source = "Kamailio module tls"

// row is a variable without an inner name.
func row(name, doc string, get rt.Expr) registry.PV {
	return registry.PV{Name: name, Inner: registry.Never, Doc: doc, Source: source,
		Bind: func(_ registry.Build, _, index string) (*registry.Var, error) {
			if index != "" {
				return nil, fmt.Errorf("$%s has no index", name)
			}
			return &registry.Var{Name: name, Get: get}, nil
		}}
}

// vars are the pseudo-variables.
func vars() []registry.PV {
	conn := func(name, doc string, get func(*core.Proc, *transport.Secure) value.Value) registry.PV {
		return row(name, doc, ofConn(get))
	}
	all := []registry.PV{
		conn("tls_version", "Version of TLS: TLSv1.2, TLSv1.3.", version),
		conn("tls_description", "Cipher suite and version of TLS.", description),
		conn("tls_cipher_info", "Name of the cipher suite, as OpenSSL has it.", cipherInfo),
		conn("tls_cipher_bits", "Bits of the cipher's key.", cipherBits),
		conn("tls_peer_server_name", "Name that the client has asked for (SNI).", serverName),
		conn("tls_peer_verified", "1 if the peer has shown a certificate that is good, else 0.", verified),
		conn("tls_peer_revoked", "1 if the peer's certificate is revoked, else 0.", revoked),
		conn("tls_peer_expired", "1 if the peer's certificate has expired, else 0.", expired),
		conn("tls_peer_selfsigned", "1 if the peer's certificate is self-signed, else 0.", selfSigned),
		row("tls_peer_notBefore", "Begin of the validity of the peer's certificate.", ofCert(peer, notBefore)),
		row("tls_peer_notAfter", "End of the validity of the peer's certificate.", ofCert(peer, notAfter)),
		linesVar(),
	}
	for _, s := range sides {
		all = append(all, s.vars()...)
	}
	return all
}

// whose is a side with its word in names.
type whose struct {
	of         side
	word, text string
}

var sides = []whose{{peer, "peer", "the peer's certificate"}, {own, "my", "our certificate"}}

func (w whose) vars() []registry.PV {
	of := func(name, doc string, get func(*core.Proc, *x509.Certificate) value.Value) registry.PV {
		return row("tls_"+w.word+"_"+name, doc+" of "+w.text+".", ofCert(w.of, get))
	}
	all := []registry.PV{
		of("version", "Version of X.509, from 0,", certVersion),
		of("serial", "Serial number", serial),
		of("san_email", "First e-mail address among the alternative names", sanEmail),
		of("san_hostname", "First name of DNS among the alternative names", sanHost),
		of("san_uri", "First URI among the alternative names", sanURI),
		of("san_ip", "First address among the alternative names", sanIP),
		of("raw_cert", "PEM text", raw),
		of("urlencoded_cert", "PEM text with special characters as %xx", urlEncoded),
		of("subject_uid", "User id in the subject", inName(subject, uid)),
	}
	for _, n := range []struct {
		word string
		of   nameOf
	}{{"subject", subject}, {"issuer", issuer}} {
		all = append(all,
			of(n.word, "The whole "+n.word+" in a line", inName(n.of, oneLine)),
			of(n.word+"_cn", "Common name in the "+n.word, inName(n.of, commonName)),
			of(n.word+"_locality", "Locality in the "+n.word, inName(n.of, locality)),
			of(n.word+"_country", "Country in the "+n.word, inName(n.of, country)),
			of(n.word+"_state", "State in the "+n.word, inName(n.of, state)),
			of(n.word+"_organization", "Organization in the "+n.word, inName(n.of, organization)),
			of(n.word+"_unit", "First organizational unit in the "+n.word, inName(n.of, unit)),
		)
	}
	return all
}

// linesVar is $tls(key).
func linesVar() registry.PV {
	keys := map[string]rt.Expr{
		"m_issuer_line": ofCert(own, inName(issuer, oneLine)), "m_subject_line": ofCert(own, inName(subject, oneLine)),
		"p_issuer_line": ofCert(peer, inName(issuer, oneLine)), "p_subject_line": ofCert(peer, inName(subject, oneLine)),
	}
	return registry.PV{Name: "tls", Inner: registry.Always, Source: source,
		Doc: "Subject or issuer of a certificate in a line: m_subject_line and m_issuer_line of ours, p_subject_line and p_issuer_line of the peer's.",
		Bind: func(_ registry.Build, inner, index string) (*registry.Var, error) {
			get := keys[inner]
			if get == nil || index != "" {
				return nil, fmt.Errorf("$tls(%s): expected m_subject_line, m_issuer_line, p_subject_line or p_issuer_line", inner)
			}
			return &registry.Var{Name: "tls(" + inner + ")", Get: get}, nil
		}}
}
