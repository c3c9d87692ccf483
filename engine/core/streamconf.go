package core

import (
	"net/netip"
	"time"

	"sipedge/engine/params"
	"sipedge/reactor"
)

// Streams are the reactor's bounds of connections, from the parameters tcp_*.
func Streams(c *params.Core) reactor.Streams {
	seconds := func(n int64) time.Duration { return time.Duration(n) * time.Second }
	atLeast := func(n int64) int { // 0 means none, where the reactor's 0 is its default
		if n == 0 {
			return -1
		}
		return int(n)
	}
	s := reactor.Streams{
		MaxConns: int(c.TCPMaxConnections), SharePercent: int(c.TCPShare),
		MaxMessage: int(c.TCPRdBufSize), ConnQueue: atLeast(c.TCPConnWqMax), AllQueues: atLeast(c.TCPWqMax),
		ConnectTimeout: max(seconds(c.TCPConnectTimeout), time.Millisecond), SendTimeout: max(seconds(c.TCPSendTimeout), time.Millisecond),
		FirstMessage: seconds(c.TCPFirstTimeout), WholeMessage: seconds(c.TCPMessageTimeout), Idle: seconds(c.TCPConnectionLifetime),
		KeepAlive: c.TCPKeepalive, KeepIdle: int(c.TCPKeepidle), KeepIntvl: int(c.TCPKeepintvl), KeepCnt: int(c.TCPKeepcnt),
		DeferAccept: int(c.TCPDeferAccept), DelayedAck: c.TCPDelayedAck, SynCnt: int(c.TCPSyncnt), Linger2: int(c.TCPLinger2),
		ReusePort: c.TCPReusePort, ProxyHeader: max(time.Duration(c.TCPWaitData)*time.Millisecond, time.Millisecond),
	}
	s.Handshake, s.TLSSendTimeout, s.MaxTLS = seconds(c.TLSHandshakeTimeout), seconds(c.TLSSendTimeout), int(c.TLSMaxConnections)
	if s.Idle == 0 {
		s.Idle = reactor.NoIdle
	}
	return s
}

// sourceAddr is the address of tcp_source_ipv4 or tcp_source_ipv6, zero for none.
func sourceAddr(text string) reactor.Addr {
	a, err := netip.ParseAddr(text)
	if err != nil { // none, or refused when the parameter was checked
		return reactor.Addr{}
	}
	return reactor.FromAddrPort(netip.AddrPortFrom(a, 0))
}
