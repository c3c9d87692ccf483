package tlsconf

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// DefaultMethod is tls_method where nothing is said; Kamailio 5.6.3 has TLSv1, which
// RFC 8996 forbids.
const DefaultMethod = "TLSv1.2+"

// method is the versions that a tls_method stands for.
type method struct {
	name     string
	min, max uint16 // max 0: the newest
	obsolete bool
}

var methods = []method{
	{name: "TLSv1.3+", min: tls.VersionTLS13},
	{name: "TLSv1.3", min: tls.VersionTLS13, max: tls.VersionTLS13},
	{name: "TLSv1.2+", min: tls.VersionTLS12},
	{name: "TLSv1.2", min: tls.VersionTLS12, max: tls.VersionTLS12},
	{name: "TLSv1.1+", min: tls.VersionTLS11, obsolete: true},
	{name: "TLSv1.1", min: tls.VersionTLS11, max: tls.VersionTLS11, obsolete: true},
	{name: "TLSv1+", min: tls.VersionTLS10, obsolete: true},
	{name: "TLSv1", min: tls.VersionTLS10, max: tls.VersionTLS10, obsolete: true},
	{name: "TLSv1.0+", min: tls.VersionTLS10, obsolete: true},
	{name: "TLSv1.0", min: tls.VersionTLS10, max: tls.VersionTLS10, obsolete: true},
	// "Whatever the library speaks": which is TLS only.
	{name: "SSLv23", min: tls.VersionTLS10, obsolete: true},
}

// findMethod is the method of a name, whatever its case.
func findMethod(name string) (method, error) {
	for _, m := range methods {
		if strings.EqualFold(m.name, name) {
			return m, nil
		}
	}
	if strings.EqualFold(name, "SSLv2") || strings.EqualFold(name, "SSLv3") {
		return method{}, fmt.Errorf("%s is broken (RFC 6176, RFC 7568) and not served; expected %s", name, methodNames())
	}
	return method{}, fmt.Errorf("unknown method %q; expected %s", name, methodNames())
}

func methodNames() string { return "TLSv1.2+, TLSv1.2, TLSv1.3+ or TLSv1.3" }

// CheckMethod refuses what is no tls_method.
func CheckMethod(name string) error {
	_, err := findMethod(name)
	return err
}
