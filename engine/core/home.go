package core

import (
	"hash/maphash"

	"sipedge/engine/blacklist"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// HomeMode is the core parameter home: when messages are handed to the loop of
// their call.
type HomeMode string

// The modes. Auto hands over when the script uses a stateful function and there
// is more than one loop.
const (
	HomeAuto   HomeMode = "auto"
	HomeAlways HomeMode = "always"
	HomeOff    HomeMode = "off"
)

// homeOf is the loop on which the call of a message lives: for replies the one
// named in the branch that we made, else the Call-ID's.
func (l *loop) homeOf(p *Proc) int {
	if !p.Index.IsRequest() {
		if via, e := p.Index.TopVia(p.Msg); e == sipparse.OK {
			if home, ok := l.srv.branchLoop(via.Branch.Of(p.Msg)); ok {
				return home
			}
		}
	}
	return l.srv.callHome(p.Index.CallID(p.Msg).Of(p.Msg))
}

// CallHome is the loop on which the requests of a call are dealt with, where they
// are handed over at all.
func (s *Server) CallHome(callID []byte) int { return s.callHome(callID) }

// callHome is the home loop of a Call-ID. The hash is keyed per process, so that
// nobody can aim at one loop.
func (s *Server) callHome(callID []byte) int {
	if s.opts.HomeHash != nil {
		return int(s.opts.HomeHash(callID) % uint32(s.loops))
	}
	return int(uint32(maphash.Bytes(s.seed, callID)) % uint32(s.loops))
}

// handOver copies the message into the mailbox of its home loop.
func (l *loop) handOver(home int, p *Proc) {
	m := &l.mail
	m.Kind, m.Meta, m.Data = mailMessage, p.Meta, p.Msg
	if err := l.rl.Post(home, m); err != nil {
		l.stats.handOverFull.Add(1)
	} else {
		l.stats.handedOver.Add(1)
	}
	m.Data = nil
	l.put(p)
}

// Posted implements reactor.Handler.
func (l *loop) Posted(_ reactor.Loop, m *reactor.Mail) {
	switch m.Kind {
	case mailMessage:
		l.stats.takenOver.Add(1)
		l.receive(m.Data, &m.Meta, true)
	case mailUnsent:
		l.unsent(m.Arg, Loss(m.Result))
	case mailUndelivered:
		l.undelivered(m.Data, m.Meta.Socket, m.Meta.Remote, blacklist.Cause(m.Arg))
	case mailResume:
		c, _ := m.Ref.(completion)
		l.resume(Handle(m.Arg), m.Result, c.ref, c.err)
	case mailCall:
		m.Ref.(func(int))(l.id)
	}
}
