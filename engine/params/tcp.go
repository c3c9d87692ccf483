package params

import "fmt"

// TCP are the parameters of connections.
type TCP struct {
	DisableTCP            bool
	TCPAcceptAliases      bool
	TCPAsync              bool
	TCPChildren           int64 // 0: children
	TCPConnectionLifetime int64 // s, -1: the longest
	TCPConnectTimeout     int64 // s
	TCPConnWqMax          int64 // bytes
	TCPCrlfPing           bool
	TCPDeferAccept        int64 // s
	TCPDelayedAck         bool
	TCPFdCache            bool
	TCPKeepalive          bool
	TCPKeepcnt            int64 // 0: the system's
	TCPKeepidle           int64 // s, 0: the system's
	TCPKeepintvl          int64 // s, 0: the system's
	TCPLinger2            int64 // s, 0: the system's
	TCPMaxConnections     int64
	TCPNoConnect          bool
	TCPPollMethod         string
	TCPRdBufSize          int64 // bytes
	TCPSendTimeout        int64 // s
	TCPSourceIPv4         string
	TCPSourceIPv6         string
	TCPSyncnt             int64 // 0: the system's
	TCPWqBlkSize          int64 // bytes
	TCPWqMax              int64 // bytes
	TCPAcceptNoCL         bool
	TCPReusePort          bool
	TCPAcceptHaproxy      bool
	TCPAcceptHep3         bool
	TCPAcceptUnique       int64
	TCPConnectionMatch    int64
	TCPCloneRcvbuf        bool
	TCPScriptMode         int64
	TCPWaitData           int64 // ms
	TCPFirstTimeout       int64 // s
	TCPMessageTimeout     int64 // s
	TCPShare              int64 // percent
}

