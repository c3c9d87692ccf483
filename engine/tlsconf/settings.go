package tlsconf

import (
	"fmt"
	"strconv"
	"strings"
)

// Role is the side that we are on.
type Role uint8

// The roles.
const (
	Server Role = iota // connections that were accepted
	Client             // connections that we open
)

// String is the word in the sections of tls.cfg.
func (r Role) String() string { return [...]string{"server", "client"}[r] }

// DefaultDepth is verify_depth where nothing is said, as in Kamailio.
const DefaultDepth = 9

// Settings are those of one profile, under the names that tls.cfg gives them.
type Settings struct {
	// Method says which versions are spoken, see methods.
	Method string
	// Certificate and PrivateKey are files in PEM; without a PrivateKey the key is
	// in the file of the certificate.
	Certificate, PrivateKey string
	// CAList is a file of trusted authorities, CAPath a directory of such files, CRL
	// a file of revocation lists.
	CAList, CAPath, CRL string
	// VerifyCertificate: a peer's certificate has to be good. RequireCertificate:
	// the peer has to have one, and it has to be good.
	VerifyCertificate, RequireCertificate bool
	// VerifyClient stands in for both: "off", "on", "optional", "optional_no_ca"; ""
	// for not given.
	VerifyClient string
	// VerifyDepth is how many certificates may stand between the peer's and a
	// trusted one.
	VerifyDepth int
	// VerifyName: the certificate of a server that is verified has to be for the name
	// of the destination (RFC 5922 section 7). Ours; Kamailio does not look at names.
	VerifyName bool
	// CipherList is in OpenSSL's notation; see cipher.go.
	CipherList string
	// ServerName is the name that a server profile is for, and that a client profile
	// asks for. ServerNameMode 0: this name; 1: and those below it; 2: those below it.
	ServerName     string
	ServerNameMode int
	// ServerID is what a client profile can be chosen by.
	ServerID string

	lines map[string]int // where tls.cfg sets each
}

// Defaults are the settings where nothing is said.
func Defaults() Settings {
	return Settings{Method: DefaultMethod, VerifyDepth: DefaultDepth, VerifyName: true}
}

// field is one setting as tls.cfg has it.
type field struct {
	set func(s *Settings, value string) error
	// own: not taken over from the default profile.
	own bool
}

func textField(p func(*Settings) *string) field {
	return field{set: func(s *Settings, v string) error { *p(s) = v; return nil }}
}

func boolField(p func(*Settings) *bool) field {
	return field{set: func(s *Settings, v string) (err error) { *p(s), err = parseBool(v); return err }}
}

func intField(p func(*Settings) *int, lo, hi int) field {
	return field{set: func(s *Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < lo || n > hi {
			return fmt.Errorf("expected a number from %d to %d, found %q", lo, hi, v)
		}
		*p(s) = n
		return nil
	}}
}

func (f field) private() field { f.own = true; return f }

// fields are the settings by the names that tls.cfg knows.
var fields = map[string]field{
	"method":              {set: setMethod},
	"tls_method":          {set: setMethod},
	"certificate":         textField(func(s *Settings) *string { return &s.Certificate }),
	"private_key":         textField(func(s *Settings) *string { return &s.PrivateKey }),
	"ca_list":             textField(func(s *Settings) *string { return &s.CAList }),
	"ca_path":             textField(func(s *Settings) *string { return &s.CAPath }),
	"crl":                 textField(func(s *Settings) *string { return &s.CRL }),
	"verify_certificate":  boolField(func(s *Settings) *bool { return &s.VerifyCertificate }),
	"require_certificate": boolField(func(s *Settings) *bool { return &s.RequireCertificate }),
	"verify_client":       {set: setVerifyClient},
	"verify_depth":        intField(func(s *Settings) *int { return &s.VerifyDepth }, 0, 100),
	"verify_name":         boolField(func(s *Settings) *bool { return &s.VerifyName }),
	"cipher_list":         {set: setCiphers},
	"server_name":         textField(func(s *Settings) *string { return &s.ServerName }).private(),
	"server_name_mode":    intField(func(s *Settings) *int { return &s.ServerNameMode }, 0, 2).private(),
	"server_id":           textField(func(s *Settings) *string { return &s.ServerID }).private(),
}

// Set gives a setting the value that a file or parameter has for it.
func (s *Settings) Set(name, value string) error {
	f, ok := fields[name]
	if !ok {
		return fmt.Errorf("unknown setting %q", name)
	}
	return f.set(s, value)
}

func setMethod(s *Settings, v string) error {
	m, err := findMethod(v)
	s.Method = m.name
	return err
}

func setVerifyClient(s *Settings, v string) error {
	switch v = strings.ToLower(v); v {
	case "off", "on", "optional", "optional_no_ca":
		s.VerifyClient = v
		return nil
	}
	return fmt.Errorf("expected off, on, optional or optional_no_ca, found %q", v)
}

func setCiphers(s *Settings, v string) error {
	s.CipherList = v
	_, _, err := parseCiphers(v)
	return err
}

func parseBool(v string) (bool, error) {
	switch strings.ToLower(v) {
	case "1", "yes", "true", "on", "enable", "enabled":
		return true, nil
	case "0", "no", "false", "off", "disable", "disabled":
		return false, nil
	}
	return false, fmt.Errorf("expected yes or no, found %q", v)
}

// peerPolicy is what is done about the certificate of a peer.
type peerPolicy struct {
	// ask for one, must have one, must be good if there.
	ask, need, good bool
}

// policy turns the settings into one. A certificate that is required has to be good
// whatever verify_certificate says, as in Kamailio.
func (s *Settings) policy(role Role) peerPolicy {
	if role == Client {
		strict := s.VerifyCertificate || s.RequireCertificate
		return peerPolicy{ask: true, need: strict, good: strict}
	}
	switch s.VerifyClient {
	case "off":
		return peerPolicy{}
	case "on":
		return peerPolicy{true, true, true}
	case "optional":
		return peerPolicy{ask: true, good: true}
	case "optional_no_ca":
		return peerPolicy{ask: true}
	}
	strict := s.VerifyCertificate || s.RequireCertificate
	return peerPolicy{ask: strict, need: s.RequireCertificate, good: strict}
}
