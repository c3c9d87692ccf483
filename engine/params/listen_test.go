package params

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sipedge/script/rt"
)

func TestListenLinesOfTheCookbook(t *testing.T) {
	for _, c := range []struct {
		text  string
		proto rt.Proto
		hosts string
		port  int
		adv   string
		name  string
	}{
		{"10.10.10.10", rt.ProtoNone, "10.10.10.10", NoPort, "", ""},
		{"eth1:5062", rt.ProtoNone, "eth1", 5062, "", ""},
		{"udp:10.10.10.10:5064", rt.ProtoUDP, "10.10.10.10", 5064, "", ""},
		{"udp:[2a02:1850:1:1::13]:5060", rt.ProtoUDP, "2a02:1850:1:1::13", 5060, "", ""},
		{"[::1]", rt.ProtoNone, "::1", NoPort, "", ""},
		{"2001:db8::1", rt.ProtoNone, "2001:db8::1", NoPort, "", ""},
		{"*", rt.ProtoNone, "*", NoPort, "", ""},
		{"UDP:*:5080", rt.ProtoUDP, "*", 5080, "", ""},
		{"tls:sip.example.com", rt.ProtoTLS, "sip.example.com", NoPort, "", ""},
		{"udp:10.0.0.1:5060 advertise 1.2.3.4:5080", rt.ProtoUDP, "10.0.0.1", 5060, "1.2.3.4:5080", ""},
		{"udp:10.0.0.1:5060 advertise \"sip.example.com\" name \"s1\"", rt.ProtoUDP, "10.0.0.1", 5060, "sip.example.com", "s1"},
		{"udp:127.0.0.1:5080/1.2.3.4:5060", rt.ProtoUDP, "127.0.0.1", 5080, "1.2.3.4:5060", ""},
		{"sctp:(eth0, 10.0.0.1):5065", rt.ProtoSCTP, "eth0 10.0.0.1", 5065, "", ""},
		{"127.0.0.1:0", rt.ProtoNone, "127.0.0.1", 0, "", ""},
	} {
		s, err := ParseListen(c.text)
		if err != nil || s.Proto != c.proto || strings.Join(s.Hosts, " ") != c.hosts || s.Port != c.port || s.Advertise != c.adv || s.Name != c.name {
			t.Errorf("%q: %+v, %v", c.text, s, err)
		}
	}
}

func TestBadListenLinesSayWhatWasExpected(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "found nothing",
		"udp:":                        "found nothing",
		"10.0.0.1:abc":                "port",
		"10.0.0.1:70000":              "port",
		"[::1":                        "]",
		"[fred]:5060":                 "IPv6",
		"[::1]5060":                   "colon",
		"http:a:b:c":                  "proto",
		"10.0.0.1 advertize a":        "advertise",
		"10.0.0.1 advertise":          "nothing follows",
		"10.0.0.1 advertise a:x":      "port",
		"10.0.0.1/a advertise b":      "twice",
		"(eth0,eth1":                  ")",
		"(eth0:5060,eth1)":            "behind the list",
		"(eth0)5060":                  ":port",
		"a$b":                         "found",
		"10.0.0.1 advertise a:0":      "port",
		"udp:10.0.0.1 haproxy":        "connections",
		"10.0.0.1 advertise \"\x01\"": "advertised",
	} {
		if s, err := ParseListen(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error with %q", text, s, err, want)
		}
	}
}

func TestAliases(t *testing.T) {
	for text, want := range map[string]string{
		"other.domain.com:5060": "*: other.domain.com:5060",
		"a.b":                   "*: a.b:*",
		"udp:c.d":               "udp: c.d:*",
		"tls:x.y:5061":          "tls: x.y:5061",
		"a.b:*":                 "*: a.b:*",
		"[2001:db8::1]:5060":    "*: [2001:db8::1]:5060",
	} {
		if a, err := ParseAlias(text); err != nil || a.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, a, err, want)
		}
	}
	if _, err := ParseAlias("a:b:c"); err == nil {
		t.Error("a:b:c was taken")
	}
}

func listenOn(t *testing.T, c *Core) (lines []string) {
	t.Helper()
	on, err := c.ListenOn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range on {
		lines = append(lines, r.String())
	}
	return lines
}

