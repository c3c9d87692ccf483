package core

import (
	"net/netip"
	"time"

	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// framer cuts connections into SIP messages.
type framer struct {
	sipparse.Framer
	srv *Server
}

// NewFramer is reactor.Config.Framer, for those that Attach a server to a network
// of their own.
func (s *Server) NewFramer() reactor.Framer {
	f := &framer{srv: s}
	f.Reset()
	return f
}

// frames are sipparse's as the reactor has them.
var frames = [...]reactor.Frame{
	sipparse.FrameMore: reactor.FrameMore, sipparse.FrameMessage: reactor.FrameMessage, sipparse.FramePing: reactor.FramePing,
	sipparse.FramePong: reactor.FramePong, sipparse.FrameBad: reactor.FrameBad,
}

// Next implements reactor.Framer.
func (f *framer) Next(b []byte) (int, reactor.Frame) {
	n, st := f.Framer.Next(b)
	return n, frames[st]
}

// Reset implements reactor.Framer; a new stream is cut as the current configuration
// has it.
func (f *framer) Reset() {
	f.Framer.Reset()
	f.RequireLength = !f.srv.snap.Load().core.TCPAcceptNoCL
}

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
		ReusePort: c.TCPReusePort,
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