func tcpRows() []row {
	return []row{
		yesNo("disable_tcp", func(c *Core) *bool { return &c.DisableTCP }, false).
			doc("Do without TCP: listen lines without a protocol stand for UDP alone; as -T."),
		yesNo("tcp_accept_aliases", func(c *Core) *bool { return &c.TCPAcceptAliases }, false).live().
			doc("Send what goes to the port of a Via with ;alias over the connection that the request came by."),
		yesNo("tcp_async", func(c *Core) *bool { return &c.TCPAsync }, true).alias("tcp_buf_write").never("what a connection does not take is always queued, since an event loop never waits").
			doc("Queue what a connection cannot take at once."),
		number("tcp_children", func(c *Core) *int64 { return &c.TCPChildren }, 0, 0, maxLoops).shown("= children").
			never("every event loop serves every transport").
			doc("Kamailio's processes that read connections; as -N."),
		number("tcp_connection_lifetime", func(c *Core) *int64 { return &c.TCPConnectionLifetime }, defaultIdleTCP, -1, maxInt).live().
			doc("Seconds after which an idle connection is closed; -1 is the longest possible."),
		number("tcp_connect_timeout", func(c *Core) *int64 { return &c.TCPConnectTimeout }, 10, 0, maxSeconds).live().
			doc("Seconds after which a connection that is being opened is given up."),
		number("tcp_conn_wq_max", func(c *Core) *int64 { return &c.TCPConnWqMax }, 32768, 0, 1<<20).live().
			doc("Bytes that may wait to be written on one connection; more close it. Eight times as many may wait while it is being opened, and for a second on one whose peer stops taking them."),
		yesNo("tcp_crlf_ping", func(c *Core) *bool { return &c.TCPCrlfPing }, true).live().
			doc("Answer the keep-alive of RFC 5626 §4.4.1."),
		number("tcp_defer_accept", func(c *Core) *int64 { return &c.TCPDeferAccept }, 0, 0, 3600).shown("off").
			doc("Seconds for which the system holds a connection back until data arrives (Linux); yes or no elsewhere."),
		yesNo("tcp_delayed_ack", func(c *Core) *bool { return &c.TCPDelayedAck }, true).live().shown("yes if supported").
			doc("Let the first acknowledgement wait for data (TCP_QUICKACK off)."),
		yesNo("tcp_fd_cache", func(c *Core) *bool { return &c.TCPFdCache }, true).never("one process has all descriptors").
			doc("Cache descriptors in the sending process."),
		yesNo("tcp_keepalive", func(c *Core) *bool { return &c.TCPKeepalive }, true).live().
			doc("SO_KEEPALIVE on connections."),
		number("tcp_keepcnt", func(c *Core) *int64 { return &c.TCPKeepcnt }, 0, 0, maxInt).live().shown("unset").
			doc("TCP_KEEPCNT: probes before a connection is given up."),
		number("tcp_keepidle", func(c *Core) *int64 { return &c.TCPKeepidle }, 0, 0, maxInt).live().shown("unset").
			doc("TCP_KEEPIDLE: idle seconds before the first probe."),
		number("tcp_keepintvl", func(c *Core) *int64 { return &c.TCPKeepintvl }, 0, 0, maxInt).live().shown("unset").
			doc("TCP_KEEPINTVL: seconds between probes."),
		number("tcp_linger2", func(c *Core) *int64 { return &c.TCPLinger2 }, 0, 0, maxInt).live().shown("unset").
			doc("TCP_LINGER2: seconds that a closed connection stays in FIN_WAIT2."),
		number("tcp_max_connections", func(c *Core) *int64 { return &c.TCPMaxConnections }, 0, 0, maxInt).live().shown("as the limit on descriptors allows").
			doc("Connections at the same time, inbound and outbound; further ones are closed at once. The last sixteenth is for outbound ones and for addresses that have none yet. 0: as many as the limit on descriptors allows."),
		yesNo("tcp_no_connect", func(c *Core) *bool { return &c.TCPNoConnect }, false).live().
			doc("Open no connections to others."),
		text("tcp_poll_method", func(c *Core) *string { return &c.TCPPollMethod }, "").shown("best for OS").
			check(func(c *Core) error { return CheckPollMethod(c.TCPPollMethod) }).
			doc("How the loops wait for events, of UDP as well: " + pollMethodList() + "; as -W. sigio_rt is served by epoll_et."),
		number("tcp_rd_buf_size", func(c *Core) *int64 { return &c.TCPRdBufSize }, 4096, 512, 65536).live().
			doc("Read buffer of a connection and largest message on it, bytes."),
		number("tcp_send_timeout", func(c *Core) *int64 { return &c.TCPSendTimeout }, 10, 0, maxSeconds).live().
			doc("Seconds after which a connection whose peer takes no data is closed, whether the data waits here or in the system."),
		text("tcp_source_ipv4", func(c *Core) *string { return &c.TCPSourceIPv4 }, "").live().
			check(func(c *Core) error { return CheckIP(c.TCPSourceIPv4, 4) }).
			doc("Source address of connections to others over IPv4."),
		text("tcp_source_ipv6", func(c *Core) *string { return &c.TCPSourceIPv6 }, "").live().
			check(func(c *Core) error { return CheckIP(c.TCPSourceIPv6, 6) }).
			doc("Source address of connections to others over IPv6."),
		number("tcp_syncnt", func(c *Core) *int64 { return &c.TCPSyncnt }, 0, 0, 1024).live().shown("unset").
			doc("TCP_SYNCNT: SYN retransmissions before a connection is given up."),
		number("tcp_wq_blk_size", func(c *Core) *int64 { return &c.TCPWqBlkSize }, 2100, 1, 65535).never("write queues take their memory as they need it").
			doc("Block size of Kamailio's write queues, bytes."),
		number("tcp_wq_max", func(c *Core) *int64 { return &c.TCPWqMax }, 10<<20, 0, 1<<30).live().shown("10 MB").
			doc("Bytes that may wait to be written on all connections; beyond that those are closed whose peers have taken nothing for longest."),
		yesNo("tcp_accept_no_cl", func(c *Core) *bool { return &c.TCPAcceptNoCL }, false).live().
			doc("Accept messages without Content-Length on connections.").from("Kamailio 3.1: tcp_accept_no_cl"),
		yesNo("tcp_reuse_port", func(c *Core) *bool { return &c.TCPReusePort }, false).
			doc("SO_REUSEPORT on listening sockets.").from("Kamailio 5.x: tcp_reuse_port"),
		yesNo("tcp_accept_haproxy", func(c *Core) *bool { return &c.TCPAcceptHaproxy }, false).
			doc("Read the header of HAProxy's PROXY protocol, version 1 or 2, where a connection begins with it: source and destination are then those that it names. Only load balancers may be able to connect, since whoever sends the header is believed. listen=ADDRESS haproxy demands it of every connection to one address.").from("Kamailio 5.x: tcp_accept_haproxy"),
		yesNo("tcp_accept_hep3", func(c *Core) *bool { return &c.TCPAcceptHep3 }, false).later().
			doc("Accept HEP3 packets on connections.").from("Kamailio 5.x: tcp_accept_hep3"),
		number("tcp_accept_unique", func(c *Core) *int64 { return &c.TCPAcceptUnique }, 0, 0, 1).live().
			doc("1 closes a connection at once when there is another one with the same address and port of the peer; it can come to another listen address.").from("Kamailio 5.x: tcp_accept_unique"),
		number("tcp_connection_match", func(c *Core) *int64 { return &c.TCPConnectionMatch }, 0, 0, 1).live().
			doc("1 prefers, among the connections to a destination, one of the listen address by which the message is to leave.").from("Kamailio 5.x: tcp_connection_match"),
		yesNo("tcp_clone_rcvbuf", func(c *Core) *bool { return &c.TCPCloneRcvbuf }, false).never("scripts never change the received bytes").
			doc("Copy a message of a connection before it is processed.").from("Kamailio 5.x: tcp_clone_rcvbuf"),
		number("tcp_script_mode", func(c *Core) *int64 { return &c.TCPScriptMode }, 0, 0, 1).live().
			doc("0 closes the connection of a message that could not be processed: it was malformed, the script failed, or its main block said return with a negative number. What was answered is sent first. 1 keeps it open.").from("Kamailio 5.x: tcp_script_mode"),
		number("tcp_wait_data", func(c *Core) *int64 { return &c.TCPWaitData }, defaultWaitTCP, 0, maxInt).live().
			doc("Milliseconds from accepting a connection to the end of its PROXY header (tcp_accept_haproxy).").from("Kamailio 5.x: tcp_wait_data"),
		number("tcp_first_timeout", func(c *Core) *int64 { return &c.TCPFirstTimeout }, defaultFirstTCP, 1, maxSeconds).live().
			doc("Seconds from accepting a connection to its first complete message or keep-alive; then tcp_connection_lifetime counts.").from("sipedge"),
		number("tcp_message_timeout", func(c *Core) *int64 { return &c.TCPMessageTimeout }, defaultMessageTCP, 1, maxSeconds).live().
			doc("Seconds from the first byte of a message on a connection to its last.").from("sipedge"),
		number("tcp_share", func(c *Core) *int64 { return &c.TCPShare }, defaultShareTCP, 1, 100).live().
			doc("Percent of tcp_max_connections that connections from one address (IPv6: from one /64) may take.").from("sipedge"),
	}
}

