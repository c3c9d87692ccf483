package core

import (
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Receive implements reactor.Handler: the batch is good until it returns.
func (l *loop) Receive(_ reactor.Loop, batch []reactor.Message) {
	if l.holding {
		l.hold(batch)
		return
	}
	for i := range batch {
		if batch[i].Frame != reactor.FrameMessage {
			l.frame(&batch[i])
			continue
		}
		if isWebSocket(protoOf(batch[i].Meta.Transport)) && l.wsMessage(&batch[i]) {
			continue
		}
		l.receive(batch[i].Data, &batch[i].Meta, false)
	}
}

// receive is a message's life. atHome is set when another loop has handed the
// message over, or when it waited here for a suspended script.
func (l *loop) receive(data []byte, meta *reactor.Meta, atHome bool) {
	if !atHome {
		l.stats.received.Add(1)
	}
	if keepAlive(data) {
		l.stats.keepAlives.Add(1)
		return
	}
	p := l.take(data, meta)
	defer l.boundary(p)

	// 1. Where everything is.
	if e := sipparse.Parse(data, &p.Index); e != sipparse.OK {
		l.refuse(p, e)
		return
	}
	// 2. The loop that the call lives on.
	if !atHome && p.snap.home {
		if home := l.homeOf(p); home != l.id {
			l.handOver(home, p)
			return
		}
	}
	l.stats.handled.Add(1)
	if meta.Conn != 0 && p.snap.cfg.AcceptAliases {
		p.acceptAlias()
	}
	// 3. What no element may accept, whatever the script says.
	if e := p.Index.Validate(data); e != sipparse.OK {
		l.refuse(p, e)
		return
	}
	// 4. The script, and what it leaves implicit.
	if p.Index.IsRequest() {
		l.request(p)
	} else {
		l.reply(p)
	}
}

// request runs the main route. Its implicit action is to drop the request
// (cookbook "route").
func (l *loop) request(p *Proc) {
	if l.nSuspended > 0 && l.absorb(p) {
		l.put(p)
		return
	}
	if p.Index.Method() == sipparse.MethodAck && l.ackOfOurReply(p) {
		l.stats.acksAbsorbed.Add(1)
		if h := l.theHook(); h != nil {
			h.Acknowledged(p)
		}
		l.absorbedAck(p)
		return
	}
	if p.snap.cfg.CheckSentBy && p.checkVia() {
		return
	}
	l.runRequest(p)
}

// runRequest runs the main route; true: its script waits.
func (l *loop) runRequest(p *Proc) (waits bool) {
	if p.snap.prog.Request == nil {
		l.finish(p, rt.Dropped, nil)
		return false
	}
	p.Route = rt.RequestRoute
	st, err := p.Run(p.snap.prog.Request)
	if st == rt.Suspended {
		return l.park(p)
	}
	l.finish(p, st, err)
	return false
}

// AckEvent is the event_route that runs for the ACK of a failure reply that was sent
// statelessly from here. Module sl brings the name.
const AckEvent = "sl:filtered-ack"

// absorbedAck ends the life of an ACK that goes nowhere; the script may look at it.
func (l *loop) absorbedAck(p *Proc) {
	if p.snap.ackBlock == nil {
		l.put(p)
		return
	}
	p.Route = rt.EventRoute
	st, err := p.Run(p.snap.ackBlock)
	if st == rt.Suspended {
		l.park(p)
		return
	}
	l.finish(p, st, err)
}

// reply runs the main onreply_route and relays the reply by its next Via
// unless the script dropped it.
func (l *loop) reply(p *Proc) {
	if p.snap.cfg.CheckVia && !p.topViaOurs() {
		l.stats.foreignReplies.Add(1)
		l.put(p)
		return
	}
	st, err := rt.Exited, error(nil)
	if p.snap.prog.Reply != nil {
		p.Route = rt.ReplyRoute
		if st, err = p.Run(p.snap.prog.Reply); st == rt.Suspended {
			l.park(p)
			return
		}
	}
	l.finish(p, st, err)
}

// finish does what a message's script has left implicit and ends its life.
func (l *loop) finish(p *Proc, st rt.State, err error) {
	if end := p.end; end != nil {
		if err != nil {
			l.stats.scriptErrors.Add(1)
			l.logScriptError(p, err)
		}
		p.end = nil
		end(p, st, err)
		return
	}
	if err != nil {
		l.stats.scriptErrors.Add(1)
		l.logScriptError(p, err)
	}
	if p.event != nil {
		l.endEvent(p, st, err)
		l.put(p)
		return
	}
	dropped := st == rt.Dropped || err != nil
	failed := err != nil || p.Result() < 0
	if p.Index.IsRequest() {
		if dropped {
			l.stats.requestsDropped.Add(1)
		}
		if h := l.theHook(); h != nil && p.Txn != 0 {
			h.Ended(p, dropped)
		}
		if failed {
			l.closeFailed(p) // behind what has been answered
		}
		l.put(p)
		return
	}
	if failed {
		l.closeFailed(p)
	}
	if dropped {
		l.stats.repliesDropped.Add(1)
		l.put(p)
		return
	}
	if h := l.theHook(); h != nil && h.Reply(p) {
		return
	}
	l.relay(p)
}

// relay sends a reply on by its next Via and ends its life; true: it waits for the
// name in there.
func (l *loop) relay(p *Proc) (waits bool) {
	if e := p.relayReply(); e != nil {
		if e == ErrUnresolved && p.awaitReplyName() {
			return true
		}
		l.stats.repliesUnsent.Add(1)
		if l.wanted(p, levelInfo) {
			l.logf(p, levelInfo, "reply not relayed: %v", e)
		}
	}
	l.put(p)
	return false
}

// refuse answers a message that cannot be processed, where it can be answered
// at all, and counts it.
func (l *loop) refuse(p *Proc, e sipparse.Err) {
	l.stats.malformed.Add(1)
	if l.wanted(p, levelInfo) {
		l.logf(p, levelInfo, "%s: offset %d of %d bytes", e.String(), p.Index.ErrOffset(), len(p.Msg))
	}
	if e.Answerable() && p.Index.Method() != sipparse.MethodAck && p.Index.First(sipparse.HdrVia) >= 0 {
		if p.sendReply(e.Status(), e.Reason(), false) == nil {
			l.stats.refused.Add(1)
		}
	}
	l.closeFailed(p)
	l.put(p)
}

// parse reads a message that was accepted before.
func (p *Proc) parse() bool {
	return sipparse.Parse(p.Msg, &p.Index) == sipparse.OK && p.Index.Validate(p.Msg) == sipparse.OK
}

// keepAlive recognises the CRLF pings and NUL bytes that phones send to keep a
// NAT binding open (RFC 5626 §3.5.1).
func keepAlive(b []byte) bool {
	if len(b) > 4 {
		return false
	}
	for _, c := range b {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

// boundary is deferred around the processing of one message: a panic costs that
// message alone.
func (l *loop) boundary(p *Proc) {
	if e := recover(); e != nil {
		l.caught(p, e)
	}
}

// caught deals with a panic.
func (l *loop) caught(p *Proc, e any) {
	l.stats.panics.Add(1)
	l.logPanic(p, e)
	l.discard(p)
}
