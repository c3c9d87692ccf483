package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// expiresSoon is how long before its end a certificate is warned about.
const expiresSoon = 7 * 24 * time.Hour

// Source says how the files of profiles are found.
type Source struct {
	// Dir is the directory that relative names count from: that of the script.
	Dir string
	// Now is the time that certificates are looked at with.
	Now time.Time
}

// Path is where a file of a profile is: names that begin with '/' or '.' stand for
// themselves, others count from the script's directory, as in Kamailio.
func (s Source) Path(name string) string {
	if name == "" || name[0] == '/' || name[0] == '.' {
		return name
	}
	return filepath.Join(s.Dir, name)
}

// read reads a file; the error says what to do.
func (s Source) read(name string) ([]byte, error) {
	b, err := os.ReadFile(s.Path(name))
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return nil, fmt.Errorf("cannot read %s: %v", s.Path(name), pe.Err)
	}
	return b, err
}

// loader makes profiles of sections and collects what is wrong with them.
type loader struct {
	src      Source
	errs     []error
	warnings []string
}

// fail notes an error, once where two profiles stand in one place.
func (l *loader) fail(s *Section, setting, format string, args ...any) {
	e := fmt.Errorf("%s: %s", s.where(setting), fmt.Sprintf(format, args...))
	if !slices.ContainsFunc(l.errs, func(o error) bool { return o.Error() == e.Error() }) {
		l.errs = append(l.errs, e)
	}
}

func (l *loader) warn(s *Section, setting, format string, args ...any) {
	l.warnings = append(l.warnings, s.where(setting)+": "+fmt.Sprintf(format, args...))
}

// profile loads everything that a section names.
func (l *loader) profile(s *Section) *Profile {
	p := &Profile{Section: s, policy: s.Settings.policy(s.Role)}
	m, err := findMethod(s.Settings.Method)
	if err != nil {
		l.fail(s, "method", "%v", err)
	} else if m.obsolete {
		l.warn(s, "method", "%s lets peers use versions of TLS that RFC 8996 forbids; TLSv1.2+ is safe", m.name)
	}
	ids, notes, err := parseCiphers(s.Settings.CipherList)
	if err != nil {
		l.fail(s, "cipher_list", "%v", err)
	}
	if len(notes) > 0 {
		l.warn(s, "cipher_list", "no cipher is called %s", strings.Join(notes, ", "))
	}
	p.base = &tls.Config{MinVersion: m.min, MaxVersion: m.max, CipherSuites: ids, DynamicRecordSizingDisabled: true}
	l.certificate(p)
	p.roots = l.authorities(s)
	p.crls = l.revocations(s)
	if p.policy.good && p.roots == nil {
		l.warn(s, "verify_certificate", "certificates of peers are to be verified and ca_list names no authority: every one will be refused")
	}
	p.finish()
	return p
}

// certificate loads the profile's own certificate and key.
func (l *loader) certificate(p *Profile) {
	s := p.Section
	name, key := s.Settings.Certificate, s.Settings.PrivateKey
	if name == "" {
		if s.Role == Server {
			l.fail(s, "certificate", "[%s] has no certificate; \"sipedge tls init DIR\" makes a self-signed one to begin with", s.Name())
		} else if key != "" {
			l.warn(s, "private_key", "[%s] has a private_key and no certificate: none is shown to servers", s.Name())
		}
		return
	}
	certPEM, err := l.src.read(name)
	if err != nil {
		l.fail(s, "certificate", "certificate: %v", err)
		return
	}
	if !hasCertificate(certPEM) {
		l.fail(s, "certificate", "there is no certificate in PEM form in %s", l.src.Path(name))
		return
	}
	keyName, at := key, "private_key"
	if keyName == "" {
		keyName, at = name, "certificate"
	}
	keyPEM, err := l.src.read(keyName)
	if err != nil {
		l.fail(s, at, "private key: %v", err)
		return
	}
	if encrypted(keyPEM) {
		l.fail(s, at, "the private key in %s is encrypted, and a server cannot ask for its passphrase; \"openssl pkey -in %s -out …\" takes it off", l.src.Path(keyName), l.src.Path(keyName))
		return
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		l.fail(s, at, "certificate %s with key %s: %s", l.src.Path(name), l.src.Path(keyName), plainTLS(err))
		return
	}
	p.base.Certificates = []tls.Certificate{pair}
	p.leaf = pair.Leaf
	l.period(s, l.src.Path(name), p.leaf)
}

// period warns of a certificate that is not valid, or not for long.
func (l *loader) period(s *Section, path string, c *x509.Certificate) {
	switch now := l.src.Now; {
	case now.After(c.NotAfter):
		l.warn(s, "certificate", "certificate %s expired on %s", path, c.NotAfter.UTC().Format(time.DateTime))
	case now.Before(c.NotBefore):
		l.warn(s, "certificate", "certificate %s is valid from %s only", path, c.NotBefore.UTC().Format(time.DateTime))
	case c.NotAfter.Sub(now) < expiresSoon:
		l.warn(s, "certificate", "certificate %s expires on %s", path, c.NotAfter.UTC().Format(time.DateTime))
	}
}

// plainTLS is an error of crypto/tls without its prefix.
func plainTLS(err error) string { return strings.TrimPrefix(err.Error(), "tls: ") }

// encrypted tells whether a PEM text holds a key that needs a passphrase.
func encrypted(text []byte) bool {
	for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
		if b.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
	return false
}

func hasCertificate(text []byte) bool {
	for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
		if b.Type == "CERTIFICATE" {
			return true
		}
	}
	return false
}

// authorities loads the trusted certificates; nil for none.
func (l *loader) authorities(s *Section) *x509.CertPool {
	var roots *x509.CertPool
	add := func(setting, name string) int {
		text, err := l.src.read(name)
		if err != nil {
			l.fail(s, setting, "%v", err)
			return 1
		}
		n := 0
		for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
			if b.Type != "CERTIFICATE" && b.Type != "TRUSTED CERTIFICATE" {
				continue
			}
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				l.warn(s, setting, "%s: a certificate cannot be understood and is left out: %v", l.src.Path(name), err)
				continue
			}
			if roots == nil {
				roots = x509.NewCertPool()
			}
			roots.AddCert(c)
			n++
		}
		return n
	}
	if name := s.Settings.CAList; name != "" && add("ca_list", name) == 0 {
		l.fail(s, "ca_list", "%s holds no certificate", l.src.Path(name))
	}
	if dir := s.Settings.CAPath; dir != "" {
		files, err := os.ReadDir(l.src.Path(dir))
		if err != nil {
			l.fail(s, "ca_path", "%v", err)
		}
		for _, f := range files {
			if !f.IsDir() {
				add("ca_path", filepath.Join(l.src.Path(dir), f.Name()))
			}
		}
	}
	return roots
}