// pollMethods are the spellings of tcp_poll_method, in the cookbook's order.
// What is available depends on the system; the server says so at start.
var pollMethods = []string{"none", "poll", "epoll_lt", "epoll_et", "sigio_rt", "select", "kqueue", "/dev/poll"}

// CheckPollMethod refuses names that are no poll method anywhere.
func CheckPollMethod(s string) error {
	if s == "" {
		return nil
	}
	return CheckWord(s, pollMethods...)
}

func pollMethodList() string { return join(pollMethods) }

// Poller is the reactor's name of the configured poll method: "" for the
// system's best, which "none" and no value ask for. sigio_rt is served by
// epoll_et. The error names what a system does not have.
func (c *Core) Poller(goos string) (string, error) {
	have := []string{"poll", "epoll_lt", "epoll_et", "sigio_rt", "select"}
	if goos != "linux" {
		have = []string{"poll", "select", "kqueue"}
	}
	switch m := c.TCPPollMethod; m {
	case "", "none":
		return "", nil
	default:
		if err := CheckWord(m, have...); err != nil {
			return "", fmt.Errorf("tcp_poll_method=%s is not available on this system, it has %s", m, join(have))
		}
		if m == "sigio_rt" {
			return "epoll_et", nil
		}
		return m, nil
	}
}
