package core

import (
	"errors"

	"sipedge/engine/blacklist"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// ErrListed is the error of a send to a destination that has failed lately.
var ErrListed = errors.New("the destination has failed lately and is on the blacklist (use_dst_blacklist)")

// Blacklist is the list of destinations that failed; it lives through reloads.
func (s *Server) Blacklist() *blacklist.List { return s.failed }

func blacklistConfig(c *params.Core) blacklist.Config {
	b := blacklist.Config{On: c.UseDstBlacklist && c.DstBlacklistInit, Expire: c.DstBlacklistExpire * 1000, Limit: int(c.DstBlacklistMem) << 10}
	b.Ignore[rt.ProtoUDP], b.Ignore[rt.ProtoTCP] = blacklist.Cause(c.DstBlacklistUDPImask), blacklist.Cause(c.DstBlacklistTCPImask)
	b.Ignore[rt.ProtoTLS], b.Ignore[rt.ProtoSCTP] = blacklist.Cause(c.DstBlacklistTLSImask), blacklist.Cause(c.DstBlacklistSCTPImask)
	return b
}

// Failed puts the destination of a message that left by a listen address on the
// list of those that failed, if the parameters want that (use_dst_blacklist).
func (l *loop) Failed(sock reactor.SocketID, to reactor.Addr, why blacklist.Cause) {
	if s := l.srv.snap.Load().socket(sock); s != nil {
		l.srv.failed.Add(s.Proto, to.AddrPort(), why, l.milliseconds())
	}
}

// milliseconds is the clock of the list: all loops count from the same moment.
func (l *loop) milliseconds() int64 { return l.rl.Now() / 1e6 }

// listed reports whether nothing is to be sent to a target.
func (p *Proc) listed(t Target) bool {
	_, on := p.loop.srv.failed.Listed(t.Proto, t.Addr.AddrPort(), p.loop.milliseconds())
	return on
}
