package tlsconf

import (
	"strings"
	"testing"
)

// TestKamailiosFileIsUnderstood: the forms that its documentation shows.
func TestKamailiosFileIsUnderstood(t *testing.T) {
	all, errs := Parse(Text{"tls.cfg", `
# comment
[server:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = no
private_key = default_key.pem
certificate = default_cert.pem   # behind a value
ca_list = "with blank.pem"
verify_depth = 3

[client:default]
tls_method=TLSv1.3
[server:127.0.0.1:5061]
server_name = kamailio.org
require_certificate = on
[server:[2001:db8::1]:5061]
certificate = six.pem
[client:192.0.2.7]
server_id = carrier
[server:any]
server_name = kamailio.net
server_name_mode = 1
`})
	if len(errs) > 0 || len(all) != 6 {
		t.Fatal(len(all), errs)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name())
	}
	if got := strings.Join(names, " "); got != "server:default client:default server:127.0.0.1:5061 server:[2001:db8::1]:5061 client:192.0.2.7 server:any" {
		t.Error(got)
	}
	d, at := all[0].Settings, all[2].Settings
	if d.Certificate != "default_cert.pem" || d.CAList != "with blank.pem" || !d.VerifyCertificate || d.RequireCertificate || d.VerifyDepth != 3 || !d.VerifyName {
		t.Errorf("%+v", d)
	}
	// What a profile does not set is that of the default one, but for its names.
	if at.Certificate != "default_cert.pem" || at.VerifyDepth != 3 || !at.RequireCertificate || at.ServerName != "kamailio.org" {
		t.Errorf("%+v", at)
	}
	if c := all[4].Settings; c.Method != "TLSv1.3" || c.VerifyDepth != DefaultDepth || c.ServerID != "carrier" {
		t.Errorf("%+v", c)
	}
	if all[2].where("server_name") != "tls.cfg:15" || all[2].where("certificate") != "tls.cfg:8" || all[2].where("crl") != "tls.cfg:14" {
		t.Error(all[2].where("server_name"), all[2].where("certificate"), all[2].where("crl"))
	}
}

// TestMistakesAreNamedWithTheirLine, all of them.
func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"certificate = x":                                      "f:1: certificate stands before the first [server:…] or [client:…]",
		"[server]":                                             `f:1: expected "default", "any" or address:port behind "server:", found ""`,
		"[server:here]":                                        `f:1: expected "default", "any" or address:port behind "server:", found "here"`,
		"[peer:default]":                                       `f:1: a profile is for "server" or "client", not for "peer"`,
		"[server:default":                                      `f:1: expected [server:…] or [client:…], found "[server:default"`,
		"[server:default]\nfoo = 1":                            `f:2: unknown setting "foo"`,
		"[server:default]\nfoo":                                `f:2: expected "name = value" or [server:…], found "foo"`,
		"[server:default]\nmethod =":                           `f:2: method: a value is missing`,
		"[server:default]\nmethod = \"TLSv1.2":                 `f:2: method: the quotation marks do not match in "\"TLSv1.2"`,
		"[server:default]\nmethod = SSLv3":                     `f:2: method: SSLv3 is broken (RFC 6176, RFC 7568) and not served; expected TLSv1.2+, TLSv1.2, TLSv1.3+ or TLSv1.3`,
		"[server:default]\nverify_depth = -1":                  `f:2: verify_depth: expected a number from 0 to 100, found "-1"`,
		"[server:default]\nverify_client = maybe":              `f:2: verify_client: expected off, on, optional or optional_no_ca, found "maybe"`,
		"[server:default]\ncipher_list = eNULL":                `f:2: cipher_list: cipher list "eNULL" leaves no cipher`,
		"[server:default]\n[server:default]":                   `f:2: [server:default] is there already, in line 1`,
		"[server:any]":                                         `f:1: [server:any] needs a server_name or server_id by which it can be chosen`,
		"[server:192.0.2.1:5061]\n\n[server:192.0.2.1:5061]\n": `f:3: [server:192.0.2.1:5061] with this server_name is there already, in line 1`,
	} {
		_, errs := Parse(Text{"f", text})
		if len(errs) != 1 || errs[0].Error() != want {
			t.Errorf("%q: %v\nwant %s", text, errs, want)
		}
	}
	_, errs := Parse(Text{"a", "[server:default]\nmethod = x\ny = 2"}, Text{"b", "[server:default]"})
	if len(errs) != 3 || !strings.HasPrefix(errs[0].Error(), "a:2:") || !strings.HasPrefix(errs[1].Error(), "a:3:") || errs[2].Error() != "b:1: [server:default] is there already, in a:1" {
		t.Error(errs)
	}
	_, errs = Parse(Text{"a", "[server:default]\nx = 1\ny = 2"}, Text{"b", "z"})
	if len(errs) != 3 || !strings.HasPrefix(errs[2].Error(), "b:1:") {
		t.Error(errs)
	}
}

// TestOpenSSLsCipherListsChooseSuites.
func TestOpenSSLsCipherListsChooseSuites(t *testing.T) {
	names := func(list string) string {
		ids, notes, err := parseCiphers(list)
		if err != nil {
			return err.Error()
		}
		var all []string
		for _, id := range ids {
			all = append(all, CipherName(id))
		}
		return strings.Join(append(all, notes...), " ")
	}
	for list, want := range map[string]string{
		"": "",
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384",
		"ECDHE+AESGCM:!aRSA":                         "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256",
		"HIGH:!SHA:-CHACHA20:!kRSA:!aNULL:@STRENGTH": "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256",
		"AES256-SHA:MINE":                            "AES256-SHA MINE",
		"RC4-SHA":                                    `cipher list "RC4-SHA" leaves no cipher`,
	} {
		if got := names(list); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", list, got, want)
		}
	}
}
