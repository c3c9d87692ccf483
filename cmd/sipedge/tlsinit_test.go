package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTLSInitMakesWhatAServerStartsWith: certificate, key and tls.cfg, by which a
// server serves TLS; a client that trusts the certificate connects.
func TestTLSInitMakesWhatAServerStartsWith(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	status, out, errs := outcome(t, "", "tls", "init", "-n", "sip.example.org", "-n", "127.0.0.1", dir)
	if status != 0 || !strings.Contains(out, `modparam("tls", "config", "`+filepath.Join(dir, "tls.cfg")+`")`) {
		t.Fatalf("%d %q %q", status, out, errs)
	}
	if info, err := os.Stat(filepath.Join(dir, "key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is for everybody: %v %v", info, err)
	}
	r := launch(t, "-DD", "-E", "-f", script(t, "listen=udp:127.0.0.1:0\nlisten=tls:127.0.0.1:0\nenable_tls=yes\ndebug=2\nloadmodule \"sl\"\nloadmodule \"tls\"\n"+
		"modparam(\"tls\", \"config\", \""+filepath.Join(dir, "tls.cfg")+"\")\nrequest_route { sl_send_reply(\"200\", \"OK\"); }\n"))
	at := r.output(`tls: (127\.0\.0\.1:\d+)`)[1]
	pem, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, name := range []string{"sip.example.org", "127.0.0.1"} {
		c, err := tls.Dial("tcp", at, &tls.Config{RootCAs: roots, ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(c, "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKi\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: i\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
		b := make([]byte, 14)
		if _, err := io.ReadFull(c, b); err != nil || string(b) != "SIP/2.0 200 OK" {
			t.Errorf("%q %v", b, err)
		}
		c.Close()
	}
}

func TestTLSInitRefusesWhatIsNoName(t *testing.T) {
	for _, name := range []string{"", "bad name", "a..b", "-a", "sip.example.org:5061", "*"} {
		dir := filepath.Join(t.TempDir(), "tls")
		status, _, errs := outcome(t, "", "tls", "init", "-n", name, dir)
		if _, err := os.Stat(dir); status != 255 || err == nil || !strings.Contains(errs, "is neither a host name nor an address") {
			t.Errorf("%q: %d %q", name, status, errs)
		}
	}
	if status, _, errs := outcome(t, "", "tls", "init", "-n", "*.example.org", "-n", "::1", filepath.Join(t.TempDir(), "tls")); status != 0 {
		t.Error(errs)
	}
}

func TestTLSInitReplacesNothingUnasked(t *testing.T) {
	dir := t.TempDir()
	if status, _, errs := outcome(t, "", "tls", "init", dir); status != 0 {
		t.Fatal(errs)
	}
	before, _ := os.ReadFile(filepath.Join(dir, "key.pem"))
	if status, _, errs := outcome(t, "", "tls", "init", dir); status != 255 || !strings.Contains(errs, "key.pem is there already; -f replaces it") {
		t.Errorf("%d %q", status, errs)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "key.pem")); string(after) != string(before) {
		t.Error("the key is another one")
	}
	if status, _, errs := outcome(t, "", "tls", "init", "-f", dir); status != 0 {
		t.Error(errs)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "key.pem")); string(after) == string(before) {
		t.Error("the key was not replaced")
	}
	for _, args := range [][]string{{"tls"}, {"tls", "init"}, {"tls", "init", dir, dir}, {"tls", "make", dir}} {
		if status, _, errs := outcome(t, "", args...); status != 255 || !strings.Contains(errs, "sipedge tls init dir") {
			t.Errorf("%v: %d %q", args, status, errs)
		}
	}
	if status, out, _ := outcome(t, "", "tls", "-h"); status != 0 || !strings.HasPrefix(out, "Usage: sipedge tls init") {
		t.Errorf("%d %q", status, out)
	}
}

// TestTheCheckNamesTheLineOfTLSCfg: sipedge -c reads the files that a server would.
func TestTheCheckNamesTheLineOfTLSCfg(t *testing.T) {
	dir := t.TempDir()
	if status, _, errs := outcome(t, "", "tls", "init", dir); status != 0 {
		t.Fatal(errs)
	}
	config := filepath.Join(dir, "tls.cfg")
	good, _ := os.ReadFile(config)
	check := func(text string) (int, string) {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, errs := outcome(t, "", "-c", "-f", script(t, "listen=tls:127.0.0.1:0\nenable_tls=yes\nloadmodule \"tls\"\nmodparam(\"tls\", \"config\", \""+config+"\")\nrequest_route { exit; }\n"))
		return status, errs
	}
	if status, errs := check(string(good)); status != 0 {
		t.Errorf("%d %s", status, errs)
	}
	for _, tc := range []struct{ old, new, want string }{
		{"method = TLSv1.2+", "method = TLSv9", config + `:5: method: unknown method "TLSv9"`},
		{"key.pem", "none.pem", config + ":7: private key: cannot read " + filepath.Join(dir, "none.pem") + ": no such file or directory"},
		{"private_key = " + filepath.Join(dir, "key.pem"), "", config + ":6: certificate"},
		{"[client:default]", "[other:default]", config + `:13: a profile is for "server" or "client", not for "other"`},
		{"require_certificate = no", "require_certificate = perhaps", config + `:9: require_certificate: expected yes or no, found "perhaps"`},
		{"verify_certificate = no", "verfy_certificate = no", config + `:8: unknown setting "verfy_certificate"`},
	} {
		if status, errs := check(strings.Replace(string(good), tc.old, tc.new, 1)); status != 255 || !strings.Contains(errs, tc.want) {
			t.Errorf("%s: %d\n%s\nwant %s", tc.new, status, errs, tc.want)
		}
	}
}
