package core

import (
	"errors"
	"io"
	"net/netip"
	"syscall"
	"time"

	"sipedge/engine/blacklist"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// ErrListed is the error of a send to a destination that has failed lately.
var ErrListed = errors.New("the destination has failed lately and is on the blacklist (use_dst_blacklist)")

// Blacklist is the list of destinations that failed; it lives through reloads. Its
// times are in milliseconds of Now.
func (s *Server) Blacklist() *blacklist.List { return s.failed }

// Now is the clock of the loops at this moment, in nanoseconds, from any goroutine.
func (s *Server) Now() int64 {
	if s.reactor != nil {
		return s.reactor.Now()
	}
	return s.perLoop[0].rl.Now() // a virtual network, in the goroutine of its test
}

// BlacklistAdd puts a destination on the list by hand (dst_blacklist.add), for
// dst_blacklist_expire, and says whether it did.
func (s *Server) BlacklistAdd(p rt.Proto, to netip.AddrPort) bool {
	now := s.Now() / 1e6
	return s.failed.Add(p, to, blacklist.Admin, now)
}

// BlacklistView calls f with each destination on the list, and how long it stays there
// (dst_blacklist.view), until f returns false.
func (s *Server) BlacklistView(f func(e blacklist.Entry, left time.Duration) bool) {
	now := s.Now() / 1e6
	s.failed.View(now, func(e blacklist.Entry) bool {
		return f(e, time.Duration(e.Until-now)*time.Millisecond)
	})
}

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
		l.list(s.Proto, to, why)
	}
}

// FailedFor is Failed for a number of seconds of its own.
func (l *loop) FailedFor(sock reactor.SocketID, to reactor.Addr, why blacklist.Cause, seconds int64) {
	if s := l.srv.snap.Load().socket(sock); s != nil {
		now := l.milliseconds()
		if l.srv.failed.AddFor(s.Proto, to.AddrPort(), why, now+seconds*1000, now) {
			l.collectLater()
		}
	}
}

func (l *loop) list(proto rt.Proto, to reactor.Addr, why blacklist.Cause) {
	if l.srv.failed.Add(proto, to.AddrPort(), why, l.milliseconds()) {
		l.collectLater()
	}
}

// collectLater has the list cleaned up every dst_blacklist_gc_interval while there is
// something on it. Nobody needs that but who looks at mem_info: an entry whose time is
// over is not found, and its place is used again.
func (l *loop) collectLater() {
	if l.collects {
		return
	}
	every := time.Duration(l.srv.snap.Load().core.DstBlacklistGCInterval) * time.Second
	l.collects = l.after(every, func(int) {
		l.collects = false
		l.srv.failed.Collect(l.milliseconds())
		if l.srv.failed.MemInfo().Entries > 0 {
			l.collectLater()
		}
	}) == nil
}

// dialled is a connection that was opened from here.
type dialled struct {
	proto rt.Proto
	to    reactor.Addr
	open  bool
	// ignore are the failures that do not count, by the message that it was opened for.
	ignore blacklist.Cause
}

// notReachable puts the peer of a connection from here on the list when it could not be
// opened, or when it has ended under a message. What we have ended ourselves is not its fault.
func (l *loop) notReachable(id reactor.ConnID, why error, message bool) {
	d, ours := l.dialled[id]
	if !ours {
		return
	}
	_, system := why.(syscall.Errno)
	switch {
	case !d.open && peersFault(why) && d.ignore&blacklist.ConnectFailed == 0 && why != reactor.ErrClosedHere && why != reactor.ErrConnQueueFull && why != reactor.ErrClosed && why != nil:
		l.list(d.proto, d.to, blacklist.ConnectFailed)
	case d.open && message && d.ignore&blacklist.SendFailed == 0 && why != io.EOF && (system || why == reactor.ErrSendTimeout):
		l.list(d.proto, d.to, blacklist.SendFailed)
	}
}

// peersFault says whether a connection that could not be opened tells something about its
// peer or the way there. When descriptors, ports or memory run out here, no peer is to
// blame, and all would be on the list at once.
func peersFault(why error) bool {
	e, system := why.(syscall.Errno)
	if !system {
		return true
	}
	switch e {
	case syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN:
		return true
	}
	return false
}

// IgnoreBlacklist has the message sent to destinations that are on the list too, or
// not any more (tm's blst_methods_lookup).
func (p *Proc) IgnoreBlacklist(on bool) { p.passList = on }

// IgnoreFailures sets and clears the failures that do not put a destination of the
// message on the list, in addition to the masks of the parameters; reply: of replies
// made here to it.
func (p *Proc) IgnoreFailures(set, clear blacklist.Cause, reply bool) {
	m := &p.ignore
	if reply {
		m = &p.replyIgnore
	}
	*m = *m&^clear | set
}

// IgnoredFailures are those that IgnoreFailures has set.
func (p *Proc) IgnoredFailures(reply bool) blacklist.Cause {
	if reply {
		return p.replyIgnore
	}
	return p.ignore
}

// milliseconds is the clock of the list: all loops count from the same moment.
func (l *loop) milliseconds() int64 { return l.rl.Now() / 1e6 }

// listed reports whether nothing is to be sent to a target.
func (p *Proc) listed(t Target) bool {
	if p.passList {
		return false
	}
	_, on := p.loop.srv.failed.Listed(t.Proto, t.Addr.AddrPort(), p.loop.milliseconds())
	return on
}

// ListSource puts the source of the message on the list for a number of seconds, 0 for
// dst_blacklist_expire, whatever the masks of the parameters leave out (blst_add()). false: there
// is no list, or no room on it.
func (p *Proc) ListSource(seconds int64) bool {
	l := p.loop
	if seconds == 0 {
		seconds = p.snap.core.DstBlacklistExpire
	}
	now := l.milliseconds()
	if !l.srv.failed.Force(p.Proto, p.Meta.Remote.AddrPort(), blacklist.Admin, now+seconds*1000, now) {
		return false
	}
	l.collectLater()
	return true
}

// UnlistSource takes the source of the message off the list and says whether it was on
// it (blst_del()).
func (p *Proc) UnlistSource() bool {
	return p.loop.srv.failed.Delete(p.Proto, p.Meta.Remote.AddrPort(), p.loop.milliseconds())
}

// SourceListed reports whether the source of the message is on the list
// (blst_is_blacklisted()).
func (p *Proc) SourceListed() bool {
	_, on := p.loop.srv.failed.Listed(p.Proto, p.Meta.Remote.AddrPort(), p.loop.milliseconds())
	return on
}
