package core

import (
	"errors"
	"syscall"

	"sipedge/engine/blacklist"
	"sipedge/engine/log"
	"sipedge/engine/transport"
	"sipedge/engine/ws"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Messages over connections. A reply goes back on the connection of its request
// (RFC 3261 §18.2.2), a request on the one that leads to its destination, which is
// opened where there is none. What the network can name, a connection in a Via or
// a port in an alias, is checked against the address of the connection's peer.

// StreamFlags are what a script has asked for about the connections of a message.
type StreamFlags uint8

// The flags of set_forward_no_connect() and its kin.
const (
	ForwardNoConnect StreamFlags = 1 << iota
	ForwardClose
	ReplyNoConnect
	ReplyClose
)

// SetStreamFlags adds flags, for the rest of the message's life.
func (p *Proc) SetStreamFlags(f StreamFlags) { p.streamFlags |= f }

// StreamFlags are the message's flags; ResetStreamFlags makes others of them, where
// some were meant for one copy alone.
func (p *Proc) StreamFlags() StreamFlags { return p.streamFlags }

// ResetStreamFlags: see StreamFlags.
func (p *Proc) ResetStreamFlags(f StreamFlags) { p.streamFlags = f }

// Reply are the flags for replies as flags of what is sent.
func (f StreamFlags) Reply() (r StreamFlags) {
	if f&ReplyNoConnect != 0 {
		r |= ForwardNoConnect
	}
	if f&ReplyClose != 0 {
		r |= ForwardClose
	}
	return r
}

// ForceAlias makes the message's connection the one to its peer's port, by which
// later requests go to it; port 0 is that of the top Via (force_tcp_alias()). A
// message that came by datagram has none, which is no error.
func (p *Proc) ForceAlias(port uint16) error {
	if p.Meta.Conn == 0 || p.Meta.Conn.IsAssoc() {
		return nil
	}
	if port == 0 {
		via, e := p.Index.TopVia(p.Msg)
		if e != sipparse.OK {
			return ErrNoVia
		}
		if port = via.PortNum; port == 0 {
			port = defaultPort(p.Proto)
		}
	}
	return p.loop.srv.conns.Alias(p.Meta.Conn, port)
}

// acceptAlias is ForceAlias for a request whose top Via has the parameter alias
// (tcp_accept_aliases).
func (p *Proc) acceptAlias() {
	if !p.Index.IsRequest() {
		return
	}
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return
	}
	if _, there := viaParam(via.Params.Of(p.Msg), "alias"); there {
		_ = p.ForceAlias(0)
	}
}

// viaParam is the value of a parameter among those of a Via; name in lower case.
func viaParam(params []byte, name string) (value []byte, there bool) {
	for len(params) > 0 {
		one := params
		if i := semicolon(params); i >= 0 {
			one, params = params[:i], params[i+1:]
		} else {
			params = nil
		}
		k := 0
		for k < len(one) && one[k] != '=' {
			k++
		}
		if foldedEqual(trimBlank(one[:k]), []byte(name)) {
			return trimBlank(one[min(k+1, len(one)):]), true
		}
	}
	return nil, false
}

// semicolon is the first one outside of quotes, -1 for none.
func semicolon(b []byte) int {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case quoted && b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ';' && !quoted:
			return i
		}
	}
	return -1
}

