package rows

import (
	"fmt"
	"strings"
	"time"

	"sipedge/engine/dns/dnstest"
)

// kept asks for a name, waits, asks again, and compares how often the name server was asked.
func kept(zone dnstest.Behaviour, answer string, times []time.Duration, queries []int) func(e *dnsEdge, set string) {
	return func(e *dnsEdge, set string) {
		uri := fmt.Sprintf("sip:bob@gw.test:%d", e.gateway("gw", "127.0.0.1"))
		e.names.Handle("gw.test", zone)
		e.start("dns_cache_refresh=no\ndns_cache_stale_max=0\n" + set)
		e.want(uri, answer)
		for i, d := range times {
			e.later(d)
			e.want(uri, answer)
			e.queries("gw.test", queries[i])
		}
	}
}

func init() {
	const s = time.Second
	fill := func(e *dnsEdge) {
		e.names.Handle("*.many.test", dnstest.Fast(a(300, "127.0.0.1")))
		port := e.gateway("gw", "127.0.0.1")
		for i := range 200 {
			e.want(fmt.Sprintf("sip:bob@host%d.a-rather-long-name-to-fill-the-cache.many.test:%d", i, port), "200 gw")
		}
	}
	full := func(e *dnsEdge, set string) {
		e.start("dns_cache_mem=16\n" + set)
		fill(e)
		m := e.cache().MemInfo()
		if m.Evicted == 0 || m.Refused != 0 {
			e.fail("%d entries went for new ones, %d answers found no room", m.Evicted, m.Refused)
		}
		port := e.gateway("other", "127.0.0.1")
		last := "host199.a-rather-long-name-to-fill-the-cache.many.test"
		e.want(fmt.Sprintf("sip:bob@%s:%d", last, port), "200 other")
		e.queries(last, 1)
	}
	addDNSCases(
		dnsCase{"DN003", "A full cache drops what has not expired, the least recently used first, for new names.",
			"dns_cache_del_nonexp=yes", "dns_cache_del_nonexp=no", full},
		dnsCase{"DN003", "The parameter's other name is dns_cache_delete_nonexpired.",
			"dns_cache_delete_nonexpired=yes", "dns_cache_delete_nonexpired=no", full},
		dnsCase{"DN005", "What is over is taken out of the cache at the interval.",
			"dns_cache_gc_interval=1", "dns_cache_gc_interval=3600", func(e *dnsEdge, set string) {
				e.names.Handle("gw.test", dnstest.Fast(a(5, "127.0.0.1")))
				e.start("dns_cache_stale_max=0\n" + set)
				e.want(fmt.Sprintf("sip:bob@gw.test:%d", e.gateway("gw", "127.0.0.1")), "200 gw")
				if n := e.cache().MemInfo().Entries; n == 0 {
					e.fail("nothing was kept")
				}
				e.later(6 * s)
				if !e.until(4*s, func() bool { return e.cache().MemInfo().Entries == 0 }) {
					e.fail("%d entries are still there", e.cache().MemInfo().Entries)
				}
			}},
		dnsCase{"DN006", "off: there is no cache, the system's resolver is asked, which knows the hosts file; and a reload cannot switch one on.",
			"dns_cache_init=off", "dns_cache_init=on", func(e *dnsEdge, set string) {
				e.start(set)
				e.want(fmt.Sprintf("sip:bob@localhost:%d", e.gateway("gw", "127.0.0.1")), "200 gw")
				_, err := e.Reload("", e.configuration("dns_cache_init=on\n"))
				if err == nil || !strings.Contains(err.Error(), "dns_cache_init") {
					e.fail("a reload: %v", err)
				}
			}},
		dnsCase{"DN007", "A record of five minutes is kept for ten seconds.", "dns_cache_max_ttl=10", "",
			kept(dnstest.Fast(a(300, "127.0.0.1")), "200 gw", []time.Duration{9 * s, 2 * s}, []int{1, 2})},
		dnsCase{"DN008", "The cache holds no more than its kilobytes.", "dns_cache_mem=16", "", func(e *dnsEdge, set string) {
			e.start("dns_cache_del_nonexp=yes\n" + set)
			fill(e)
			if m := e.cache().MemInfo(); m.Used > 16<<10 || m.Entries == 0 {
				e.fail("%d entries in %d bytes", m.Entries, m.Used)
			}
		}},
		dnsCase{"DN009", "A record of one second is kept for a minute.", "dns_cache_min_ttl=60", "",
			kept(dnstest.Fast(a(1, "127.0.0.1")), "200 gw", []time.Duration{59 * s, 2 * s}, []int{1, 2})},
		dnsCase{"DN010", "That there is no such name is kept for ten seconds.", "dns_cache_negative_ttl=10", "",
			kept(dnstest.NXDomain(), "478", []time.Duration{9 * s, 2 * s}, []int{1, 2})},
		dnsCase{"DN010", "0: negative answers are not kept.", "dns_cache_negative_ttl=0", "",
			kept(dnstest.NXDomain(), "478", []time.Duration{0, 0}, []int{2, 3})},
		dnsCase{"DN023", "off: the system's resolver is asked, which knows the hosts file; the setting can be changed at run time, both ways.",
			"use_dns_cache=off", "use_dns_cache=on", func(e *dnsEdge, set string) {
				uri := fmt.Sprintf("sip:bob@localhost:%d", e.gateway("gw", "127.0.0.1"))
				e.start(set)
				e.want(uri, "200 gw")
				for _, c := range []struct{ value, answer string }{{"on", "478"}, {"off", "200 gw"}} {
					e.later(time.Minute)
					if _, err := e.Reload("", e.configuration("use_dns_cache="+c.value)); err != nil {
						e.fail("reload: %v", err)
					}
					e.want(uri, c.answer)
				}
			}},
		dnsCase{"SP001", "With the cache on, the hosts file is not used: the name servers do not know localhost.",
			"use_dns_cache=on", "use_dns_cache=off", func(e *dnsEdge, set string) {
				e.start(set)
				e.want(fmt.Sprintf("sip:bob@localhost:%d", e.gateway("gw", "127.0.0.1")), "478")
				e.queries("localhost", 1)
			}},
		dnsCase{"RP001", "An address that was added by hand is used, and the name server is not asked.",
			"dns.add_a gw.test 60 127.0.0.1 0", "dns.add_a other.test 60 127.0.0.1 0", func(e *dnsEdge, set string) {
				e.start("")
				e.must(e.command(set))
				e.want(fmt.Sprintf("sip:bob@gw.test:%d", e.gateway("gw", "127.0.0.1")), "200 gw")
				e.queries("gw.test", 0)
			}},
		dnsCase{"RP002", "An SRV record that was added by hand leads to its target and port.",
			"dns.add_srv _sip._udp.example.test 60 1 1 PORT gw.test 0", "dns.add_srv _sip._tcp.example.test 60 1 1 PORT gw.test 0", func(e *dnsEdge, set string) {
				e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
				e.start("")
				e.must(e.command(strings.Replace(set, "PORT", fmt.Sprint(e.gateway("gw", "127.0.0.1")), 1)))
				e.want("sip:bob@example.test", "200 gw")
			}},
		dnsCase{"RP003", "What was added by hand is gone when it is deleted.", "dns.delete_a gw.test", "dns.delete_all", func(e *dnsEdge, set string) {
			uri := fmt.Sprintf("sip:bob@gw.test:%d", e.gateway("gw", "127.0.0.1"))
			e.start("")
			e.must(e.command("dns.add_a gw.test 0 127.0.0.1 2"))
			e.want(uri, "200 gw")
			e.must(e.command(set))
			e.want(uri, "478")
		}},
	)
}
