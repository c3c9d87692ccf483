package rows

import (
	"fmt"
	"net/netip"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// chooser notes the transport of the first target of each destination.
type chooser struct {
	*dns.Resolver
	chosen []string
}

func (c *chooser) Inline(q *dns.Query, p *dns.Policy, w *dns.Work, out *dns.Targets) error {
	err := c.Resolver.Inline(q, p, w, out)
	if err == nil {
		c.chosen = append(c.chosen, strings.ToLower(out.At(0).Proto.String()))
	} else {
		c.chosen = append(c.chosen, err.Error())
	}
	return err
}

// preferred is the transport that is chosen of a domain that has NAPTR records for all four,
// by a server that serves all four.
func preferred(want string) func(e *dnsEdge, set string) {
	return func(e *dnsEdge, set string) {
		c := &chooser{Resolver: dns.New(dns.Config{Settings: dns.DefaultSettings(), System: &dns.System{}, ManualClock: true})}
		defer c.Close()
		for i, r := range []struct{ service, name string }{{"SIP+D2S", "_sip._sctp"}, {"SIPS+D2T", "_sips._tcp"}, {"SIP+D2T", "_sip._tcp"}, {"SIP+D2U", "_sip._udp"}} {
			for _, line := range []string{
				fmt.Sprintf("dns.add_naptr example.test 60 %d 1 s %s - %s.example.test 2", i+1, r.service, r.name),
				fmt.Sprintf("dns.add_srv %s.example.test 60 1 1 %d gw.test 2", r.name, 5060+i),
			} {
				words := strings.Fields(line)
				for i := range words {
					words[i] = strings.TrimPrefix(words[i], "-")
				}
				_, err := c.Run(e.t.Context(), words[0], words[1:]...)
				e.must(err)
			}
		}
		e.must(c.Cache().AddA("gw.test", 0, netip.MustParseAddr("192.0.2.20"), true))
		opts := stock()
		opts.Names = c
		var more []*core.Socket
		for i, p := range []rt.Proto{rt.ProtoTCP, rt.ProtoTLS, rt.ProtoSCTP} {
			more = append(more, core.NewSocket(reactor.SocketID(10+i), p, netip.MustParseAddrPort(fmt.Sprintf("192.0.2.1:%d", 5070+i)), ""))
		}
		n := coretest.NewOn(e.t, "dns_try_naptr=yes\n"+set+"\nroute { forward(); }", opts, more...)
		n.Peer(caller).Send(coretest.Request("OPTIONS", "sip:bob@example.test").String())
		if len(c.chosen) == 0 || c.chosen[0] != want {
			e.fail("%v were chosen, want %s", c.chosen, want)
		}
	}
}

// srv makes records of SRV targets with weights: "priority weight port".
func srv(lines ...string) dnstest.Behaviour {
	for i, l := range lines {
		lines[i] = "@ 300 IN SRV " + l + " gw.test."
	}
	return dnstest.Fast(lines...)
}

// shares asks 200 times and counts which gateway answers.
func shares(e *dnsEdge, uri string) map[string]int {
	by := map[string]int{}
	for range 200 {
		by[e.ask(uri)]++
	}
	return by
}

func init() {
	// balanced: three quarters to a, one quarter to b, never to c.
	balanced := func(e *dnsEdge, set string) {
		one, two, three := e.gateway("a", "127.0.0.1"), e.gateway("b", "127.0.0.1"), e.gateway("c", "127.0.0.1")
		e.names.Handle("_sip._udp.example.test", srv(fmt.Sprint("1 30 ", one), fmt.Sprint("1 10 ", two), fmt.Sprint("2 99 ", three)))
		e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
		e.start(set)
		// Six standard deviations on either side of 150.
		if by := shares(e, "sip:bob@example.test"); by["200 a"] < 113 || by["200 a"] > 187 || by["200 a"]+by["200 b"] != 200 {
			e.fail("%v", by)
		}
	}
	both := dnstest.Fast(a(300, "127.0.0.1"), a(300, "::1"))
	// families asks with gateways on one port of both families.
	families := func(zone dnstest.Behaviour, want string) func(e *dnsEdge, set string) {
		return func(e *dnsEdge, set string) {
			var port uint16
			for port == 0 { // a port that is free in both families
				six := e.gateway("six", "::1")
				if e.gatewayAt("four", "127.0.0.1", six) {
					port = six
				}
			}
			e.names.Handle("gw.test", zone)
			e.start("listen=udp:127.0.0.1:0\nlisten=udp:[::1]:0\n" + set)
			e.want(fmt.Sprintf("sip:bob@gw.test:%d", port), want)
		}
	}
	addDNSCases(
		dnsCase{"DN004", "1: IPv4 addresses alone are asked for.", "dns_cache_flags=1", "dns_cache_flags=0", families(dnstest.Fast(a(300, "::1")), "478")},
		dnsCase{"DN004", "2: IPv6 addresses alone are asked for.", "dns_cache_flags=2", "dns_cache_flags=0", families(dnstest.Fast(a(300, "127.0.0.1")), "478")},
		dnsCase{"DN004", "4: IPv6 addresses come first.", "dns_cache_flags=4", "dns_cache_flags=0", families(both, "200 six")},
		dnsCase{"DN015", "Of SRV records of one priority each gets requests by its weight.", "dns_srv_lb=yes", "dns_srv_lb=no", balanced},
		dnsCase{"DN015", "The parameter's other name is dns_srv_loadbalancing.", "dns_srv_loadbalancing=yes", "dns_srv_loadbalancing=no", balanced},
		dnsCase{"DN016", "A name without an IPv4 address is looked up as IPv6.", "dns_try_ipv6=yes", "dns_try_ipv6=no", families(dnstest.Fast(a(300, "::1")), "200 six")},
		dnsCase{"SP030", "Without dns_try_ipv6 nothing goes to an IPv6 address, even one that stands in the URI.", "dns_try_ipv6=no", "dns_try_ipv6=yes", func(e *dnsEdge, set string) {
			e.start("listen=udp:127.0.0.1:0\nlisten=udp:[::1]:0\n" + set)
			e.want(fmt.Sprintf("sip:bob@[::1]:%d", e.gateway("six", "::1")), "478")
		}},
		dnsCase{"DN017", "NAPTR records of the domain say which SRV records count.", "dns_try_naptr=yes", "dns_try_naptr=no", func(e *dnsEdge, set string) {
			e.names.Handle("example.test", dnstest.Fast(`@ 300 IN NAPTR 1 1 "s" "SIP+D2U" "" _sip._udp.carrier.test.`))
			e.names.Handle("_sip._udp.example.test", srv(fmt.Sprint("1 1 ", e.gateway("plain", "127.0.0.1"))))
			e.names.Handle("_sip._udp.carrier.test", srv(fmt.Sprint("1 1 ", e.gateway("naptr", "127.0.0.1"))))
			e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
			e.start(set)
			e.want("sip:bob@example.test", "200 naptr")
		}},
		dnsCase{"DN018", "UDP is preferred, or never taken, as its number says.", "dns_tcp_pref=35\ndns_udp_pref=40", "dns_tcp_pref=35", preferred("udp")},
		dnsCase{"DN018", "The other name is dns_udp_preference; a negative number is never.", "dns_udp_preference=-1", "", preferred("sctp")},
		dnsCase{"DN019", "TCP is preferred with the largest number.", "dns_tcp_pref=40", "", preferred("tcp")},
		dnsCase{"DN019", "The other name is dns_tcp_preference.", "dns_tcp_preference=40", "", preferred("tcp")},
		dnsCase{"DN020", "TLS is preferred with the largest number.", "dns_tls_pref=40", "", preferred("tls")},
		dnsCase{"DN020", "The other name is dns_tls_preference.", "dns_tls_preference=40", "", preferred("tls")},
		dnsCase{"DN021", "SCTP is preferred with the largest number.", "dns_sctp_pref=40", "", preferred("sctp")},
		dnsCase{"DN021", "The other name is dns_sctp_preference.", "dns_sctp_preference=40", "", preferred("sctp")},
		dnsCase{"SP004", "NAPTR records choose among the services, SRV records by priority and weight among the targets.",
			"dns_srv_lb=yes", "dns_srv_lb=no", func(e *dnsEdge, set string) {
				e.names.Handle("example.test", dnstest.Fast(`@ 300 IN NAPTR 2 1 "s" "SIP+D2U" "" _sip._udp.second.test.`, `@ 300 IN NAPTR 1 1 "s" "SIP+D2U" "" _sip._udp.first.test.`))
				e.names.Handle("_sip._udp.second.test", srv(fmt.Sprint("1 1 ", e.gateway("second", "127.0.0.1"))))
				e.names.Handle("_sip._udp.first.test", srv(fmt.Sprint("1 10 ", e.gateway("a", "127.0.0.1")), fmt.Sprint("1 10 ", e.gateway("b", "127.0.0.1")), fmt.Sprint("2 90 ", e.gateway("c", "127.0.0.1"))))
				e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
				e.start("dns_try_naptr=yes\n" + set)
				if by := shares(e, "sip:bob@example.test"); by["200 a"] < 58 || by["200 b"] < 58 || by["200 a"]+by["200 b"] != 200 {
					e.fail("%v", by)
				}
			}},
		dnsCase{"DC001", "As doc/dns.txt says, equal preferences of all transports leave the choice to the domain's order.",
			"dns_udp_pref=1\ndns_tcp_pref=1\ndns_tls_pref=1\ndns_sctp_pref=1", "", preferred("sctp")},
	)
}
