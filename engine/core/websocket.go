package core

import (
	"errors"
	"sync/atomic"

	"sipedge/engine/ws"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// Connections that speak WebSocket (RFC 6455, RFC 7118). One begins as a request of
// HTTP; when module websocket has accepted that, each of the connection's messages is
// one of SIP, over transport WS, or WSS where the connection is TLS. It keeps the listen
// address that it came to, which has a Socket of its own for each of the two
// transports. Nothing can open such a connection from here.

// wsModule is the module whose loading has the listen addresses serve WebSocket.
const wsModule = "websocket"

// ClosedEvent is the event_route that runs when a WebSocket connection has ended.
// Module websocket brings the name.
const ClosedEvent = wsModule + ":closed"

// wsSocket makes the SocketID of a listen address for WebSocket from that of the stream
// which it comes over. It leaves room for the numbers in 15 bits that scripts keep.
const wsSocket reactor.SocketID = 1 << 14

// Errors of WebSocket connections.
var (
	ErrNotHTTP     = errors.New("the message is no request of HTTP")
	ErrNoWebSocket = errors.New("there is no such WebSocket connection")
)

// WebSocket is one connection, as its loop knows it. It holds no pointer.
type WebSocket struct {
	ID            reactor.ConnID // 0: none
	Remote, Local reactor.Addr
	Socket        reactor.SocketID
	Transport     reactor.Transport
	// Heard is when the last frame came, on the loop's clock; Pinged, when a ping was
	// sent that nothing has come after, else 0.
	Heard, Pinged int64
	// Closing is set when the farewell is on its way.
	Closing bool
}

// webSocketOf is the transport of WebSocket over a stream.
func webSocketOf(proto rt.Proto) (rt.Proto, bool) {
	switch proto {
	case rt.ProtoTCP:
		return rt.ProtoWS, true
	case rt.ProtoTLS:
		return rt.ProtoWSS, true
	}
	return 0, false
}

// isWebSocket reports whether a transport's messages are framed by WebSocket.
func isWebSocket(proto rt.Proto) bool { return proto == rt.ProtoWS || proto == rt.ProtoWSS }

// webSockets are the listen addresses for WebSocket that belong to those of streams.
func webSockets(sockets []*Socket) (all []*Socket) {
	for _, k := range sockets {
		if proto, ok := webSocketOf(k.Proto); ok && k.ID < wsSocket {
			all = append(all, NewSocket(k.ID|wsSocket, proto, k.Addr, k.Advertise))
		}
	}
	return all
}

// ConnID implements rt.ConnEnv.
func (p *Proc) ConnID(*rt.Ctx) int64 { return int64(p.Meta.Conn) }

// WebSocketID is the connection of a message that came over WebSocket, or whose
// connection has become one; 0 for none.
func (p *Proc) WebSocketID() reactor.ConnID {
	if isWebSocket(p.Proto) || p.http && p.loop.WebSocket(p.Meta.Conn) != nil {
		return p.Meta.Conn
	}
	return 0
}

// UpgradeWebSocket has the connection of the request of HTTP carry WebSocket behind it.
// Its answer is to be sent next (ReplyHTTP). Errors: ErrNotHTTP, ErrAnswered,
// ErrNoWebSocket (the connection is gone, or its listen address is).
func (p *Proc) UpgradeWebSocket() error {
	if !p.http {
		return ErrNotHTTP
	}
	if p.httpDone {
		return ErrAnswered
	}
	l, id := p.loop, p.Meta.Conn
	f, ok := l.rl.ConnFramer(id).(*framer)
	out := p.snap.socket(p.Meta.Socket | wsSocket)
	if !ok || f.kind == streamWS || out == nil {
		return ErrNoWebSocket
	}
	t := reactor.Transport(out.Proto)
	if l.rl.TurnConn(id, t, out.ID) != nil {
		return ErrNoWebSocket
	}
	f.upgrade(l, &p.Meta.Remote)
	if !l.srv.conns.Turn(id, t, out.ID) { // its opening has not been told of yet
		l.srv.conns.Open(id, t, p.Meta.Remote, out.ID, false)
	}
	for int(id.Slot()) >= len(l.webSockets) {
		l.webSockets = append(l.webSockets, WebSocket{})
	}
	l.webSockets[id.Slot()] = WebSocket{
		ID: id, Remote: p.Meta.Remote, Local: p.Meta.Local, Socket: out.ID, Transport: t, Heard: l.rl.Now(),
	}
	l.stats.wsOpened.Add(1)
	l.srv.webSockets.add()
	return nil
}

// WebSocket is the connection of that id on this loop; nil for none.
func (l *loop) WebSocket(id reactor.ConnID) *WebSocket {
	if i := int(id.Slot()); id != 0 && i < len(l.webSockets) && l.webSockets[i].ID == id {
		return &l.webSockets[i]
	}
	return nil
}

// EachWebSocket calls f with every connection of the loop that is not closing.
func (l *loop) EachWebSocket(f func(w *WebSocket)) {
	for i := range l.webSockets {
		if w := &l.webSockets[i]; w.ID != 0 && !w.Closing {
			f(w)
		}
	}
}

// wsHeard notes a frame.
func (l *loop) wsHeard(id reactor.ConnID) *WebSocket {
	l.stats.wsFramesIn.Add(1)
	w := l.WebSocket(id)
	if w != nil {
		w.Heard, w.Pinged = l.rl.Now(), 0
	}
	return w
}

// wsMessage looks at a message before SIP does. true: it was a keep-alive, which the
// libraries of browsers send as a message; it is answered by a CRLF (RFC 5626 §3.5.1).
func (l *loop) wsMessage(m *reactor.Message) bool {
	l.wsHeard(m.Meta.Conn)
	if !keepAlive(m.Data) {
		return false
	}
	l.stats.received.Add(1)
	l.stats.keepAlives.Add(1)
	if len(m.Data) >= len(pong) && m.Data[0] == '\r' && l.srv.snap.Load().cfg.CRLFPing && l.sendFrame(m.Meta.Conn, ws.OpText, pong) == nil {
		l.stats.pings.Add(1)
	}
	return true
}

// wsFrame handles the frames that are no message. The reactor closes the connection of
// a farewell, and of what breaks the protocol, behind the answer.
func (l *loop) wsFrame(m *reactor.Message) {
	id := m.Meta.Conn
	w := l.wsHeard(id)
	switch m.Frame {
	case reactor.FramePing:
		_ = l.sendFrame(id, ws.OpPong, m.Data)
		return
	case reactor.FramePong:
		return
	case reactor.FrameClose:
		if w != nil && !w.Closing {
			l.stats.wsRemoteClosed.Add(1)
			l.sendClose(w, ws.StatusNormal, "Normal closure")
		}
		return
	}
	l.stats.framingErrors.Add(1)
	fault := ws.Fault{Status: ws.StatusTooBig, Reason: "Message too big"}
	if f, ok := l.rl.ConnFramer(id).(*framer); ok && m.Frame == reactor.FrameBad {
		fault = f.ws.Fault()
	}
	if w == nil || w.Closing {
		return
	}
	l.stats.wsFailed.Add(1)
	l.logPeer(&m.Meta, levelInfo, "a WebSocket client breaks the protocol and is closed with %d %s", fault.Status, fault.Reason)
	l.sendClose(w, fault.Status, fault.Reason)
}

// sendFrame sends a whole message of up to 65,531 bytes, or a control frame.
func (l *loop) sendFrame(id reactor.ConnID, op ws.Opcode, payload []byte) error {
	b := l.rl.Reserve(len(payload) + ws.MaxHeader)
	if b == nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	b = ws.AppendFrame(b[:0], op, payload)
	l.stats.wsFramesOut.Add(1)
	return l.rl.CommitConn(id, 0, len(b))
}

// Ping sends a ping of at most ws.MaxControl bytes and notes it.
func (l *loop) Ping(w *WebSocket, payload []byte) error {
	w.Pinged = l.rl.Now()
	return l.sendFrame(w.ID, ws.OpPing, payload)
}

// Pong sends a pong that nothing has asked for: a keep-alive without an answer.
func (l *loop) Pong(w *WebSocket, payload []byte) error { return l.sendFrame(w.ID, ws.OpPong, payload) }

func (l *loop) sendClose(w *WebSocket, s ws.Status, reason string) {
	w.Closing = true
	if b := l.rl.Reserve(2 + ws.MaxControl); b != nil {
		l.stats.wsFramesOut.Add(1)
		_ = l.rl.CommitConn(w.ID, 0, len(ws.AppendClose(b[:0], s, reason)))
	}
}

// CloseWebSocket says farewell to a connection of this loop and closes it: the peer has
// a short while to answer, what else it sends is discarded. Error: ErrNoWebSocket.
func (l *loop) CloseWebSocket(id reactor.ConnID, s ws.Status, reason string) error {
	w := l.WebSocket(id)
	if w == nil || w.Closing {
		return ErrNoWebSocket
	}
	l.stats.wsLocalClosed.Add(1)
	l.sendClose(w, s, reason)
	return l.rl.CloseConn(id, reactor.CloseAfterWrite)
}

// AbandonWebSocket closes a connection of this loop at once.
func (l *loop) AbandonWebSocket(w *WebSocket) {
	w.Closing = true
	l.stats.wsFailed.Add(1)
	_ = l.rl.CloseConn(w.ID, reactor.CloseNow)
}

// CloseWebSocket is Loop.CloseWebSocket from any loop: of a connection of another loop it is only
// known that it was there. reason must stay as it is.
func (p *Proc) CloseWebSocket(id reactor.ConnID, s ws.Status, reason string) error {
	if id.Loop() == p.loop.id {
		return p.loop.CloseWebSocket(id, s, reason)
	}
	if t, there := p.loop.srv.conns.Transport(id); !there || !isWebSocket(protoOf(t)) {
		return ErrNoWebSocket
	}
	return p.loop.srv.Post(id.Loop(), func(loop int) { _ = p.loop.srv.perLoop[loop].CloseWebSocket(id, s, reason) })
}

// wsClosed ends what is known about a connection and tells the script. The block sees the
// connection's addresses.
func (l *loop) wsClosed(id reactor.ConnID) {
	w := l.WebSocket(id)
	if w == nil {
		return
	}
	meta := reactor.Meta{Remote: w.Remote, Local: w.Local, Socket: w.Socket, Transport: w.Transport, Conn: id}
	if !w.Closing {
		l.stats.wsFailed.Add(1)
	}
	*w = WebSocket{}
	l.stats.wsClosed.Add(1)
	l.srv.webSockets.now.Add(-1)
	if l.srv.snap.Load().wsClosed != nil {
		_ = l.runEvent(&EventRun{Name: ClosedEvent, Meta: &meta})
	}
}

// webSocketCount is the number of connections of all loops, now and at most.
type webSocketCount struct{ now, most atomic.Int64 }

func (c *webSocketCount) add() {
	n := c.now.Add(1)
	for m := c.most.Load(); n > m && !c.most.CompareAndSwap(m, n); m = c.most.Load() {
	}
}

// WebSocketCounters are the figures of all loops, by Kamailio's names.
func (s *Server) WebSocketCounters() map[string]uint64 {
	c := map[string]uint64{}
	for _, l := range s.perLoop {
		st := &l.stats
		c["ws_local_closed_connections"] += st.wsLocalClosed.Load()
		c["ws_remote_closed_connections"] += st.wsRemoteClosed.Load()
		c["ws_failed_connections"] += st.wsFailed.Load()
		c["ws_received_frames"] += st.wsFramesIn.Load()
		c["ws_transmitted_frames"] += st.wsFramesOut.Load()
	}
	c["ws_current_connections"] = uint64(s.webSockets.now.Load())
	c["ws_max_concurrent_connections"] = uint64(s.webSockets.most.Load())
	return c
}
