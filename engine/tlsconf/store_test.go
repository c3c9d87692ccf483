package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// files writes a self-signed certificate and its key and returns their directory.
func files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cert, key, err := MakeSelfSigned([]string{"sip.example.org", "192.0.2.1"}, now)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "cert.pem", cert)
	write(t, dir, "key.pem", key)
	return dir
}

func write(t *testing.T, dir, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func store(t *testing.T, dir, text string) *Store {
	t.Helper()
	all, errs := Parse(Text{"tls.cfg", text})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := New(Source{Dir: dir, Now: now}, all, &Tickets{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ownFiles = "certificate = cert.pem\nprivate_key = key.pem\n"

// TestTheProfileOfAServer is that of address and name, of the name, of the address,
// the default.
func TestTheProfileOfAServer(t *testing.T) {
	s := store(t, files(t), "[server:default]\n"+ownFiles+`
[server:192.0.2.1:5061]
server_name = a.example.org
[server:192.0.2.1:5061]
[server:192.0.2.2]
server_name = two.example.org
[server:any]
server_name = b.example.org
server_name_mode = 1
[server:any]
server_name = sub.example.org
server_name_mode = 2
`)
	for _, tc := range []struct {
		local, name string
		line        int
	}{
		{"192.0.2.1:5061", "a.example.org", 5}, {"192.0.2.1:5061", "", 7}, {"192.0.2.1:5061", "x.example.org", 7}, {"192.0.2.1:5061", "b.example.org", 10},
		{"192.0.2.1:5062", "a.example.org", 1}, {"192.0.2.2:1", "", 8}, {"192.0.2.2:1", "two.example.org", 8}, {"192.0.2.2:1", "x.example.org", 1},
		{"192.0.2.3:1", "x.b.example.org", 10}, {"192.0.2.3:1", "xb.example.org", 1}, {"192.0.2.3:1", "sub.example.org", 1}, {"192.0.2.3:1", "x.sub.example.org", 13},
		{"192.0.2.3:1", "", 1},
	} {
		if p := s.find(netip.MustParseAddrPort(tc.local), tc.name); p.Line != tc.line {
			t.Errorf("%s %q: line %d, want %d", tc.local, tc.name, p.Line, tc.line)
		}
	}
	// What a ClientHello says is heard.
	config, c := s.Server(netip.MustParseAddrPort("192.0.2.1:5061"), now)
	if _, err := config.GetConfigForClient(&tls.ClientHelloInfo{ServerName: "A.example.org."}); err != nil || c.Profile.Line != 5 {
		t.Error(err, c.Profile.Line)
	}
}

func TestTheProfileOfAClient(t *testing.T) {
	s := store(t, files(t), "[server:default]\n"+ownFiles+`
[client:198.51.100.7:5061]
server_name = Proxy.example.org
[client:192.0.2.1]
server_id = carrier
[client:any]
server_name = c.example.org
`)
	at := func(remote, name, id string) Destination {
		return Destination{Remote: netip.MustParseAddrPort(remote), Local: netip.MustParseAddrPort("192.0.2.9:5061"), Name: name, ServerID: id}
	}
	for _, tc := range []struct {
		d    Destination
		line int
		sni  string
	}{
		{at("198.51.100.7:5061", "198.51.100.7", ""), 5, "proxy.example.org"},
		{at("198.51.100.8:5061", "x.example.org", "carrier"), 7, "x.example.org"},
		{at("198.51.100.8:5061", "C.example.org", ""), 9, "c.example.org"},
		{at("198.51.100.8:5061", "[2001:db8::1]", ""), 0, ""},
		{Destination{Remote: netip.MustParseAddrPort("198.51.100.8:5061"), Local: netip.MustParseAddrPort("192.0.2.1:5061"), Name: "y.example.org"}, 7, "y.example.org"},
		{Destination{Name: "y.example.org", ServerName: "z.example.org"}, 0, "z.example.org"},
	} {
		config, c := s.Client(tc.d)
		if c.Profile.Line != tc.line || config.ServerName != tc.sni {
			t.Errorf("%+v: line %d, %q", tc.d, c.Profile.Line, config.ServerName)
		}
	}
}

// TestFilesThatCannotBeUsedAreNamed with the line that names them.
func TestFilesThatCannotBeUsedAreNamed(t *testing.T) {
	dir, other := files(t), files(t)
	otherKey, _ := os.ReadFile(filepath.Join(other, "key.pem"))
	write(t, dir, "other.pem", otherKey)
	write(t, dir, "empty.pem", nil)
	write(t, dir, "enc.pem", []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	for text, want := range map[string]string{
		"certificate = none.pem":                          "tls.cfg:2: certificate: cannot read " + dir + "/none.pem: no such file or directory",
		"certificate = /none.pem":                         "tls.cfg:2: certificate: cannot read /none.pem: no such file or directory",
		"certificate = cert.pem\nprivate_key = other.pem": "tls.cfg:3: certificate " + dir + "/cert.pem with key " + dir + "/other.pem: private key does not match public key",
		"certificate = empty.pem\nprivate_key = key.pem":  "tls.cfg:2: there is no certificate in PEM form in " + dir + "/empty.pem",
		"certificate = cert.pem":                          "tls.cfg:2: certificate " + dir + "/cert.pem with key " + dir + "/cert.pem: found a certificate rather than a key",
		"certificate = cert.pem\nprivate_key = enc.pem":   "tls.cfg:3: the private key in " + dir + "/enc.pem is encrypted",
		ownFiles + "ca_list = empty.pem":                  "tls.cfg:4: " + dir + "/empty.pem holds no certificate",
		ownFiles + "crl = empty.pem":                      "tls.cfg:4: " + dir + "/empty.pem",
		ownFiles + "ca_path = none":                       "tls.cfg:4: open " + dir + "/none",
		"verify_certificate = no":                         `tls.cfg:1: [server:default] has no certificate; "sipedge tls init DIR" makes`,
	} {
		all, errs := Parse(Text{"tls.cfg", "[server:default]\n" + text + "\n"})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		_, err := New(Source{Dir: dir, Now: now}, all, &Tickets{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %s", text, err, want)
		}
	}
	if _, err := New(Source{Dir: dir, Now: now}, nil, &Tickets{}); err == nil || !strings.Contains(err.Error(), "no profile for a server") {
		t.Error(err)
	}
}

// TestACertificateThatIsOutOfDateIsAWarning, as is one that soon will be.
func TestACertificateThatIsOutOfDateIsAWarning(t *testing.T) {
	dir := files(t)
	for when, want := range map[time.Time]string{
		now: "", now.AddDate(11, 0, 0): "expired on 2036-11-25 00:00:00", now.AddDate(10, 0, -5): "expires on 2036-11-25 00:00:00", now.AddDate(-1, 0, 0): "valid from 2026-11-24 23:00:00 only",
	} {
		all, _ := Parse(Text{"tls.cfg", "[server:default]\n" + ownFiles})
		s, err := New(Source{Dir: dir, Now: when}, all, &Tickets{})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(s.Warnings(), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%v: %q", when, got)
		}
	}
}

// TestNamesOfACertificate are SIP URIs, names of DNS with wildcards, and the common
// name where there are no others (RFC 5922 section 7.1).
func TestNamesOfACertificate(t *testing.T) {
	uri := func(s string) []*url.URL { u, _ := url.Parse(s); return []*url.URL{u} }
	for _, tc := range []struct {
		c    x509.Certificate
		name string
		want bool
	}{
		{x509.Certificate{URIs: uri("sip:example.org")}, "example.org", true},
		{x509.Certificate{URIs: uri("sip:alice@example.org")}, "example.org", false},
		{x509.Certificate{URIs: uri("https:example.org")}, "example.org", false},
		{x509.Certificate{DNSNames: []string{"*.example.org"}}, "sip.example.org", true},
		{x509.Certificate{DNSNames: []string{"*.example.org"}}, "example.org", false},
		{x509.Certificate{Subject: pkix.Name{CommonName: "example.org"}}, "example.org", true},
		{x509.Certificate{Subject: pkix.Name{CommonName: "example.org"}, DNSNames: []string{"other.org"}}, "example.org", false},
	} {
		if got := isFor(&tc.c, tc.name); got != tc.want {
			t.Errorf("%v %v CN=%s for %s: %v", tc.c.URIs, tc.c.DNSNames, tc.c.Subject.CommonName, tc.name, got)
		}
	}
}

// TestTicketKeysTurn daily, and those of before open tickets for two days more.
func TestTicketKeysTurn(t *testing.T) {
	var k Tickets
	first, turn := k.current(now)
	if again, same := k.current(now.Add(time.Hour)); same != turn || &again[0] != &first[0] {
		t.Error("the key has changed within its time")
	}
	var keys [][32]byte
	for day := 1; day <= 3; day++ {
		keys, _ = k.current(now.AddDate(0, 0, day))
		if len(keys) != min(day+1, ticketKeys) || keys[0] == first[0] {
			t.Errorf("day %d: %d keys", day, len(keys))
		}
		if day < 3 && keys[day] != first[0] {
			t.Errorf("day %d: the first key is not among them", day)
		}
	}
}
