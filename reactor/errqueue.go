//go:build unix

package reactor

import "golang.org/x/sys/unix"

// refusal is a datagram that the system did not take, until the handler can hear
// of it: not in the flush, which may be inside of a callback.
type refusal struct {
	sock SocketID
	to   Addr
	err  error
	n    int
	data [MaxQuote]byte
}

// noteRefused keeps the beginning of a refused datagram. Beyond the bound none is
// kept: who has sent it finds out by its timers.
func (l *loop) noteRefused(s *udpSocket, to Addr, b []byte, err error) {
	l.c.sendErrors.Add(1)
	if l.datagrams == nil || l.nRefused == maxRefused {
		return
	}
	if l.nRefused == len(l.refused) {
		l.refused = append(l.refused, refusal{})
	}
	r := &l.refused[l.nRefused]
	r.sock, r.to, r.err, r.n = s.id, to, err, copy(r.data[:], b)
	l.nRefused++
}

// tellRefused tells the handler of the refused datagrams.
func (l *loop) tellRefused() {
	for i := 0; i < l.nRefused; i++ {
		r := &l.refused[i]
		l.report = Undelivered{Socket: r.sock, To: r.to, Refused: true, Err: r.err, Data: r.data[:r.n]}
		l.undelivered()
	}
	l.nRefused = 0
}

// readErrors takes the ICMP errors off a socket that have come back for what it has
// sent. What is beyond the bound waits for the next cycle.
func (l *loop) readErrors(s *udpSocket) {
	for range errorsPerCycle {
		if !l.errs.read(s, &l.report) {
			return
		}
		l.c.icmpErrors.Add(1)
		if l.datagrams != nil && l.report.Err != nil {
			l.undelivered()
		}
	}
}

func (l *loop) undelivered() {
	defer l.done("Undelivered", 0)
	l.datagrams.Undelivered(l, &l.report)
}

// fromNetwork reports whether a send's error may be that of an earlier datagram: an
// ICMP error comes out of whichever call is next, which has then done nothing.
func fromNetwork(err error) bool {
	switch err {
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EHOSTDOWN, unix.ENOPROTOOPT,
		unix.EPROTO, unix.EACCES, unix.EOPNOTSUPP, unix.EMSGSIZE:
		return true
	}
	return err == errNoNet
}
