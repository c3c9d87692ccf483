package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/pborman/getopt/v2"

	"sipedge/engine/tlsconf"
)

const tlsUsage = `Usage: sipedge tls init [-n name] ... [-f] dir
Makes what TLS needs to begin with, in a directory that is made if it is not there:
a private key, a self-signed certificate that is good for ten years, and a tls.cfg
that names both. Peers do not trust such a certificate by themselves; replace the two
files by those of an authority before phones connect, and reload.

    -n name   a host name or address that the certificate is for; may be given
              several times. Without it: the host's name, localhost and 127.0.0.1
    -f        replace files that are there
`

// The files of sipedge tls init.
const (
	tlsKeyFile  = "key.pem"
	tlsCertFile = "cert.pem"
	tlsCfgFile  = "tls.cfg"
)

// tlsCommand is sipedge tls; args[0] is "tls".
func tlsCommand(args []string, stdout, stderr io.Writer) int {
	help, force := false, false
	var names []string
	set := getopt.New()
	set.FlagLong(&help, "help", 'h')
	set.FlagLong(&force, "force", 'f')
	set.FlagLong(&names, "name", 'n')
	verb := ""
	if len(args) > 1 && args[1] == "init" {
		verb, args = args[1], args[1:]
	}
	if err := set.Getopt(args, nil); err != nil {
		return fail(stderr, optionError(err, "sipedge tls -h"))
	}
	if help {
		fmt.Fprint(stdout, tlsUsage)
		return 0
	}
	if verb == "" || len(set.Args()) != 1 {
		return fail(stderr, errors.New("expected \"sipedge tls init dir\"; sipedge tls -h explains it"))
	}
	for _, n := range names {
		if _, err := netip.ParseAddr(n); err != nil && !hostName.MatchString(n) {
			return fail(stderr, fmt.Errorf("-n %q is neither a host name nor an address", n))
		}
	}
	if len(names) == 0 {
		names = ownNames()
	}
	if err := tlsInit(set.Args()[0], names, force); err != nil {
		return fail(stderr, err)
	}
	dir := set.Args()[0]
	fmt.Fprintf(stdout, "%s and %s are made, for %v. A script serves TLS with them by\n\n    enable_tls=yes\n    listen=tls:127.0.0.1:5061\n    loadmodule \"tls\"\n    modparam(\"tls\", \"config\", %q)\n",
		filepath.Join(dir, tlsCertFile), filepath.Join(dir, tlsKeyFile), names, absolute(filepath.Join(dir, tlsCfgFile)))
	return 0
}

// hostName is a name that a certificate may be for.
var hostName = regexp.MustCompile(`^(\*\.)?[[:alnum:]_]([[:alnum:]_-]*[[:alnum:]_])?(\.[[:alnum:]_]([[:alnum:]_-]*[[:alnum:]_])?)*$`)

// ownNames are the names of this machine.
func ownNames() []string {
	names := []string{"localhost", "127.0.0.1"}
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		names = append([]string{host}, names...)
	}
	return names
}

func absolute(path string) string {
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}

// tlsInit writes the files. Nothing is written if one of them is there.
func tlsInit(dir string, names []string, force bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range []string{tlsKeyFile, tlsCertFile, tlsCfgFile} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil && !force {
			return fmt.Errorf("%s is there already; -f replaces it", path)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	cert, key, err := tlsconf.MakeSelfSigned(names, time.Now())
	if err != nil {
		return err
	}
	config := fmt.Sprintf(`# Settings of TLS connections; sipedge doc tls names all.

# Connections that phones and others open.
[server:default]
method = TLSv1.2+
certificate = %[1]s
private_key = %[2]s
verify_certificate = no
require_certificate = no

# Connections that this server opens. Certificates are verified once ca_list names the
# authorities to be trusted.
[client:default]
method = TLSv1.2+
verify_certificate = no
#ca_list = /etc/ssl/certs/ca-certificates.crt
`, absolute(filepath.Join(dir, tlsCertFile)), absolute(filepath.Join(dir, tlsKeyFile)))
	for _, f := range []struct {
		name string
		text []byte
		mode fs.FileMode
	}{{tlsKeyFile, key, 0o600}, {tlsCertFile, cert, 0o644}, {tlsCfgFile, []byte(config), 0o644}} {
		if err := replaceFile(filepath.Join(dir, f.name), f.text, f.mode); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file as a whole and with its mode from the beginning: a key is
// never readable for others.
func replaceFile(path string, text []byte, mode fs.FileMode) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
