package tlsconf

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"
)

// crls are revocation lists. A certificate counts as not revoked only if there is a
// list of its issuer, signed by it and not out of date, that does not name it.
type crls struct{ lists []crl }

type crl struct {
	list    *x509.RevocationList
	revoked map[string]bool // serial numbers
}

// revocations loads the lists of a profile; nil for none.
func (l *loader) revocations(s *Section) *crls {
	name := s.Settings.CRL
	if name == "" {
		return nil
	}
	text, err := l.src.read(name)
	if err != nil {
		l.fail(s, "crl", "%v", err)
		return nil
	}
	all := &crls{}
	add := func(der []byte) {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			l.fail(s, "crl", "%s: a revocation list cannot be understood: %v", l.src.Path(name), err)
			return
		}
		c := crl{list, map[string]bool{}}
		for _, e := range list.RevokedCertificateEntries {
			c.revoked[e.SerialNumber.String()] = true
		}
		if !list.NextUpdate.IsZero() && l.src.Now.After(list.NextUpdate) {
			l.warn(s, "crl", "%s: the list of %s was to be renewed by %s; no certificate of this issuer will be accepted", l.src.Path(name), list.Issuer, list.NextUpdate.UTC().Format(time.DateTime))
		}
		all.lists = append(all.lists, c)
	}
	b, rest := pem.Decode(text)
	if b == nil {
		add(text)
	}
	for ; b != nil; b, rest = pem.Decode(rest) {
		if b.Type == "X509 CRL" {
			add(b.Bytes)
		}
	}
	if len(all.lists) == 0 && len(l.errs) == 0 {
		l.fail(s, "crl", "%s holds no revocation list", l.src.Path(name))
	}
	return all
}

// check refuses a chain with a revoked certificate in it. Its last one is trusted.
func (r *crls) check(chain []*x509.Certificate, now time.Time) error {
	for i := range len(chain) - 1 {
		if err := r.one(chain[i], chain[i+1], now); err != nil {
			return err
		}
	}
	return nil
}

func (r *crls) one(c, issuer *x509.Certificate, now time.Time) error {
	covered := false
	for i := range r.lists {
		l := &r.lists[i]
		if !bytes.Equal(l.list.RawIssuer, c.RawIssuer) || l.list.CheckSignatureFrom(issuer) != nil {
			continue
		}
		if l.revoked[c.SerialNumber.String()] {
			return &RevokedError{c}
		}
		covered = covered || l.list.NextUpdate.IsZero() || now.Before(l.list.NextUpdate)
	}
	if !covered {
		return fmt.Errorf("there is no current revocation list of %s", c.Issuer)
	}
	return nil
}

// RevokedError is a certificate that its issuer has revoked.
type RevokedError struct{ Cert *x509.Certificate }

// Error names the certificate.
func (e *RevokedError) Error() string {
	return fmt.Sprintf("certificate %s with serial number %s is revoked", e.Cert.Subject, e.Cert.SerialNumber)
}
