package core

import (
	"errors"

	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Requests of HTTP that come over the streams SIP comes over. The core only tells them
// apart and sees to it that one is answered before the next one begins; what they
// mean is a module's.

// HTTPService serves them. A module's configuration that implements it has requests of
// HTTP accepted; without one they are no SIP and refused.
type HTTPService interface {
	// HTTPBlock is the block that answers the request; nil: nobody wants it.
	HTTPBlock(p *Proc) rt.Op
}

// ErrNotSIP is what the functions of SIP say to a message that is a request of HTTP.
var ErrNotSIP = errors.New("a request of HTTP is neither forwarded nor answered as SIP")

// httpService is the one of the loaded modules that serves HTTP.
func (s *Snapshot) httpService() HTTPService {
	for _, m := range s.modules {
		if h, ok := s.configs[m.Name].(HTTPService); ok {
			return h
		}
	}
	return nil
}

// HTTP reports whether the message is a request of HTTP.
func (p *Proc) HTTP() bool { return p.http }

// request of HTTP: its block runs on the loop of its connection, and what follows it in
// the stream waits until it has ended.
func (l *loop) httpRequest(data []byte, meta *reactor.Meta) {
	l.stats.httpRequests.Add(1)
	p := l.take(data, meta)
	defer l.boundary(p)
	p.Received, p.http = false, true
	p.AtEnd(releaseHTTP)
	if sipparse.ParseHTTP(data, &p.Index) != sipparse.OK || !p.plainHTTP() {
		l.refuseHTTP(p, badRequest)
		return
	}
	if p.hasHeader("transfer-encoding") {
		// Its end is not where Content-Length has it (RFC 9112 §6.1).
		l.refuseHTTP(p, notImplemented)
		return
	}
	var block rt.Op
	if s := p.snap.http; s != nil {
		block = s.HTTPBlock(p)
	}
	if block == nil {
		l.refuseHTTP(p, notFound)
		return
	}
	p.RunBlock(rt.EventRoute, block, endHTTP)
}

// plainHTTP reports whether whoever else reads the request finds the same headers in it:
// no blank before a colon, no folds, no NUL, one Host at most (RFC 9112 §3.2, §5.1, §5.2).
// SIP allows the first two.
func (p *Proc) plainHTTP() bool {
	hosts := 0
	for i, n := 0, p.Index.Len(); i < n; i++ {
		name := p.Index.Name(i)
		if p.Msg[name.End()] != ':' {
			return false
		}
		if foldedEqual(name.Of(p.Msg), []byte("host")) {
			hosts++
		}
		for _, c := range p.Msg[name.End():p.Index.Body(i).End()] {
			if c == 0 || c == '\n' {
				return false
			}
		}
	}
	return hosts <= 1
}

// hasHeader looks for a header that SIP does not know; name in lower case.
func (p *Proc) hasHeader(name string) bool {
	for i, n := 0, p.Index.Len(); i < n; i++ {
		if foldedEqual(p.Index.Name(i).Of(p.Msg), []byte(name)) {
			return true
		}
	}
	return false
}

func endHTTP(p *Proc, _ rt.State, _ error) { p.loop.put(p) }

// releaseHTTP has the stream go on behind the request, whatever it has become. Behind
// one without an answer it does not: that of the next would be taken for it.
func releaseHTTP(p *Proc) {
	rl, c := p.loop.rl, p.Meta.Conn
	if !p.httpDone {
		_ = rl.CloseConn(c, reactor.CloseAfterWrite)
		return
	}
	if f, ok := rl.ConnFramer(c).(*framer); ok {
		f.release()
		if p.parked { // else the reader is in the middle of it
			_ = rl.Reframe(c)
		}
	}
}

// The answers that need no script. Each ends its connection.
var (
	badRequest     = []byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	notFound       = []byte("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	tooLarge       = []byte("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	notImplemented = []byte("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
)

func (l *loop) refuseHTTP(p *Proc, answer []byte) {
	l.stats.httpRefused.Add(1)
	p.httpDone = true
	_ = p.sendOnConn(answer, true)
	l.put(p)
}

// httpBroken answers a request of HTTP whose end cannot be told, or that is larger than
// tcp_rd_buf_size. The reactor closes its connection. false: it was none.
func (l *loop) httpBroken(m *reactor.Message) bool {
	f, ok := l.rl.ConnFramer(m.Meta.Conn).(*framer)
	if !ok || f.kind == streamSIP && f.first != lineHTTP {
		return false
	}
	l.stats.httpRefused.Add(1)
	if f.kind == streamSIP { // else the answer of the one before is still to come
		answer := badRequest
		if e := f.sip.Err(); m.Frame == reactor.FrameTooLarge || e == sipparse.ErrBodyTooLarge || e == sipparse.ErrHeaderBlock {
			answer = tooLarge
		}
		_ = l.rl.SendConn(m.Meta.Conn, 0, answer)
	}
	return true
}

// sendOnConn sends bytes on the message's connection, as they are; with last set the
// connection is closed behind them.
func (p *Proc) sendOnConn(b []byte, last bool) error {
	l, c := p.loop, p.Meta.Conn
	for len(b) > 0 {
		n := min(len(b), reactor.MaxDatagram)
		if err := l.rl.SendConn(c, 0, b[:n]); err != nil {
			l.stats.sendFull.Add(1)
			return err
		}
		b = b[n:]
	}
	l.stats.sent.Add(1)
	if last {
		_ = l.rl.CloseConn(c, reactor.CloseAfterWrite)
	}
	return nil
}
