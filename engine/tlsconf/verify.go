package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// ErrNoCertificate: the peer has shown none.
var ErrNoCertificate = errors.New("the peer has no certificate")

// Conn is what a profile and its verification have to say of one connection, beside
// what crypto/tls knows. It is complete when the handshake is over.
type Conn struct {
	// Profile is the one that was used: of an accepted connection, the one that the
	// name which the client asked for has led to.
	Profile *Profile
	// Verified: the peer has shown a certificate, and it is good.
	Verified bool
	// Err is why it is not; nil where it is.
	Err error

	name string // that the peer has to be, "" for any
}

// verify is tls.Config.VerifyConnection. It runs for resumed sessions too, so that
// what was revoked or has expired meanwhile is noticed.
func (c *Conn) verify(st tls.ConnectionState) error {
	p := c.Profile
	c.Err = p.check(st.PeerCertificates, c.name, time.Now())
	c.Verified = c.Err == nil
	switch {
	case c.Verified:
		return nil
	case len(st.PeerCertificates) == 0:
		if p.policy.need {
			return c.Err
		}
		return nil
	case p.policy.good:
		return c.Err
	}
	return nil
}

// check tells what is wrong with a peer's certificates, its own first.
func (p *Profile) check(certs []*x509.Certificate, name string, now time.Time) error {
	if len(certs) == 0 {
		return ErrNoCertificate
	}
	leaf := certs[0]
	if p.roots == nil {
		return fmt.Errorf("certificate %s cannot be verified: ca_list names no authority", leaf.Subject)
	}
	between := x509.NewCertPool()
	for _, c := range certs[1:] {
		between.AddCert(c)
	}
	use := x509.ExtKeyUsageClientAuth
	if p.Role == Client {
		use = x509.ExtKeyUsageServerAuth
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: p.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{use}})
	if err != nil {
		return fmt.Errorf("certificate %s: %w", leaf.Subject, reason(err, leaf, now))
	}
	if err := p.best(chains, now); err != nil {
		return err
	}
	if name != "" && p.Settings.VerifyName && !isFor(leaf, name) {
		return fmt.Errorf("certificate %s is for %s, not for %s (verify_name=no accepts it)", leaf.Subject, strings.Join(namesOf(leaf), ", "), name)
	}
	return nil
}

// best is nil if one of the chains is short enough and not revoked, else why the
// first is not.
func (p *Profile) best(chains [][]*x509.Certificate, now time.Time) (first error) {
	for _, chain := range chains {
		var err error
		if n := len(chain) - 2; n > p.Settings.VerifyDepth {
			err = fmt.Errorf("certificate %s: %d certificates stand between it and a trusted one, verify_depth allows %d", chain[0].Subject, n, p.Settings.VerifyDepth)
		} else if p.crls != nil {
			err = p.crls.check(chain, now)
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// Expired tells that a certificate is past its end.
type Expired struct{ NotAfter time.Time }

// Error says since when.
func (e *Expired) Error() string {
	return "it expired on " + e.NotAfter.UTC().Format(time.DateTime) + " UTC"
}

// IsExpired tells whether a verification failed since a certificate is past its end.
func IsExpired(err error) bool {
	var e *Expired
	return errors.As(err, &e)
}

// IsRevoked tells whether a verification failed since a certificate is revoked.
func IsRevoked(err error) bool {
	var e *RevokedError
	return errors.As(err, &e)
}

// reason says it in the operator's words where x509 is terse.
func reason(err error, leaf *x509.Certificate, now time.Time) error {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		c := invalid.Cert
		if now.Before(c.NotBefore) {
			return fmt.Errorf("%s is valid from %s UTC only", nameIn(c, leaf), c.NotBefore.UTC().Format(time.DateTime))
		}
		if c.Equal(leaf) {
			return &Expired{c.NotAfter}
		}
		return fmt.Errorf("%s: %w", nameIn(c, leaf), &Expired{c.NotAfter})
	case errors.As(err, &unknown):
		if SelfSigned(leaf) {
			return errors.New("it is self-signed and not in ca_list")
		}
		return fmt.Errorf("it is signed by %s, which ca_list does not lead to", leaf.Issuer)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "x509: "))
}

func nameIn(c, leaf *x509.Certificate) string {
	if c.Equal(leaf) {
		return "it"
	}
	return "its issuer " + c.Subject.String()
}

// SelfSigned tells that a certificate is its own issuer.
func SelfSigned(c *x509.Certificate) bool {
	return string(c.RawSubject) == string(c.RawIssuer)
}

// isFor tells whether a certificate is for a domain (RFC 5922 section 7.1): by a SIP
// URI without a user, a DNS name, or, where it has neither, its common name.
func isFor(c *x509.Certificate, name string) bool {
	for _, u := range c.URIs {
		if (strings.EqualFold(u.Scheme, "sip") || strings.EqualFold(u.Scheme, "sips")) && strings.EqualFold(u.Opaque, name) {
			return true
		}
	}
	if c.VerifyHostname(name) == nil {
		return true
	}
	return len(c.DNSNames)+len(c.URIs)+len(c.IPAddresses) == 0 && strings.EqualFold(c.Subject.CommonName, name)
}

// namesOf are the names that a certificate is for.
func namesOf(c *x509.Certificate) []string {
	all := append([]string(nil), c.DNSNames...)
	for _, u := range c.URIs {
		all = append(all, u.String())
	}
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		all = append(all, "CN "+c.Subject.CommonName)
	}
	return all
}

// hostName is name if it is one of DNS, "" for an address: those are in no SNI.
func hostName(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return ""
	}
	return name
}
