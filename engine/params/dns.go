package params

import (
	"fmt"
	"os"
)

// DNS are the parameters of the resolver (engine/dns).
type DNS struct {
	DNSVia              bool // parameter dns
	RevDNSVia           bool // parameter rev_dns
	DNSCacheDelNonexp   bool
	DNSCacheFlags       int64 // bits
	DNSCacheGCInterval  int64 // s
	DNSCacheInit        bool
	DNSCacheMaxTTL      int64 // s
	DNSCacheMem         int64 // KB
	DNSCacheMinTTL      int64 // s
	DNSCacheNegativeTTL int64 // s
	DNSCacheRecPref     int64
	DNSRetrNo           int64 // -1: the system's
	DNSRetrTime         int64 // s, -1: the system's
	DNSSearchFullMatch  bool
	DNSServersNo        int64 // -1: all
	DNSSrvLB            bool
	DNSTryIPv6          bool
	DNSTryNAPTR         bool
	DNSNAPTRIgnoreRFC   bool
	DNSUDPPref          int64
	DNSTCPPref          int64
	DNSTLSPref          int64
	DNSSCTPPref         int64
	DNSUseSearchList    bool
	UseDNSCache         bool
	UseDNSFailover      bool

	DNSResolvConf    string
	DNSDeadline      int64 // s
	DNSCacheStaleMax int64 // s
	DNSCacheRefresh  bool
}

