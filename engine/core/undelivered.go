package core

import (
	"bytes"

	"sipedge/engine/blacklist"
	"sipedge/reactor"
)

// Datagrams that did not arrive. An ICMP error is a datagram of a stranger, so it
// ends nothing by itself: what it repeats of our request must have the branch that we
// put into its Via, which nobody can guess who has not seen the request. The hook that
// made the branch compares it, on the loop where the branch lives.

// Undelivered implements reactor.DatagramHandler.
func (l *loop) Undelivered(_ reactor.Loop, u *reactor.Undelivered) {
	l.stats.undelivered.Add(1)
	branch, ok := SentBranch(u.Data)
	reply := isReply(u.Data)
	home, stateful := l.srv.branchLoop(branch)
	if !ok || reply || !stateful || !bytes.HasPrefix(branch, []byte(statefulMark)) {
		if u.Refused && !reply { // our own system says so
			l.Failed(u.Socket, u.To, blacklist.SendFailed)
		}
		l.stats.icmpUnknown.Add(1)
		return
	}
	why := blacklist.ICMPError
	if u.Refused {
		why = blacklist.SendFailed
	}
	if home == l.id {
		l.undelivered(branch, u.Socket, u.To, why)
		return
	}
	m := &l.mail
	m.Kind, m.Data, m.Arg, m.Meta = mailUndelivered, branch, uint64(why), reactor.Meta{Socket: u.Socket, Remote: u.To}
	if l.rl.Post(home, m) != nil {
		l.stats.handOverFull.Add(1) // its timers will notice
	}
	m.Data = nil
}

// undelivered tells the hook, on the loop that the branch names.
func (l *loop) undelivered(branch []byte, sock reactor.SocketID, to reactor.Addr, why blacklist.Cause) {
	if h := l.theHook(); h == nil || !h.Undelivered(branch, sock, to, why) {
		l.stats.icmpUnknown.Add(1)
	}
}

func isReply(b []byte) bool { return bytes.HasPrefix(b, []byte("SIP/2.0 ")) }
