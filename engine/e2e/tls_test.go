package e2e

import (
	"crypto/tls"
	"strings"
	"testing"
)

func replaceVia(msg, transport string) string {
	return strings.Replace(msg, "Via: SIP/2.0/TCP", "Via: SIP/2.0/"+transport, 1)
}

// TestRequestsOverTLSAreAnswered on their connection, with both versions.
func TestRequestsOverTLSAreAnswered(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, p.head(p.usual())+`route { if (proto == TLS) sl_send_reply("200", "$tls_version $pr"); }`)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", MaxVersion: version})
		c.send(askTLS("OPTIONS", "sip:b@example.net", "tls1"))
		want := "SIP/2.0 200 " + strings.ReplaceAll(tls.VersionName(version), " ", "v") + " tls"
		if m := c.want(want); !strings.Contains(m, "Via: SIP/2.0/TLS 127.0.0.1:5999") {
			t.Error(m)
		}
	}
}
