package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestWhatOfACertificateCanBeAskedFor: every pseudo-variable and select of module tls, in
// the forms that Kamailio 5.6.3 gives for such a certificate, where there is one; undefined
// where there is none.
func TestWhatOfACertificateCanBeAskedFor(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	uid := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: "u77"}
	from, to := time.Date(2020, 3, 5, 1, 2, 3, 0, time.UTC), time.Date(2090, 12, 15, 3, 5, 22, 0, time.UTC)
	cli := p.issue("cli", "phone1", func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "phone1", Country: []string{"US"}, Province: []string{"Texas"}, Locality: []string{"Austin"},
			Organization: []string{"Cli, Org"}, OrganizationalUnit: []string{"U1"}, ExtraNames: []pkix.AttributeTypeAndValue{uid}}
		c.DNSNames, c.EmailAddresses, c.IPAddresses = []string{"phone.example.org"}, []string{"p@example.org"}, []net.IP{net.IPv4(10, 1, 2, 3)}
		u, _ := url.Parse("sip:phone@example.org")
		c.URIs = []*url.URL{u}
		c.NotBefore, c.NotAfter = from, to
	})
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cli.Leaf.Raw}))
	encoded := strings.NewReplacer(" ", "%20", "\n", "%0a", "/", "%2f", "+", "%2b", "=", "%3d").Replace(text)
	srv := "sip.example.org"
	both := map[string]string{ // with a client's certificate; the same without where it is not the peer's
		"$tls_version": "TLSv1.3", "$tls_cipher_info": "TLS_AES_128_GCM_SHA256", "$tls_cipher_bits": "128", "$tls_description": "TLS_AES_128_GCM_SHA256 TLSv1.3",
		"$tls_peer_server_name": srv, "$tls_my_version": "2", "$tls_my_serial": "2", "$tls_my_subject_cn": srv, "$tls_my_san_hostname": srv,
		"$tls_my_san_uri": "sip:" + srv, "$tls_my_issuer_cn": "Test CA", "$tls_my_issuer_organization": "CA Org", "$tls_my_subject_country": "DE",
		"$tls_my_subject": "/C=DE/O=Org of " + srv + "/CN=" + srv, "$tls(m_subject_line)": "/C=DE/O=Org of " + srv + "/CN=" + srv, "$tls(m_issuer_line)": "/O=CA Org/CN=Test CA",
		"@tls.version": "TLSv1.3", "@tls.desc": "TLS_AES_128_GCM_SHA256 TLSv1.3", "@tls.cipher": "TLS_AES_128_GCM_SHA256", "@tls.cipher.bits": "128",
		"@tls.me.subject.cn": srv, "@tls.my.issuer.organization": "CA Org", "@tls.my.serial_number": "2",
		"$tls_my_issuer_unit": "<null>", "$tls_my_san_ip": "<null>",
	}
	peer := map[string]string{
		"$tls_peer_version": "2", "$tls_peer_serial": "3", "$tls_peer_subject_cn": "phone1", "$tls_peer_subject_locality": "Austin", "$tls_peer_subject_country": "US",
		"$tls_peer_subject_state": "Texas", "$tls_peer_subject_organization": "Cli, Org", "$tls_peer_subject_unit": "U1", "$tls_peer_subject_uid": "u77",
		"$tls_peer_issuer_cn": "Test CA", "$tls_peer_issuer_organization": "CA Org", "$tls_peer_san_email": "p@example.org", "$tls_peer_san_hostname": "phone.example.org",
		"$tls_peer_san_uri": "sip:phone@example.org", "$tls_peer_san_ip": "10.1.2.3", "$tls_peer_notBefore": "Mar  5 01:02:03 2020 GMT", "$tls_peer_notAfter": "Dec 15 03:05:22 2090 GMT",
		"$tls_peer_raw_cert": text, "$tls_peer_urlencoded_cert": encoded, "$tls(p_issuer_line)": "/O=CA Org/CN=Test CA",
		"$tls(p_subject_line)": "/C=US/ST=Texas/L=Austin/O=Cli, Org/OU=U1/CN=phone1/UID=u77",
		"@tls.peer.subject":    "phone1", "@tls.peer.subject.commonName": "phone1", "@tls.peer.not_after": "Dec 15 03:05:22 2090 GMT", "@tls.peer.cert.san": "", "@tls.peer.uri": "sip:phone@example.org",
		"@tls.peer.issuer.o": "CA Org",
	}
	delete(peer, "@tls.peer.cert.san")
	flags := map[string]string{"$tls_peer_verified": "1", "$tls_peer_revoked": "0", "$tls_peer_expired": "0", "$tls_peer_selfsigned": "0", "@tls.peer.verified": "1", "@tls.peer.self_signed": "0"}

	var body strings.Builder
	n := 0
	ask := func(all map[string]string) (names []string) {
		for name := range all {
			n++
			fmt.Fprintf(&body, "$var(v) = \"<null>\"; if (defined %[1]s) $var(v) = %[1]s;\n", name)
			fmt.Fprintf(&body, "if ($rU == \"q%d\") append_to_reply(\"X-Value: $(var(v){s.encode.hexa})\\r\\n\");\n", n)
			names = append(names, name)
		}
		return names
	}
	names := append(append(ask(both), ask(peer)...), ask(flags)...)
	s := start(t, p.head(strings.Replace(p.usual(), "method = TLSv1.2+", "verify_certificate = yes\nca_list = "+p.path("ca.pem"), 1))+
		"loadmodule \"textops\"\nroute {\n"+body.String()+"sl_send_reply(\"200\", \"OK\"); }")
	config := &tls.Config{RootCAs: p.roots(), ServerName: srv, Certificates: []tls.Certificate{cli}}
	with := dialTLS(t, tlsAddr(t, s), config)
	config = config.Clone()
	config.Certificates = nil
	without := dialTLS(t, tlsAddr(t, s), config)
	value := func(c *tlsPeer, i int) string {
		c.send(askTLS("OPTIONS", fmt.Sprintf("sip:q%d@example.net", i+1), "var"))
		m := c.want("SIP/2.0 200")
		_, rest, _ := strings.Cut(m, "X-Value: ")
		hex, _, _ := strings.Cut(rest, "\r\n")
		var b strings.Builder
		for i := 0; i+1 < len(hex); i += 2 {
			var v byte
			fmt.Sscanf(hex[i:i+2], "%02x", &v)
			b.WriteByte(v)
		}
		return b.String()
	}
	for i, name := range names {
		wantWith, wantWithout := both[name], both[name]
		if v, ok := peer[name]; ok {
			if wantWith, wantWithout = v, "<null>"; name[0] == '@' {
				wantWithout = "" // what an undefined select is as a value
			}
		} else if v, ok := flags[name]; ok {
			wantWith, wantWithout = v, "0"
		}
		if got := value(with, i); got != wantWith {
			t.Errorf("%s: %q, want %q", name, got, wantWith)
		}
		if got := value(without, i); got != wantWithout {
			t.Errorf("without a certificate, %s: %q, want %q", name, got, wantWithout)
		}
	}
	// In clear, nothing is there.
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:q1@example.net", from: a}.String())
	if m := a.want("SIP/2.0 200"); !strings.Contains(m, "X-Value: 3c6e756c6c3e\r\n") && !strings.Contains(m, "X-Value: \r\n") {
		t.Error(m)
	}
}