// The order and the form in which Kamailio lists them.
func TestListenWithoutProtocolIsUDPAndTCP(t *testing.T) {
	c := New()
	c.Port = 5066
	c.Listen = []string{"127.0.0.1", "127.0.0.1:5070", "udp:127.0.0.1:5066 advertise 1.2.3.4"}
	want := []string{"udp: 127.0.0.1:5066 advertise 1.2.3.4", "udp: 127.0.0.1:5070", "tcp: 127.0.0.1:5066", "tcp: 127.0.0.1:5070"}
	if got := listenOn(t, c); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	c.DisableTCP = true
	if got := listenOn(t, c); !slices.Equal(got, want[:2]) {
		t.Errorf("disable_tcp: got %q", got)
	}
}

func TestAdvertisedParametersFillWhatALineDoesNotSay(t *testing.T) {
	c := New()
	c.DisableTCP = true
	c.Listen = []string{"127.0.0.1:5070", "127.0.0.2:5070 advertise own.example.com", "[::1]:5070"}
	c.AdvertisedPort = 5080
	want := []string{"udp: 127.0.0.1:5070 advertise 127.0.0.1:5080", "udp: 127.0.0.2:5070 advertise own.example.com", "udp: [::1]:5070 advertise [::1]:5080"}
	if got := listenOn(t, c); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	c.AdvertisedAddress, c.AdvertisedPort = "sip.example.com", 0
	if got := listenOn(t, c)[0]; got != "udp: 127.0.0.1:5070 advertise sip.example.com" {
		t.Errorf("got %q", got)
	}
}

func TestLoopbackByNameAndAsInterface(t *testing.T) {
	c := New()
	c.DisableTCP = true
	c.Listen = []string{"localhost:5070"}
	if got := listenOn(t, c); len(got) != 1 || !strings.HasSuffix(got[0], ":5070") {
		t.Errorf("localhost: %q", got)
	}
	c.Listen = []string{"*:5070"}
	all := listenOn(t, c)
	c.Listen = nil
	c.Port = 5070
	if none := listenOn(t, c); !slices.Equal(all, none) || len(all) == 0 {
		t.Errorf("*: %q, no line at all: %q", all, none)
	}
}

func TestUnknownHostNamesTheLine(t *testing.T) {
	c := New()
	c.Listen = []string{"udp:no-such-host.invalid:5060"}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no query leaves the machine
	_, err := c.ListenOn(ctx)
	if err == nil || !strings.Contains(err.Error(), "udp:no-such-host.invalid:5060") || !strings.Contains(err.Error(), "no interface") {
		t.Error(err)
	}
}

func TestTooManyAddressesAreRefused(t *testing.T) {
	c := New()
	for p := 2000; p < 2000+MaxSockets; p++ {
		c.Listen = append(c.Listen, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(p)).String())
	}
	if _, err := c.ListenOn(context.Background()); err == nil {
		t.Error("taken")
	}
}

func TestAutoAliasesAreBoundedInTime(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	lookUp(t, stubResolver{addr: func(ip string) ([]string, error) {
		switch ip {
		case "127.0.0.1":
			return []string{"LocalHost.", "second.example"}, nil
		case "127.0.0.2":
			return []string{"bad name\r\n"}, nil
		case "127.0.0.4":
			return nil, errors.New("no such name")
		}
		<-release // a resolver that never answers
		return nil, nil
	}})
	on := []Resolved{
		{Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("127.0.0.1:5060")},
		{Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("127.0.0.1:5070")},
		{Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("127.0.0.2:5060")},
		{Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("127.0.0.3:5060")},
		{Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("127.0.0.4:5060")},
	}
	var got []string
	for _, a := range New().AutoAliasesFor(context.Background(), on) {
		got = append(got, a.String())
	}
	if want := []string{"udp: localhost:5060", "udp: localhost:5070"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if off := (&Core{}).AutoAliasesFor(context.Background(), on); off != nil {
		t.Errorf("switched off: %v", off)
	}
}

func FuzzParseListen(f *testing.F) {
	for _, s := range []string{"udp:[::1]:5060 advertise a:1", "(a,b):1", "*", "a/b", "[", "udp:::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := ParseListen(s)
		if err == nil && (len(spec.Hosts) == 0 || spec.Port > maxPort) {
			t.Errorf("%q: %+v", s, spec)
		}
		if a, err := ParseAlias(s); err == nil && a.Host == "" {
			t.Errorf("%q: %+v", s, a)
		}
	})
}
