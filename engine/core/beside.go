package core

import "sipedge/engine/dns"

// beside is what goes on with a message that waited where no script of it could: before
// its script began or after it has ended. ref is what it waited for; nil where the wait came
// to nothing. It ends the message's life or has it wait again, which is true.
type beside func(p *Proc, ref any) (waits bool)

// waitBeside has the message wait for what ask asks for. ask calls done once, from any
// goroutine. false: nothing more can wait, or cannot be asked for; the message goes on.
func (p *Proc) waitBeside(next beside, ask func(done func(ref any)) error) (waits bool) {
	h, err := p.suspend(nil)
	if err != nil {
		return false
	}
	if !p.Keep() {
		p.abandon()
		return false
	}
	p.beside = next
	poster := p.loop.rl.Poster()
	if err := ask(func(ref any) { deliver(poster, h, ref) }); err != nil {
		p.beside = nil
		p.abandon()
		return false
	}
	return p.loop.park(p)
}

// hostNames is what the loop asks about names; nil: the server has stopped.
func (l *loop) hostNames() Names {
	if l.names != nil {
		return l.names
	}
	if l.names = l.srv.opts.Names; l.names == nil {
		r := l.srv.Resolver()
		if r == nil {
			return nil
		}
		l.names = r
	}
	l.dnsWork = dns.NewWork(uint64(l.rl.Wall()), uint64(l.id))
	return l.names
}

// awaitReplyName has a reply wait for the name in its next Via (RFC 3263 §5), whose script
// is over; false: it cannot.
func (p *Proc) awaitReplyName() (waits bool) {
	q, policy, names := p.asked, p.snap.dns, p.loop.names
	known := resolvedName{host: string(q.Host), port: q.Port, proto: q.Proto, secure: q.Secure}
	return p.waitBeside((*Proc).replyNamed, func(done func(any)) error {
		return names.Resolve(&q, policy, func(t *dns.Targets, err error) {
			done(&nameOutcome{query: known, targets: t, err: err})
		})
	})
}

// replyNamed relays the reply when the name of its next Via is known, or is known to
// lead nowhere.
func (p *Proc) replyNamed(ref any) (waits bool) {
	if o, ok := ref.(*nameOutcome); ok && len(p.resolved) < maxNamesPerMessage {
		p.resolved = append(p.resolved, p.settle(o))
	}
	return p.loop.relay(p)
}
