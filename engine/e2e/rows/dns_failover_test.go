package rows

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"sipedge/engine/blacklist"
	"sipedge/engine/dns/dnstest"
	"sipedge/script/rt"
)

// closed is a UDP port of loopback where nobody listens.
func (e *dnsEdge) closed() uint16 {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	e.must(err)
	defer c.Close()
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// deadThenGood makes a name of a closed port and of a gateway behind it.
func (e *dnsEdge) deadThenGood(name string) (dead, good uint16) {
	dead, good = e.closed(), e.gateway("good", "127.0.0.1")
	e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
	e.names.Handle("_sip._udp."+name, srv(fmt.Sprintf("1 1 %d", dead), fmt.Sprintf("2 1 %d", good)))
	return dead, good
}

// listed is what dst_blacklist.view shows: "udp 5060 icmp".
func (e *dnsEdge) listed() (list []string) {
	e.BlacklistView(func(x blacklist.Entry, _ time.Duration) bool {
		list = append(list, fmt.Sprintf("%s %d %s", strings.ToLower(x.Proto.String()), x.Addr.Port(), x.Cause))
		return true
	})
	return list
}

// busy answers all requests with 503 and a Retry-After.
func (e *dnsEdge) busy(seconds int) uint16 {
	c := e.socket("127.0.0.1")
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			out := "SIP/2.0 503 Busy\r\n"
			for l := range strings.SplitSeq(string(buf[:n]), "\r\n") {
				for _, h := range []string{"Via:", "From:", "To:", "Call-ID:", "CSeq:"} {
					if strings.HasPrefix(l, h) {
						out += l + "\r\n"
					}
				}
			}
			_, _ = c.WriteToUDPAddrPort(fmt.Appendf(nil, "%sRetry-After: %d\r\nContent-Length: 0\r\n\r\n", out, seconds), from)
		}
	}()
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// deadTwice sends to a closed port twice and looks how each time ends.
func deadTwice(pause time.Duration, first, second string) func(e *dnsEdge, set string) {
	return func(e *dnsEdge, set string) {
		e.start(set)
		uri := fmt.Sprintf("sip:bob@127.0.0.1:%d", e.closed())
		e.want(uri, first)
		time.Sleep(pause)
		e.want(uri, second)
	}
}

