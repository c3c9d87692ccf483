package rows

import (
	"fmt"
	"net"
	"strings"
	"time"

	"sipedge/engine/dns/dnstest"
)

// viaName sends a request whose Via names a host and compares what stands there in the answer.
func viaName(e *dnsEdge, set string) {
	e.names.Handle("phone.test", dnstest.Fast(a(300, "127.0.0.1")))
	e.names.Handle("1.0.0.127.in-addr.arpa", dnstest.Fast("@ 300 IN PTR back.test."))
	e.start(set)
	host := "phone.test"
	if strings.HasPrefix(set, "rev_dns") {
		host = "back.test"
	}
	_, err := e.phone.WriteToUDP(fmt.Appendf(nil, "OPTIONS sip:here@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bKvia\r\nMax-Forwards: 70\r\n"+
		"From: <sip:phone@test>;tag=1\r\nTo: <sip:here@127.0.0.1>\r\nCall-ID: via\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", host, e.phone.LocalAddr().(*net.UDPAddr).Port), e.at)
	e.must(err)
	if via := headerOf(e.final("via"), "Via: "); via == "" || strings.Contains(via, "received") {
		e.fail("the Via of the answer is %q", via)
	}
}

func init() {
	const s = time.Second
	asked := func(times int, answer string) func(e *dnsEdge, set string) {
		return func(e *dnsEdge, set string) {
			e.names.Handle("gw.test", dnstest.Silent())
			e.start("dns_retr_time=1\n" + set)
			e.want("sip:bob@gw.test:5060", answer)
			e.queries("gw.test", times)
		}
	}
	addDNSCases(
		dnsCase{"CP057", "The names that reverse DNS has for the listen addresses are ours.", "auto_aliases=yes", "auto_aliases=no", func(e *dnsEdge, set string) {
			e.start(set)
			e.want(fmt.Sprintf("sip:myself@localhost:%d", e.at.Port), "200")
		}},
		dnsCase{"DN001", "A Via whose name leads to the source of the request gets no received.", "dns=yes", "dns=no", viaName},
		dnsCase{"DN002", "A Via with a name that the source's address has gets no received.", "rev_dns=yes", "rev_dns=no", viaName},
		dnsCase{"DN011", "A query is repeated so often before it is given up.", "dns_retr_no=2", "dns_retr_no=0", asked(3, "500")},
		dnsCase{"DN012", "A query is repeated after so many seconds.", "dns_retr_time=1", "dns_retr_time=3", func(e *dnsEdge, set string) {
			e.names.Handle("gw.test", dnstest.Silent())
			e.start("dns_retr_no=1\n" + set)
			began := time.Now()
			e.want("sip:bob@gw.test:5060", "500")
			if d := time.Since(began); d < 2*s || d > 4*s {
				e.fail("two queries took %v", d)
			}
			e.queries("gw.test", 2)
		}},
		dnsCase{"DN013", "An answer for the name in another domain than that of the search list is not taken.",
			"dns_search_full_match=yes", "dns_search_full_match=no", func(e *dnsEdge, set string) {
				e.servers("search example.test\n", e.names)
				e.names.Handle("gw.example.test", dnstest.OtherDomain("other.test", "127.0.0.1"))
				e.start(set)
				e.want(fmt.Sprintf("sip:bob@gw:%d", e.gateway("gw", "127.0.0.1")), "478")
			}},
		dnsCase{"DN014", "Only so many of the name servers are asked.", "dns_servers_no=1", "", func(e *dnsEdge, set string) {
			second := dnstest.Start(e.t)
			second.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
			e.names.Handle("gw.test", dnstest.ServFail())
			e.servers("", e.names, second)
			e.start(set)
			e.want(fmt.Sprintf("sip:bob@gw.test:%d", e.gateway("gw", "127.0.0.1")), "478")
			if n := second.Count("gw.test", ""); n != 0 {
				e.fail("the second server was asked %d times", n)
			}
		}},
		dnsCase{"DN022", "A short name is looked for in the domains of the search list.", "dns_use_search_list=yes", "dns_use_search_list=no", func(e *dnsEdge, set string) {
			e.servers("search none.test example.test\n", e.names)
			e.names.Handle("gw.example.test", dnstest.Fast(a(300, "127.0.0.1")))
			e.start(set)
			e.want(fmt.Sprintf("sip:bob@gw:%d", e.gateway("gw", "127.0.0.1")), "200 gw")
		}},
		dnsCase{"SP002", "At start names are looked up by the system's resolver, which knows the hosts file; the name servers are not asked.",
			"listen=udp:localhost:0", "listen=udp:nobody..test:0", func(e *dnsEdge, set string) {
				e.start(set)
				if n := len(e.names.Queries("")); n != 0 {
					e.fail("%d queries", n)
				}
				e.want(fmt.Sprintf("sip:myself@localhost:%d", e.at.Port), "200")
			}},
		dnsCase{"SP003", "Three dead name servers and a search list of three domains would take 4 × 3 × 3 s by the cookbook's formula; here the whole is bounded, and nobody waits but who asked.",
			"dns_deadline=2", "dns_deadline=5", func(e *dnsEdge, set string) {
				list := []*dnstest.Server{e.names, dnstest.Start(e.t), dnstest.Start(e.t)}
				for _, n := range list {
					n.Handle("*", dnstest.Silent())
				}
				e.servers("search a.test b.test c.test\n", list...)
				e.start("dns_retr_time=1\ndns_retr_no=2\n" + set)
				began := time.Now()
				id := e.send("sip:bob@gw:5060", "")
				e.want("sip:here@127.0.0.1", "200")
				if d := time.Since(began); d > s {
					e.fail("another request waited for %v", d)
				}
				if m := e.final(id); !strings.HasPrefix(m, "SIP/2.0 500") {
					e.fail("%q", m)
				}
				if d := time.Since(began); d > 4*s {
					e.fail("the final answer came after %v", d)
				}
			}},
	)
}
