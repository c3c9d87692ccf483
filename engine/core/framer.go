package core

import (
	"bytes"

	"sipedge/engine/ws"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// framer cuts one connection into messages: of SIP, requests of HTTP among them where
// module xhttp is loaded, or frames of WebSocket once a request has asked for that.
type framer struct {
	sip  sipparse.Framer
	srv  *Server
	kind streamKind
	// first says what the request that has begun is, seen how far its first line was
	// looked at.
	first firstLine
	seen  int
	ws    ws.Decoder
}

// streamKind is what a connection carries.
type streamKind uint8

const (
	streamSIP  streamKind = iota // and HTTP
	streamHeld                   // a request of HTTP is being answered, which may change the kind
	streamWS                     // frames of WebSocket
)

// firstLine is what the first line of a message shows.
type firstLine uint8

const (
	lineUnknown firstLine = iota
	lineSIP
	lineHTTP
)

// NewFramer is reactor.Config.Framer, for those that Attach a server to a network
// of their own.
func (s *Server) NewFramer() reactor.Framer {
	f := &framer{srv: s}
	f.Reset()
	return f
}

// frames are sipparse's as the reactor has them.
var frames = [...]reactor.Frame{
	sipparse.FrameMore: reactor.FrameMore, sipparse.FrameMessage: reactor.FrameMessage, sipparse.FramePing: reactor.FramePing,
	sipparse.FramePong: reactor.FramePong, sipparse.FrameBad: reactor.FrameBad,
}

// wsFrames are ws's.
var wsFrames = [...]reactor.Frame{
	ws.More: reactor.FrameMore, ws.Part: reactor.FrameMore, ws.Message: reactor.FrameMessage, ws.Ping: reactor.FramePing,
	ws.Pong: reactor.FramePong, ws.Close: reactor.FrameClose, ws.Bad: reactor.FrameBad,
}

// Next implements reactor.Framer.
func (f *framer) Next(b []byte) (int, reactor.Frame) {
	switch {
	case f.kind == streamWS:
		n, ev := f.ws.Next(b)
		return n, wsFrames[ev]
	case f.kind == streamHeld:
		return 0, reactor.FrameMore
	case f.first == lineUnknown:
		f.look(b)
	}
	n, st := f.sip.Next(b)
	if st == sipparse.FrameMore || st == sipparse.FrameBad {
		return n, frames[st]
	}
	if f.first == lineHTTP && st == sipparse.FrameMessage {
		if n > int(f.srv.snap.Load().core.TCPRdBufSize) {
			return n, reactor.FrameTooLarge
		}
		f.kind, f.first, f.seen = streamHeld, lineUnknown, 0
		return n, reactor.FrameTurn
	}
	f.first, f.seen = lineUnknown, 0
	return n, frames[st]
}

// look finds out whether a request of HTTP begins, once its first line is there.
func (f *framer) look(b []byte) {
	snap := f.srv.snap.Load()
	if snap.http == nil {
		f.first = lineSIP
		return
	}
	if b[0] == '\r' || b[0] == '\n' { // before a message
		return
	}
	e := bytes.IndexByte(b[f.seen:], '\n')
	if e < 0 {
		f.seen = len(b)
		return
	}
	if f.first = lineSIP; sipparse.IsHTTP(b[:f.seen+e]) {
		f.first = lineHTTP
	}
	f.sip.LongNames = f.first == lineHTTP
	f.sip.RequireLength = f.first == lineSIP && !snap.core.TCPAcceptNoCL
}

// release ends the waiting for a request of HTTP to be answered.
func (f *framer) release() {
	if f.kind == streamHeld {
		f.kind = streamSIP
	}
}

// upgrade has what follows be frames of WebSocket. memory belongs to the connection's loop.
// A frame has to fit into the read buffer, a message into ws.MaxMessage, as in Kamailio.
func (f *framer) upgrade(l *loop, peer *reactor.Addr) {
	f.kind = streamWS
	f.ws.Reset()
	f.ws.MaxFrame, f.ws.Memory = int(f.srv.snap.Load().core.TCPRdBufSize), l.fragments
	from := *peer
	if !from.Is4 { // an address is a /64, as for the share of the connections
		clear(from.IP[8:])
	}
	f.ws.Peer = sourceOf(&from)
}

// Unwrap implements reactor.Unwrapper.
func (f *framer) Unwrap(b []byte) (message []byte, own bool) {
	if f.kind == streamWS {
		return f.ws.Payload()
	}
	return b, false
}

// Partial implements reactor.Unwrapper.
func (f *framer) Partial() uint32 {
	if f.kind != streamWS {
		return 0
	}
	return f.ws.Partial()
}

// Reset implements reactor.Framer; a new stream is cut as the current configuration
// has it.
func (f *framer) Reset() {
	f.sip.Reset()
	f.sip.LongNames = false
	f.sip.RequireLength = !f.srv.snap.Load().core.TCPAcceptNoCL
	f.kind, f.first, f.seen = streamSIP, lineUnknown, 0
	f.ws.Reset()
}