func dnsRows() []row {
	return []row{
		yesNo("dns", func(c *Core) *bool { return &c.DNSVia }, false).live().
			doc("Look the host name of the topmost Via up and add no received where it leads to the source address; as -r. The request waits for the answer before its script runs. Not advisable."),
		yesNo("rev_dns", func(c *Core) *bool { return &c.RevDNSVia }, false).live().
			doc("Look the names of the source address up and add no received where the host name of the topmost Via is one of them; as -R. With dns too, this is tried where that found nothing. Not advisable."),
		yesNo("dns_cache_del_nonexp", func(c *Core) *bool { return &c.DNSCacheDelNonexp }, false).alias("dns_cache_delete_nonexpired").live().
			doc("Let a full cache drop records that have not expired, the least recently used first."),
		number("dns_cache_flags", func(c *Core) *int64 { return &c.DNSCacheFlags }, 0, 0, 7).live().
			doc("Sum of 1 IPv4 only, 2 IPv6 only, 4 IPv6 before IPv4."),
		number("dns_cache_gc_interval", func(c *Core) *int64 { return &c.DNSCacheGCInterval }, 120, 1, maxSeconds).live().
			doc("Seconds between clean-ups of the cache."),
		yesNo("dns_cache_init", func(c *Core) *bool { return &c.DNSCacheInit }, true).
			doc("no: there is no cache and none can be switched on at run time."),
		number("dns_cache_max_ttl", func(c *Core) *int64 { return &c.DNSCacheMaxTTL }, maxInt, 0, maxInt).live().shown("MAXINT").
			doc("Longest time, seconds, that a record is kept."),
		number("dns_cache_mem", func(c *Core) *int64 { return &c.DNSCacheMem }, 500, 0, maxInt).live().
			doc("Largest size of the cache, KB."),
		number("dns_cache_min_ttl", func(c *Core) *int64 { return &c.DNSCacheMinTTL }, 0, 0, maxInt).live().
			doc("Shortest time, seconds, that a record is kept."),
		number("dns_cache_negative_ttl", func(c *Core) *int64 { return &c.DNSCacheNegativeTTL }, 60, 0, maxInt).live().
			doc("Seconds that a negative answer is kept; 0 keeps none."),
		number("dns_cache_rec_pref", func(c *Core) *int64 { return &c.DNSCacheRecPref }, 0, 0, 3).live().
			doc("Which of two records for a name stays in the cache.").from("Kamailio 5.x: dns_cache_rec_pref"),
		number("dns_retr_no", func(c *Core) *int64 { return &c.DNSRetrNo }, -1, -1, 100).live().shown("system (usually 4)").
			doc("Retransmissions of a query before it is given up."),
		number("dns_retr_time", func(c *Core) *int64 { return &c.DNSRetrTime }, -1, -1, 3600).live().shown("system (usually 5)").
			doc("Seconds before a query is sent again."),
		yesNo("dns_search_full_match", func(c *Core) *bool { return &c.DNSSearchFullMatch }, true).alias("dns_search_fmatch").live().
			doc("Compare the domain of an answer with the search list."),
		number("dns_servers_no", func(c *Core) *int64 { return &c.DNSServersNo }, -1, -1, 100).live().shown("all").
			doc("How many of the system's name servers are used."),
		yesNo("dns_srv_lb", func(c *Core) *bool { return &c.DNSSrvLB }, false).alias("dns_srv_loadbalancing").live().
			doc("Spread load over SRV records of one priority by their weight."),
		yesNo("dns_try_ipv6", func(c *Core) *bool { return &c.DNSTryIPv6 }, true).live().
			doc("Look for IPv6 addresses where there are no IPv4 ones; no: nothing is sent to an IPv6 address, even one that stands in the URI."),
		yesNo("dns_try_naptr", func(c *Core) *bool { return &c.DNSTryNAPTR }, false).live().
			doc("Use NAPTR records (RFC 3263)."),
		yesNo("dns_naptr_ignore_rfc", func(c *Core) *bool { return &c.DNSNAPTRIgnoreRFC }, true).live().
			doc("Let the preferences below win over the order of the records.").from("Kamailio 5.x: dns_naptr_ignore_rfc"),
		number("dns_udp_pref", func(c *Core) *int64 { return &c.DNSUDPPref }, 30, -maxInt, maxInt).alias("dns_udp_preference").live().
			doc("Preference of UDP among NAPTR records; negative is never."),
		number("dns_tcp_pref", func(c *Core) *int64 { return &c.DNSTCPPref }, 20, -maxInt, maxInt).alias("dns_tcp_preference").live().
			doc("Preference of TCP among NAPTR records; negative is never."),
		number("dns_tls_pref", func(c *Core) *int64 { return &c.DNSTLSPref }, 10, -maxInt, maxInt).alias("dns_tls_preference").live().
			doc("Preference of TLS among NAPTR records; negative is never."),
		number("dns_sctp_pref", func(c *Core) *int64 { return &c.DNSSCTPPref }, 20, -maxInt, maxInt).alias("dns_sctp_preference").live().
			doc("Preference of SCTP among NAPTR records; negative is never."),
		yesNo("dns_use_search_list", func(c *Core) *bool { return &c.DNSUseSearchList }, true).live().
			doc("Use the system's search list."),
		yesNo("use_dns_cache", func(c *Core) *bool { return &c.UseDNSCache }, true).live().
			doc("Use the resolver with its cache instead of the system's."),
		yesNo("use_dns_failover", func(c *Core) *bool { return &c.UseDNSFailover }, false).live().
			doc("Try the next address of a name when one fails."),
		text("dns_resolv_conf", func(c *Core) *string { return &c.DNSResolvConf }, "/etc/resolv.conf").check(checkResolvConf).
			doc("File that lists the name servers to ask, in the form of resolv.conf(5); a server on another port than 53 stands as [address]:port. It is read again when it changes.").from("sipedge"),
		number("dns_deadline", func(c *Core) *int64 { return &c.DNSDeadline }, 8, 1, 60).live().
			doc("Seconds within which a destination is found, whatever it takes: NAPTR, SRV and address records, repetitions, further servers. A request whose destination is not found by then is answered with 500.").from("sipedge"),
		yesNo("dns_cache_refresh", func(c *Core) *bool { return &c.DNSCacheRefresh }, true).live().
			doc("Look names that are in use up anew before their time is over.").from("sipedge"),
		number("dns_cache_stale_max", func(c *Core) *int64 { return &c.DNSCacheStaleMax }, 3600, 0, maxSeconds).live().
			doc("Seconds beyond its time that the last good answer is used while no name server gives a new one; 0 never (RFC 8767).").from("sipedge"),
	}
}

// checkResolvConf refuses a file that cannot be read: without one, the name server of this
// machine would be asked.
func checkResolvConf(c *Core) error {
	f, err := os.Open(c.DNSResolvConf)
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	return f.Close()
}