func trimBlank(b []byte) []byte {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// connOfVia is the connection that a Via of ours names, 0 for none: that of the
// request which it was put on.
func connOfVia(b []byte, via *sipparse.Via) reactor.ConnID {
	v, there := viaParam(via.Params.Of(b), "i")
	if !there || len(v) != 16 {
		return 0
	}
	var id uint64
	for _, c := range v {
		d := unhex(c)
		if d < 0 {
			return 0
		}
		id = id<<4 | uint64(d)
	}
	return reactor.ConnID(id)
}

// flags are the two of a message's flags that matter for a send.
func (p *Proc) flags(noConnect, closes StreamFlags) (f StreamFlags) {
	if p.streamFlags&noConnect != 0 {
		f |= ForwardNoConnect
	}
	if p.streamFlags&closes != 0 {
		f |= ForwardClose
	}
	return f
}

// forwardFlags are those for passing the message on.
func (p *Proc) forwardFlags() StreamFlags {
	if p.Index.IsRequest() {
		return p.flags(ForwardNoConnect, ForwardClose)
	}
	return p.flags(ForwardNoConnect|ReplyNoConnect, ForwardClose|ReplyClose)
}

// usable reports whether something can be sent on a connection, as far as it is
// known here: another loop's may end at any moment.
func (l *loop) usable(id reactor.ConnID) bool {
	if id.Loop() != l.id {
		return true
	}
	info, there := l.rl.Conn(id)
	return there && (info.Open || info.Opening)
}

// connTo is a connection to a destination: the preferred one if it is that, the one
// that is open, or a new one.
func (l *loop) connTo(snap *Snapshot, out *Socket, to reactor.Addr, name transport.Name, prefer reactor.ConnID, f StreamFlags) (reactor.ConnID, error) {
	ignore := l.ignore
	l.ignore = 0
	proto := reactor.Transport(out.Proto)
	conns := l.srv.conns
	if prefer != 0 && conns.Belongs(prefer, proto, to.AddrPort().Addr()) && l.usable(prefer) {
		return prefer, nil
	}
	if snap.cfg.MatchSocket {
		if id, ok := l.find(proto, to, name, out.ID); ok {
			return id, nil
		}
	}
	if id, ok := l.find(proto, to, name, reactor.NoSocket); ok {
		return id, nil
	}
	if f&ForwardNoConnect != 0 || snap.cfg.NoConnect || isWebSocket(out.Proto) || out.former {
		return 0, ErrNoConnect
	}
	return l.connect(snap, out, to, name, ignore)
}

// find is a connection to a destination that something can be sent on: one of that
// socket, or of any for NoSocket.
func (l *loop) find(proto reactor.Transport, to reactor.Addr, name transport.Name, sock reactor.SocketID) (reactor.ConnID, bool) {
	id, ok := l.srv.conns.FindFor(proto, to, name, sock)
	if ok && !l.usable(id) {
		l.srv.conns.Close(id)
		return 0, false
	}
	return id, ok
}

// connect opens a connection. Others find it at once, so that one is enough.
func (l *loop) connect(snap *Snapshot, out *Socket, to reactor.Addr, name transport.Name, ignore blacklist.Cause) (reactor.ConnID, error) {
	from := snap.cfg.TCPSource6
	if to.Is4 {
		from = snap.cfg.TCPSource4
	}
	if from.IsUnspecified() && !out.Addr.Addr().IsUnspecified() {
		from = reactor.FromAddrPort(out.Addr)
		from.Port = 0
	}
	proto := reactor.Transport(out.Proto)
	l.dial = reactor.Dial{Transport: proto, Socket: out.ID, From: from, To: to, TOS: snap.cfg.TOS}
	if proto == reactor.TLS {
		if err := l.clientTLS(&l.dial, out, name); err != nil {
			return 0, err
		}
	}
	id, err := l.rl.Connect(&l.dial)
	if err != nil {
		if _, system := err.(syscall.Errno); system && peersFault(err) && blacklist.ConnectFailed&^ignore != 0 {
			l.list(out.Proto, to, blacklist.ConnectFailed)
		}
		return 0, err
	}
	l.dialled[id] = dialled{proto: out.Proto, to: to, ignore: ignore}
	l.srv.conns.OpenFor(id, proto, to, name, out.ID)
	return id, nil
}

// statelessTag makes lost messages of no transaction count.
const statelessTag = reactor.TagLost

// commitStream sends the first n bytes of the loop's reservation on a connection to
// to, the preferred one if it leads there. tag comes back with Unsent when they do
// not leave.
func (l *loop) commitStream(snap *Snapshot, out *Socket, to reactor.Addr, name transport.Name, prefer reactor.ConnID, tag uint64, n int, f StreamFlags) error {
	if out.isAssoc() {
		err := l.commitAssoc(snap, out, to, prefer, tag, n)
		if err == nil {
			l.stats.sent.Add(1)
		}
		return err
	}
	id, err := l.connTo(snap, out, to, name, prefer, f)
	if err != nil {
		l.stats.sendFull.Add(1)
		return err
	}
	if err = l.commitConn(out.Proto, id, tag, n, f); err == nil {
		l.stats.sent.Add(1)
	}
	return err
}

// room is space for a message of n bytes that leaves over a transport. It is good until
// commitStream or commitConn, as that of reactor.Loop.Reserve.
func (l *loop) room(proto rt.Proto, n int) []byte {
	if !isWebSocket(proto) {
		return l.rl.Reserve(n)
	}
	b := l.rl.Reserve(n + ws.MaxHeader)
	if b == nil {
		return nil
	}
	l.framed = b
	return b[ws.MaxHeader:]
}

// frameRoom puts a frame around the first n bytes of room and returns its length.
func (l *loop) frameRoom(n int) int {
	b := l.framed
	l.framed = nil
	l.stats.wsFramesOut.Add(1)
	h := ws.PutHeader(b, ws.OpText, n)
	if h < ws.MaxHeader {
		copy(b[h:], b[ws.MaxHeader:ws.MaxHeader+n])
	}
	return h + n
}

// commitConn is commitStream once the connection is known; the caller counts.
func (l *loop) commitConn(proto rt.Proto, id reactor.ConnID, tag uint64, n int, f StreamFlags) error {
	if isWebSocket(proto) {
		n = l.frameRoom(n)
	}
	switch err := l.rl.CommitConn(id, tag, n); {
	case err == nil:
	case errors.Is(err, reactor.ErrNoConn):
		l.srv.conns.Close(id)
		fallthrough
	default:
		l.stats.sendFull.Add(1)
		return err
	}
	if f&ForwardClose != 0 {
		_ = l.rl.CloseConn(id, reactor.CloseAfterWrite)
	}
	return nil
}

// sendStream is commitStream of bytes that lie elsewhere.
func (l *loop) sendStream(p *Proc, out *Socket, t Target, data []byte, f StreamFlags) error {
	b := l.room(out.Proto, len(data))
	if b == nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	l.ignore = p.ignore
	return l.commitStream(p.snap, out, t.Addr, t.Name, p.replyConn, statelessTag, copy(b, data), f)
}

// commitReply sends the first n bytes of the reservation as the answer to the
// message: on its connection, or where that is gone on one to the address of the
// top Via (RFC 3261 §18.2.2).
func (p *Proc) commitReply(n int) error {
	l := p.loop
	f := p.flags(ReplyNoConnect, ReplyClose)
	to := p.respTo
	if via, e := p.Index.TopVia(p.Msg); e == sipparse.OK {
		if to.Port = via.PortNum; to.Port == 0 {
			to.Port = defaultPort(p.Proto)
		}
	}
	in := p.InSocket()
	id := p.Meta.Conn
	if in != nil && in.isAssoc() {
		return l.commitAssoc(p.snap, in, p.respTo, id, statelessTag, n)
	}
	if in != nil {
		var err error
		l.ignore = p.replyIgnore
		if id, err = l.connTo(p.snap, in, to, 0, id, f); err != nil {
			l.stats.sendFull.Add(1)
			return err
		}
	}
	return l.commitConn(p.Proto, id, statelessTag, n, f)
}

// frame handles what is no message: keep-alives, and streams that are none of SIP.
func (l *loop) frame(m *reactor.Message) {
	if m.Frame == reactor.FrameTurn {
		l.httpRequest(m.Data, &m.Meta)
		return
	}
	if isWebSocket(protoOf(m.Meta.Transport)) {
		l.wsFrame(m)
		return
	}
	switch m.Frame {
	case reactor.FramePing:
		l.stats.keepAlives.Add(1)
		if l.srv.snap.Load().cfg.CRLFPing && l.rl.SendConn(m.Meta.Conn, 0, pong) == nil {
			l.stats.pings.Add(1)
		}
	case reactor.FramePong:
		l.stats.keepAlives.Add(1)
	default:
		l.stats.framingErrors.Add(1)
		if !l.httpBroken(m) {
			l.unframed(m)
		}
	}
}

var pong = []byte("\r\n")

// unframed answers the beginning of a message whose end cannot be told, if it can
// be answered. The reactor closes its connection.
func (l *loop) unframed(m *reactor.Message) {
	l.stats.received.Add(1)
	p := l.take(m.Data, &m.Meta)
	defer l.boundary(p)
	e := sipparse.Parse(m.Data, &p.Index)
	if e == sipparse.OK {
		e = p.Index.Validate(m.Data)
	}
	if e == sipparse.OK || e == sipparse.ErrBodyTooShort || e == sipparse.ErrTruncated {
		e = sipparse.ErrBadContentLength
		if m.Frame == reactor.FrameTooLarge {
			e = sipparse.ErrBodyTooLarge
		} else if p.Index.First(sipparse.HdrContentLength) < 0 {
			e = sipparse.ErrNoContentLength
		}
	}
	l.refuse(p, e)
}

// ConnEvent implements reactor.StreamHandler.
func (l *loop) ConnEvent(rl reactor.Loop, c reactor.ConnID, ev reactor.ConnEvent, why error) {
	switch ev {
	case reactor.ConnOpened:
		l.stats.connsOpened.Add(1)
		l.opened(rl, c)
	case reactor.ConnHalfClosed:
		l.srv.conns.Retire(c)
	case reactor.ConnClosed:
		if e, ok := why.(*reactor.ProxyError); ok {
			l.refusedConn(e)
			return
		}
		if !l.handshakeFailed(why) {
			l.stats.connsClosed.Add(1)
		}
		l.notReachable(c, why, false)
		delete(l.dialled, c)
		l.srv.conns.Close(c)
		l.wsClosed(c)
	}
}

// opened enters a connection in the table, unless there is one of the same peer and
// tcp_accept_unique says that one is enough.
func (l *loop) opened(rl reactor.Loop, c reactor.ConnID) {
	if d, ours := l.dialled[c]; ours {
		d.open = true
		l.dialled[c] = d
	}
	info, there := rl.Conn(c)
	if !there {
		return
	}
	unique := l.srv.snap.Load().cfg.AcceptUnique && !info.Outbound
	if !l.srv.conns.Open(c, info.Transport, info.Remote, info.Socket, unique) {
		l.stats.connsDuplicate.Add(1)
		_ = rl.CloseConn(c, reactor.CloseNow)
		return
	}
	if info.TLS != nil {
		l.secured(c, &info)
	}
}

// refusedConn tells of a connection that was closed before it began.
func (l *loop) refusedConn(e *reactor.ProxyError) {
	l.stats.connsRefused.Add(1)
	source := sourceOf(&e.Peer)
	if l.log.Wanted(levelWarn, log.ClassTransport, source) {
		l.log.Write(levelWarn, log.ClassTransport, source, []byte(e.Error()+" (tcp_accept_haproxy)"))
	}
}

// closeFailed ends the connection of a message that the script has refused with a
// negative result, or that nobody can read, behind what it was answered
// (tcp_script_mode=0).
func (l *loop) closeFailed(p *Proc) {
	if p.Meta.Conn == 0 || p.snap.cfg.KeepFailed || isWebSocket(p.Proto) {
		return
	}
	if l.rl.CloseConn(p.Meta.Conn, reactor.CloseAfterWrite) == nil {
		l.stats.connsFailed.Add(1)
	}
}
