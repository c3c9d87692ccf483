//go:build darwin || freebsd

package reactor

import "net/netip"

// Systems other than Linux have SCTP with structures of their own, or none: it is
// not served there.

type assocSocket struct {
	fd     int
	up     int
	halted bool
	queue  []assocQueued
}

type assocQueued struct{ tag uint64 }

func openAssocSocket(Listen, *SCTPConfig) (*assocSocket, netip.AddrPort, error) {
	return nil, netip.AddrPort{}, ErrNoSCTP
}

func (s *assocSocket) name(SocketID, int, Addr)                             {}
func (s *assocSocket) configure(*SCTPConfig) error                          { return nil }
func (s *assocSocket) end(int32, CloseMode) error                           { return ErrNoConn }
func (l *loop) sendAssoc(*assocSocket, ConnID, *Addr, uint64, []byte) error { return ErrNoSCTP }
func (l *loop) onAssocSocket(*assocSocket, *event)                          {}
func (l *loop) drainAssocs(*assocSocket)                                    {}
func (l *loop) retryAssocs(*assocSocket)                                    {}

// HasSCTP reports whether the system has SCTP.
func HasSCTP() bool { return false }