func init() {
	const on = "use_dst_blacklist=yes\n"
	addDNSCases(
		dnsCase{
			row: "DN024", shows: "the next address of a name is tried when nobody is at the first",
			set: "use_dns_failover=yes", instead: "use_dns_failover=no",
			run: func(e *dnsEdge, set string) {
				e.deadThenGood("example.test")
				e.start(set)
				for range 3 {
					e.want("sip:bob@example.test", "200 good")
				}
				if n := e.Stats().Total["undelivered"]; n != 3 {
					e.fail("the first address was tried %d times, want 3", n)
				}
			},
		},
		dnsCase{
			row: "DN024", shows: "with the list of those that failed the first address is passed over by the next request",
			set: "use_dns_failover=yes\nuse_dst_blacklist=yes", instead: "use_dns_failover=no\nuse_dst_blacklist=no",
			run: func(e *dnsEdge, set string) {
				e.deadThenGood("example.test")
				e.start(set)
				e.want("sip:bob@example.test", "200 good")
				e.want("sip:bob@example.test", "200 good")
				if n := e.Stats().Total["undelivered"]; n != 1 {
					e.fail("the first address was tried %d times, want 1: it is on the list", n)
				}
			},
		},
		dnsCase{
			row: "BL001", shows: "a destination that has failed is tried again when dst_blacklist_expire is over",
			set: on + "dst_blacklist_expire=1", instead: on + "dst_blacklist_expire=60",
			run: deadTwice(1200*time.Millisecond, "500", "500"),
		},
		dnsCase{
			row: "BL001", shows: "dst_blacklist_ttl is another name of it",
			set: on + "dst_blacklist_ttl=60", instead: on + "dst_blacklist_ttl=0",
			run: deadTwice(0, "500", "473"),
		},
		dnsCase{
			row: "BL002", shows: "what is past its time is gone from mem_info after dst_blacklist_gc_interval",
			set: on + "dst_blacklist_expire=1\ndst_blacklist_gc_interval=1", instead: on + "dst_blacklist_expire=1\ndst_blacklist_gc_interval=60",
			run: func(e *dnsEdge, set string) {
				e.start(set)
				e.want(fmt.Sprintf("sip:bob@127.0.0.1:%d", e.closed()), "500")
				if n := e.Blacklist().MemInfo().Entries; n != 1 {
					e.fail("%d entries, want 1", n)
				}
				if !e.until(4*time.Second, func() bool { return e.Blacklist().MemInfo().Entries == 0 }) {
					e.fail("it is still there")
				}
			},
		},
		dnsCase{
			row: "BL003", shows: "without dst_blacklist_init there is no list, whatever use_dst_blacklist says",
			set: on + "dst_blacklist_init=no", instead: on + "dst_blacklist_init=yes",
			run: deadTwice(0, "500", "500"),
		},
		dnsCase{
			row: "BL004", shows: "the list takes no more memory than dst_blacklist_mem, and the latest are on it",
			set: on + "dst_blacklist_mem=64", instead: on + "dst_blacklist_mem=250",
			run: func(e *dnsEdge, set string) {
				e.start(set)
				at := func(i int) netip.AddrPort {
					return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5060)
				}
				const n = 20_000
				for i := range n {
					e.BlacklistAdd(rt.ProtoUDP, at(i))
				}
				if m := e.Blacklist().MemInfo(); m.Used > 64<<10 || m.Limit != 64<<10 || m.Entries < 500 {
					e.fail("%+v", m)
				}
				if _, there := e.Blacklist().Listed(rt.ProtoUDP, at(n-1), e.Now()/1e6); !there {
					e.fail("the latest is not on it")
				}
			},
		},
		dnsCase{
			row: "BL005", shows: "a request to a destination that has failed is refused at once",
			set: "use_dst_blacklist=yes", instead: "use_dst_blacklist=no",
			run: deadTwice(0, "500", "473"),
		},
		dnsCase{
			row: "BL005", shows: "it can be switched on while the server runs, by its newer name too",
			set: "use_dst_blocklist=yes", instead: "use_dst_blocklist=no",
			run: func(e *dnsEdge, set string) {
				e.start("use_dst_blacklist=no")
				uri := fmt.Sprintf("sip:bob@127.0.0.1:%d", e.closed())
				e.want(uri, "500")
				e.want(uri, "500")
				if diags, err := e.Reload("dns.cfg", e.configuration(set)); err != nil {
					e.must(fmt.Errorf("%v\n%v", err, diags))
				}
				e.want(uri, "500")
				e.want(uri, "473")
			},
		},
		dnsCase{
			row: "BL006", shows: "dst_blacklist_udp_imask leaves out ICMP errors by the bit 8",
			set: on + "dst_blacklist_udp_imask=8", instead: on + "dst_blacklist_udp_imask=16",
			run: deadTwice(0, "500", "500"),
		},
		dnsCase{
			row: "SP029", shows: "a failed send puts the destination on the list, by transport, address and port; the next one is not sent at all",
			set: "use_dst_blacklist=yes", instead: "use_dst_blacklist=no",
			run: func(e *dnsEdge, set string) {
				e.start(set)
				dead, good := e.closed(), e.gateway("good", "127.0.0.1")
				uri := fmt.Sprintf("sip:bob@127.0.0.1:%d", dead)
				e.want(uri, "500")
				e.want(uri, "473")
				if got, want := fmt.Sprint(e.listed()), fmt.Sprintf("[udp %d icmp]", dead); got != want {
					e.fail("on the list: %s, want %s", got, want)
				}
				if n := e.Stats().Total["undelivered"]; n != 1 {
					e.fail("%d datagrams were sent there, want 1", n)
				}
				e.want(fmt.Sprintf("sip:bob@127.0.0.1:%d", good), "200 good")
			},
		},
		dnsCase{
			row: "DC002", shows: "with tm's blst_503 whoever answers 503 is listed for as long as its Retry-After says, and another address of the name is used",
			set:     on + "use_dns_failover=yes\nloadmodule \"tm\"\nmodparam(\"tm\", \"blst_503\", 1)\nmodparam(\"tm\", \"blst_methods_add\", 512)",
			instead: on + "use_dns_failover=yes\nloadmodule \"tm\"\nmodparam(\"tm\", \"blst_503\", 0)\nmodparam(\"tm\", \"blst_methods_add\", 512)",
			run: func(e *dnsEdge, set string) {
				first, good := e.busy(2), e.gateway("good", "127.0.0.1")
				e.names.Handle("gw.test", dnstest.Fast(a(300, "127.0.0.1")))
				e.names.Handle("_sip._udp.example.test", srv(fmt.Sprintf("1 1 %d", first), fmt.Sprintf("2 1 %d", good)))
				e.start(set)
				e.want("sip:bob@example.test", "200 good")
				if got, want := fmt.Sprint(e.listed()), fmt.Sprintf("[udp %d 503]", first); got != want {
					e.fail("on the list: %s, want %s", got, want)
				}
				if !e.until(4*time.Second, func() bool { return len(e.listed()) == 0 }) {
					e.fail("it stays for longer than 2 s")
				}
			},
		},
		dnsCase{
			row: "DC002", shows: "dst_blacklist.add, view, delete_all and mem_info",
			set: "use_dst_blacklist=yes", instead: "use_dst_blacklist=no",
			run: func(e *dnsEdge, set string) {
				e.start(set)
				port := e.gateway("good", "127.0.0.1")
				uri, to := fmt.Sprintf("sip:bob@127.0.0.1:%d", port), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
				e.want(uri, "200 good")
				e.BlacklistAdd(rt.ProtoUDP, to)
				if got, want := fmt.Sprint(e.listed()), fmt.Sprintf("[udp %d admin]", port); got != want {
					e.fail("on the list: %s, want %s", got, want)
				}
				if n := e.Blacklist().MemInfo().Entries; n != 1 {
					e.fail("%d entries, want 1", n)
				}
				e.want(uri, "473")
				e.Blacklist().DeleteAll()
				e.want(uri, "200 good")
			},
		},
	)
	for _, p := range []rt.Proto{rt.ProtoUDP, rt.ProtoTCP, rt.ProtoTLS, rt.ProtoSCTP} {
		name := "dst_blacklist_" + strings.ToLower(p.String()) + "_imask"
		addDNSCases(dnsCase{
			row: "BL006", shows: name + " leaves out entries by hand by the bit 64, of its transport alone",
			set: on + name + "=64", instead: on + name + "=32",
			run: func(e *dnsEdge, set string) {
				e.start(set)
				to := netip.MustParseAddrPort("127.0.0.1:5999")
				for _, q := range []rt.Proto{rt.ProtoUDP, rt.ProtoTCP, rt.ProtoTLS, rt.ProtoSCTP} {
					if added := e.BlacklistAdd(q, to); added == (q == p) {
						e.fail("added over %v: %v", q, added)
					}
				}
			},
		})
	}
}
