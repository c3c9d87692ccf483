package ipops

import "net/netip"

// A block is a range of addresses with a name.
type block struct {
	prefix netip.Prefix
	name   string
}

// The names of addresses that are in no block.
const (
	publicName   = "PUBLIC"   // IPv4
	reservedName = "RESERVED" // IPv6
)

// blocks are the special-purpose blocks (RFC 6890 §2.2, IANA's registries), the
// narrower before the wider; the names are Kamailio's.
var blocks = []block{
	{netip.MustParsePrefix("0.0.0.0/8"), "PRIVATE"},
	{netip.MustParsePrefix("10.0.0.0/8"), "PRIVATE"},
	{netip.MustParsePrefix("100.64.0.0/10"), "SHARED"},
	{netip.MustParsePrefix("127.0.0.0/8"), "LOOPBACK"},
	{netip.MustParsePrefix("169.254.0.0/16"), "LINK-LOCAL"},
	{netip.MustParsePrefix("172.16.0.0/12"), "PRIVATE"},
	{netip.MustParsePrefix("192.0.0.0/24"), reservedName},
	{netip.MustParsePrefix("192.0.2.0/24"), "TEST-NET"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6TO4-RELAY"},
	{netip.MustParsePrefix("192.168.0.0/16"), "PRIVATE"},
	{netip.MustParsePrefix("198.18.0.0/15"), reservedName},
	{netip.MustParsePrefix("198.51.100.0/24"), "TEST-NET"},
	{netip.MustParsePrefix("203.0.113.0/24"), "TEST-NET"},
	{netip.MustParsePrefix("224.0.0.0/4"), "MULTICAST"},
	{netip.MustParsePrefix("255.255.255.255/32"), "BROADCAST"},
	{netip.MustParsePrefix("240.0.0.0/4"), reservedName},

	{netip.MustParsePrefix("::/128"), "UNSPECIFIED"},
	{netip.MustParsePrefix("::1/128"), "LOOPBACK"},
	{netip.MustParsePrefix("::ffff:0:0/96"), "IPV4MAP"},
	{netip.MustParsePrefix("100::/64"), "DISCARD"},
	{netip.MustParsePrefix("2001::/32"), "TEREDO"},
	{netip.MustParsePrefix("2001:2::/48"), "BMWG"},
	{netip.MustParsePrefix("2001:10::/28"), "ORCHID"},
	{netip.MustParsePrefix("2001:db8::/32"), "DOCUMENTATION"},
	{netip.MustParsePrefix("2002::/16"), "6TO4"},
	{netip.MustParsePrefix("2000::/3"), "GLOBAL-UNICAST"},
	{netip.MustParsePrefix("fc00::/7"), "UNIQUE-LOCAL-UNICAST"},
	{netip.MustParsePrefix("fe80::/10"), "LINK-LOCAL-UNICAST"},
	{netip.MustParsePrefix("ff00::/8"), "MULTICAST"},
}

// blockOf is the block that an address is in; nil for none.
func blockOf(a netip.Addr) *block {
	for i := range blocks {
		if blocks[i].prefix.Contains(a) {
			return &blocks[i]
		}
	}
	return nil
}
