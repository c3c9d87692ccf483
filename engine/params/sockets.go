package params

import (
	"strings"

	"sipedge/script/rt"
)

// Sockets are the parameters about where sipedge listens and how it names itself.
type Sockets struct {
	Listen            []string // as written, parsed by ParseListen
	Port              int64    // 1 to 65535
	Alias             []string // as written, parsed by ParseAlias
	AutoAliases       bool
	AdvertisedAddress string
	AdvertisedPort    int64 // 0: the socket's
	Mhomed            bool
	TOS               string // number or name, see TOSValue
	PMTUDiscovery     int64
	MaxBuffer         int64 // bytes
	McastLoopback     bool
	McastTTL          int64 // -1: the system's
	Mcast             string
	UDP4Raw           int64
	UDP4RawMTU        int64 // bytes
	UDP4RawTTL        int64 // -1: the system's
	UDPMTU            int64 // bytes, 0: off
	UDPMTUTryProto    string
	IPFreeBind        int64
	BindIPv6LinkLocal int64
	AutoBindIPv6      bool
}

func socketRows() []row {
	return []row{
		list("listen", func(c *Core) *[]string { return &c.Listen }).live().check(checkListen).
			shown("every address of every interface that is up").
			doc("Address, host name or interface to listen on, [proto:]host[:port] [advertise host[:port]] [haproxy]; may be given several times. IPv6 addresses stand in brackets, * means all interfaces."),
		number("port", func(c *Core) *int64 { return &c.Port }, defaultPort, 1, maxPort).live().
			doc("Port of listen addresses that name none."),
		list("alias", func(c *Core) *[]string { return &c.Alias }).live().check(checkAlias).
			doc("A name that counts as myself, [proto:]host[:port]; without a port it matches every port."),
		yesNo("auto_aliases", func(c *Core) *bool { return &c.AutoAliases }, true).live().
			doc("Take the names that reverse DNS has for the listen addresses as aliases; looked up at start, for at most a second in all.").from("Kamailio 3.1: auto_aliases"),
		text("advertised_address", func(c *Core) *string { return &c.AdvertisedAddress }, "").live().check(checkAdvertisedAddress).
			doc("Host shown in Via and Record-Route instead of the listen address; a listen line's own advertise wins."),
		number("advertised_port", func(c *Core) *int64 { return &c.AdvertisedPort }, 0, 0, maxPort).live().shown("the listen address's port").
			doc("Port shown in Via and Record-Route instead of the listen address's."),
		yesNo("mhomed", func(c *Core) *bool { return &c.Mhomed }, false).later().
			doc("Choose the outgoing socket by the system's route to the destination instead of the one on which the request arrived."),
		text("tos", func(c *Core) *string { return &c.TOS }, "IPTOS_LOWDELAY").check(func(c *Core) error { return CheckTOS(c.TOS) }).
			doc("Type of service of what is sent: 0 to 255 or IPTOS_LOWDELAY, IPTOS_THROUGHPUT, IPTOS_RELIABILITY, IPTOS_MINCOST, IPTOS_LOWCOST."),
		number("pmtu_discovery", func(c *Core) *int64 { return &c.PMTUDiscovery }, 0, 0, 2).later().
			doc("1 sets the Don't Fragment bit of what is sent."),
		number("maxbuffer", func(c *Core) *int64 { return &c.MaxBuffer }, defaultMaxBuffer, 1024, maxInt).later().
			doc("Upper bound, bytes, up to which the receive buffer of a UDP socket is raised."),
		yesNo("mcast_loopback", func(c *Core) *bool { return &c.McastLoopback }, false).later().
			doc("Deliver sent multicast datagrams locally as well."),
		number("mcast_ttl", func(c *Core) *int64 { return &c.McastTTL }, -1, -1, 255).later().shown("OS (1)").
			doc("Time to live of sent multicast datagrams."),
		text("mcast", func(c *Core) *string { return &c.Mcast }, "").later().
			doc("Interface for multicast groups.").from("Kamailio 5.x: mcast"),
		number("udp4_raw", func(c *Core) *int64 { return &c.UDP4Raw }, 0, -1, 1).later().
			doc("Send UDP over IPv4 through a raw socket: 1 on, 0 off, -1 where possible.").from("Kamailio 3.1: udp4_raw"),
		number("udp4_raw_mtu", func(c *Core) *int64 { return &c.UDP4RawMTU }, 1500, 28, maxPort).later().
			doc("MTU of raw-socket sending, bytes.").from("Kamailio 3.1: udp4_raw_mtu"),
		number("udp4_raw_ttl", func(c *Core) *int64 { return &c.UDP4RawTTL }, -1, -1, 255).later().
			doc("Time to live of raw-socket sending; -1 is the system's.").from("Kamailio 3.1: udp4_raw_ttl"),
		number("udp_mtu", func(c *Core) *int64 { return &c.UDPMTU }, 0, 0, maxPort).live().
			doc("A request that would be sent over UDP and is larger, bytes, goes by udp_mtu_try_proto instead; 0 is off (RFC 3261 §18.1.1: 1300)."),
		words("udp_mtu_try_proto", func(c *Core) *string { return &c.UDPMTUTryProto }, "UDP", "UDP", "TCP", "TLS", "SCTP").live().
			doc("Transport for requests larger than udp_mtu; UDP is used where there is no listen address of that one. Only the Via is made for it."),
		number("ip_free_bind", func(c *Core) *int64 { return &c.IPFreeBind }, 0, 0, 2).later().
			doc("Allow listen addresses that the machine does not have.").from("Kamailio 5.x: ip_free_bind"),
		number("bind_ipv6_link_local", func(c *Core) *int64 { return &c.BindIPv6LinkLocal }, 0, 0, 1).live().
			doc("Listen on IPv6 link-local addresses too when interfaces are expanded.").from("Kamailio 5.x: bind_ipv6_link_local"),
		yesNo("auto_bind_ipv6", func(c *Core) *bool { return &c.AutoBindIPv6 }, false).live().
			doc("Listen on IPv6 addresses too where no listen line is given.").from("Kamailio 5.x: auto_bind_ipv6"),
	}
}

// LargeProto is udp_mtu_try_proto.
func (c *Core) LargeProto() rt.Proto { return protos[strings.ToLower(c.UDPMTUTryProto)] }
