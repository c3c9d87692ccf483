package core

import (
	"fmt"

	"sipedge/engine/blacklist"
	"sipedge/engine/log"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// Messages over SCTP (RFC 4168). Unlike a stream, an association needs not be opened
// before it is used: what is sent to an address goes over the association that leads
// there, or a new one. Replies go over that of their request (sctp_assoc_reuse).

// commitAssoc sends the first n bytes of the loop's reservation by an SCTP socket:
// over the association prefer while it leads to to's host, else to the address.
func (l *loop) commitAssoc(snap *Snapshot, out *Socket, to reactor.Addr, prefer reactor.ConnID, tag uint64, n int) error {
	if !snap.cfg.AssocReuse {
		prefer = 0
	}
	if err := l.rl.CommitAssoc(out.ID, prefer, to, tag, n); err != nil {
		l.stats.sendFull.Add(1)
		l.assocRefused(out, to, err)
		return ErrSendFull
	}
	return nil
}

// assocRefused lists a destination that the system does not send to; what is full
// here says nothing about it.
func (l *loop) assocRefused(out *Socket, to reactor.Addr, err error) {
	switch err {
	case reactor.ErrAssocTable, reactor.ErrSendQueueFull, reactor.ErrMailboxFull, reactor.ErrNoReserve, reactor.ErrNoSocket:
	default:
		l.Failed(out.ID, to, blacklist.SendFailed)
	}
}

// AssocEvent implements reactor.AssocHandler: it counts, logs, and remembers peers
// that do not answer.
func (l *loop) AssocEvent(_ reactor.Loop, e *reactor.AssocEvent) {
	level := levelDebug
	switch e.Kind {
	case reactor.AssocUp:
		l.stats.assocsUp.Add(1)
	case reactor.AssocClosed:
		l.stats.assocsDown.Add(1)
	case reactor.AssocLost:
		l.stats.assocsDown.Add(1)
		level = levelInfo
	case reactor.AssocFailed:
		l.stats.assocsFailed.Add(1)
		level = levelInfo
		l.Failed(e.Socket, e.Peer, blacklist.ConnectFailed)
	case reactor.AssocUnsent:
		l.Failed(e.Socket, e.Peer, blacklist.SendFailed)
	case reactor.AssocSurplus, reactor.AssocStuck:
		level = levelWarn
	}
	source := sourceOf(&e.Peer)
	if !l.log.Wanted(level, log.ClassMessage, source) {
		return
	}
	b := fmt.Appendf(nil, "sctp: association with %s: %s", e.Peer, e.Kind)
	if e.Assoc != 0 {
		b = fmt.Appendf(b, " (%d)", e.Assoc.Generation())
	}
	switch {
	case e.Kind == reactor.AssocPath:
		b = fmt.Appendf(b, ", now %s", pathState(e.Cause))
	case e.Cause != 0:
		b = fmt.Appendf(b, ", cause %s", assocCause(e.Cause))
	}
	l.log.Write(level, log.ClassMessage, source, b)
}

// assocCauses are the error causes of RFC 9260 section 3.3.10, by code.
var assocCauses = [...]string{
	1: "invalid stream", 2: "missing parameter", 3: "stale cookie", 4: "out of resource", 5: "unresolvable address",
	6: "unrecognized chunk", 7: "invalid parameter", 8: "unrecognized parameter", 9: "no user data", 10: "cookie while shutting down",
	11: "restart with new addresses", 12: "aborted by the user", 13: "protocol violation",
}

func assocCause(c uint16) string {
	if int(c) < len(assocCauses) && assocCauses[c] != "" {
		return assocCauses[c]
	}
	return fmt.Sprint(c)
}

// pathState is the state of a peer's address (RFC 6458 section 6.1.2, Linux's numbers).
func pathState(c uint16) string {
	if names := [...]string{"available", "unreachable", "removed", "added", "primary", "confirmed"}; int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprint(c)
}

// SCTP are the reactor's options of SCTP, from the parameters sctp_*.
func SCTP(c *params.Core) reactor.SCTPConfig {
	n := func(v int64) int { return int(v) }
	s := reactor.SCTPConfig{
		RecvBuffer: n(c.SCTPSocketRcvbuf), SendBuffer: n(c.SCTPSocketSndbuf),
		Autoclose: n(c.SCTPAutoclose), SendTTL: n(c.SCTPSendTTL), SendRetries: n(c.SCTPSendRetries),
		Tracking: c.SCTPAssocTracking, MaxAssocs: n(c.SCTPMaxAssocs),
		RTOInitial: n(c.SCTPSrtoInitial), RTOMin: n(c.SCTPSrtoMin), RTOMax: n(c.SCTPSrtoMax),
		AssocMaxRetrans: n(c.SCTPAsocmaxrxt), InitAttempts: n(c.SCTPInitMaxAttempts), InitTimeout: n(c.SCTPInitMaxTimeo),
		Heartbeat: n(c.SCTPHBInterval), PathMaxRetrans: n(c.SCTPPathmaxrxt),
		SackDelay: n(c.SCTPSackDelay), SackFreq: n(c.SCTPSackFreq), MaxBurst: n(c.SCTPMaxBurst),
	}
	switch c.SCTPMaxAssocs { // the reactor's 0 is the system's bound, and less is none
	case -1:
		s.MaxAssocs = 0
	case 0:
		s.MaxAssocs = -1
	}
	return s
}

// wantSCTP tells whether listen lines of SCTP are served; why not, where they are
// not. The error is that of enable_sctp=1 on a system without SCTP.
func wantSCTP(c *params.Core, has func() bool) (yes bool, why string, err error) {
	if err := c.CheckSCTP(); err != nil {
		return false, "", err
	}
	switch {
	case c.DisableSCTP || c.EnableSCTP == params.SCTPOff:
		return false, "SCTP is disabled (disable_sctp, enable_sctp)", nil
	case has():
		return true, "", nil
	case c.EnableSCTP == params.SCTPOn:
		return false, "", errNoSCTP
	}
	return false, "this system has no SCTP (enable_sctp=2 goes on without it)", nil
}

var errNoSCTP = fmt.Errorf("enable_sctp=1, but this system has no SCTP: load the kernel module sctp, or set enable_sctp=2 to go on without it")

// isAssoc tells whether a socket is one of SCTP.
func (s *Socket) isAssoc() bool { return s.Proto == rt.ProtoSCTP }
