// Package tlsrun starts a server with TLS and measures it: calls between TLS and UDP (Calls), what floods of handshakes cost
// the others (Flood), whether a reload with new certificates drops anything (Reload), and what handshakes and messages cost
// the server (Costs).
//
// Start at Calls, Flood, Reload and Costs.
package tlsrun

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tlsload"
	"sipedge/engine/tlsconf"
)

// name is the name in the servers' certificates.
const name = "sip.example.org"

// running is a server with TLS.
type running struct {
	*servers.Server
	dir string
	tls tlsload.Server
}

// start runs a server with the script, and TLS on a port of its own.
func start(ctx context.Context, program string, script configs.Script) (*running, error) {
	return startKind(ctx, servers.Sipedge(program), script, "2")
}

// startKind is start for a program and a number of workers.
func startKind(ctx context.Context, kind servers.Kind, script configs.Script, workers string) (*running, error) {
	dir, err := os.MkdirTemp("", "sipedge-tls-")
	if err != nil {
		return nil, err
	}
	r := &running{dir: dir}
	ports, err := servers.FreePorts(1)
	if err == nil {
		err = r.certify()
	}
	if err == nil {
		r.tls = tlsload.Server{CertFile: r.path("cert.pem"), Name: name}
		r.tls.Addr, err = freeTCP()
	}
	if err == nil {
		r.Server, err = servers.Start(ctx, kind, dir, ports[0], withTLS(script, int(r.tls.Addr.Port()), dir),
			configs.Setting{Name: "children", Value: workers}, configs.Setting{Name: "enable_tls", Value: "yes"})
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return r, nil
}

// freeTCP is a TCP port of 127.0.0.1 that nobody uses.
func freeTCP() (netip.AddrPort, error) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).AddrPort(), nil
}

// withTLS adds to a script what serves TLS. The line with the address is indented so that the address of UDP does not take
// its place (configs.Script.With).
func withTLS(s configs.Script, port int, dir string) configs.Script {
	const first = "loadmodule \"sl\"\n"
	return configs.Script(strings.Replace(string(s), first, first+fmt.Sprintf(
		" listen=tls:127.0.0.1:%d\nloadmodule \"tls\"\nmodparam(\"tls\", \"tls_method\", \"TLSv1.2+\")\nmodparam(\"tls\", \"certificate\", %q)\nmodparam(\"tls\", \"private_key\", %q)\n",
		port, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")), 1))
}

func (r *running) path(file string) string { return filepath.Join(r.dir, file) }

// certify writes a new certificate and key.
func (r *running) certify() error {
	cert, key, err := tlsconf.MakeSelfSigned([]string{name, "127.0.0.1"}, time.Now())
	if err != nil {
		return err
	}
	if err := os.WriteFile(r.path("key.pem"), key, 0o600); err != nil {
		return err
	}
	return os.WriteFile(r.path("cert.pem"), cert, 0o600)
}

func (r *running) stop() {
	r.Stop()
	os.RemoveAll(r.dir)
}
