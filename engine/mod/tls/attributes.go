package tls

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"strings"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/tlsconf"
	"sipedge/engine/transport"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// side says whose certificate is meant.
type side uint8

const (
	peer side = iota
	own
)

// certificate is the one of a side, nil for none.
func certificate(s *transport.Secure, of side) *x509.Certificate {
	if of == own {
		if s.Peer == nil {
			return nil
		}
		return s.Peer.Profile.Certificate()
	}
	if c := s.State.PeerCertificates; len(c) > 0 {
		return c[0]
	}
	return nil
}

// ofConn makes an expression of something about the connection: undefined for a
// message that did not come over TLS.
func ofConn(get func(p *core.Proc, s *transport.Secure) value.Value) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		p := core.Of(c)
		s := p.Secure()
		if s == nil {
			return value.Value{}
		}
		return get(p, s)
	}
}

// ofCert is ofConn for something about a certificate: undefined where there is none.
func ofCert(of side, get func(p *core.Proc, c *x509.Certificate) value.Value) rt.Expr {
	return ofConn(func(p *core.Proc, s *transport.Secure) value.Value {
		c := certificate(s, of)
		if c == nil {
			return value.Value{}
		}
		return get(p, c)
	})
}

// text makes a value of a text; the empty one is undefined.
func text(p *core.Proc, s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	m := p.Mark()
	p.AppendString(s)
	return p.FromMark(m)
}

func flag(on bool) value.Value {
	if on {
		return value.FromInt(1)
	}
	return value.FromInt(0)
}

// The connection.

func version(p *core.Proc, s *transport.Secure) value.Value {
	return text(p, strings.ReplaceAll(tls.VersionName(s.State.Version), " ", "v"))
}

func cipherInfo(p *core.Proc, s *transport.Secure) value.Value {
	return text(p, tlsconf.CipherName(s.State.CipherSuite))
}

func cipherBits(_ *core.Proc, s *transport.Secure) value.Value {
	return value.FromInt(int64(tlsconf.CipherBits(s.State.CipherSuite)))
}

// description is version and cipher in one line; Kamailio has OpenSSL's.
func description(p *core.Proc, s *transport.Secure) value.Value {
	m := p.Mark()
	p.AppendString(tlsconf.CipherName(s.State.CipherSuite))
	p.AppendString(" ")
	p.AppendString(strings.ReplaceAll(tls.VersionName(s.State.Version), " ", "v"))
	return p.FromMark(m)
}

func serverName(p *core.Proc, s *transport.Secure) value.Value { return text(p, s.State.ServerName) }

// The verification of the peer's certificate.

func verified(_ *core.Proc, s *transport.Secure) value.Value {
	return flag(s.Peer != nil && s.Peer.Verified)
}

func revoked(_ *core.Proc, s *transport.Secure) value.Value {
	return flag(s.Peer != nil && tlsconf.IsRevoked(s.Peer.Err))
}

func expired(_ *core.Proc, s *transport.Secure) value.Value {
	return flag(s.Peer != nil && tlsconf.IsExpired(s.Peer.Err))
}

func selfSigned(_ *core.Proc, s *transport.Secure) value.Value {
	c := certificate(s, peer)
	return flag(c != nil && tlsconf.SelfSigned(c))
}

// A certificate.

func certVersion(_ *core.Proc, c *x509.Certificate) value.Value {
	return value.FromInt(int64(c.Version - 1)) // as it is encoded: 2 is X.509v3
}

func serial(p *core.Proc, c *x509.Certificate) value.Value { return text(p, c.SerialNumber.String()) }

func notBefore(p *core.Proc, c *x509.Certificate) value.Value { return date(p, c.NotBefore) }

func notAfter(p *core.Proc, c *x509.Certificate) value.Value { return date(p, c.NotAfter) }

// date is in the form of OpenSSL: "Nov 25 03:05:22 2026 GMT".
func date(p *core.Proc, t time.Time) value.Value {
	return text(p, t.UTC().Format("Jan _2 15:04:05 2006 GMT"))
}

func raw(p *core.Proc, c *x509.Certificate) value.Value {
	return text(p, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
}

// urlEncoded is raw with what is not plain in a URL as %xx.
func urlEncoded(p *core.Proc, c *x509.Certificate) value.Value {
	const hex = "0123456789abcdef"
	in := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	out := make([]byte, 0, len(in)*3/2)
	for _, b := range in {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-_.~", b) >= 0 {
			out = append(out, b)
		} else {
			out = append(out, '%', hex[b>>4], hex[b&15])
		}
	}
	return text(p, string(out))
}

// names of a subject or issuer.

type nameOf func(c *x509.Certificate) *pkix.Name

func subject(c *x509.Certificate) *pkix.Name { return &c.Subject }

func issuer(c *x509.Certificate) *pkix.Name { return &c.Issuer }

// part is one component of a name.
type part func(n *pkix.Name) string

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

func commonName(n *pkix.Name) string   { return n.CommonName }
func locality(n *pkix.Name) string     { return first(n.Locality) }
func country(n *pkix.Name) string      { return first(n.Country) }
func state(n *pkix.Name) string        { return first(n.Province) }
func organization(n *pkix.Name) string { return first(n.Organization) }
func unit(n *pkix.Name) string         { return first(n.OrganizationalUnit) }

// uid is the attribute 0.9.2342.19200300.100.1.1 (RFC 4519 section 2.39).
func uid(n *pkix.Name) string {
	for _, a := range n.Names {
		if s, ok := a.Value.(string); ok && a.Type.String() == "0.9.2342.19200300.100.1.1" {
			return s
		}
	}
	return ""
}

// oneLine is the whole name, as OpenSSL writes it in a line: "/C=DE/CN=x".
func oneLine(n *pkix.Name) string {
	var b strings.Builder
	for _, a := range n.Names {
		s, ok := a.Value.(string)
		if !ok {
			continue
		}
		short, known := shortNames[a.Type.String()]
		if !known {
			short = a.Type.String()
		}
		b.WriteString("/" + short + "=" + s)
	}
	return b.String()
}

var shortNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU",
	"2.5.4.17": "postalCode", "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
}

func inName(n nameOf, get part) func(*core.Proc, *x509.Certificate) value.Value {
	return func(p *core.Proc, c *x509.Certificate) value.Value { return text(p, get(n(c))) }
}

// Alternative names; the first of a kind, as in Kamailio.

func sanEmail(p *core.Proc, c *x509.Certificate) value.Value { return text(p, first(c.EmailAddresses)) }

func sanHost(p *core.Proc, c *x509.Certificate) value.Value { return text(p, first(c.DNSNames)) }

func sanURI(p *core.Proc, c *x509.Certificate) value.Value {
	if len(c.URIs) == 0 {
		return value.Value{}
	}
	return text(p, c.URIs[0].String())
}

func sanIP(p *core.Proc, c *x509.Certificate) value.Value {
	if len(c.IPAddresses) == 0 {
		return value.Value{}
	}
	return text(p, c.IPAddresses[0].String())
}
