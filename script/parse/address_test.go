package parse

import (
	"strings"
	"testing"
)

// TestAddressesArePutTogetherOfDefines: scripts keep addresses and ports in
// defines and name them in listen, its advertised address, and alias.
func TestAddressesArePutTogetherOfDefines(t *testing.T) {
	const defines = "#!substdef \"!MY_IP!10.0.0.1!g\"\n#!define IP MY_IP # ours\n#!define PORT 5062\n#!define PUB \"pub.example.org\"\n"
	for in, want := range map[string]string{
		"listen=udp:10.0.0.1:PORT":              "udp:10.0.0.1:5062",
		"listen=udp:MY_IP:5060":                 "udp:10.0.0.1:5060",
		"listen=udp:IP:PORT":                    "udp:10.0.0.1:5062",
		"listen=tls:IP":                         "tls:10.0.0.1",
		"listen=IP:PORT":                        "10.0.0.1:5062",
		"listen=udp:eth0:5060":                  "udp:eth0:5060",
		"listen=udp:IP:5060 advertise PUB:PORT": "udp:10.0.0.1:5060 pub.example.org:5062",
		"listen=udp:IP:5060 advertise 1.2.3.4:5061\nlisten=udp:IP:PORT": "udp:10.0.0.1:5060 1.2.3.4:5061",
		"alias=PUB:PORT": "pub.example.org:5062",
	} {
		cfg, l := File("x.cfg", []byte(defines+in+"\nroute { exit; }"), Options{})
		if l.HasErrors() {
			t.Errorf("%s: %s", in, lines(l))
			continue
		}
		v := cfg.Settings[0].Values[0]
		if got := strings.TrimSpace(v.Str + " " + v.Advertise); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	_, l := File("x.cfg", []byte("listen=udp:10.0.0.1:5060 advertise\nport=5060\nroute { exit; }"), Options{})
	if want := "x.cfg:1:35: expected an address behind advertise"; !strings.HasPrefix(lines(l), want) {
		t.Errorf("got %s, want %s", lines(l), want)
	}
}
