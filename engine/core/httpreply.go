package core

import (
	"errors"

	"sipedge/script/value"
)

// ErrAnswered is what a second answer to one request of HTTP gets: the next request of
// the connection would take it for its own.
var ErrAnswered = errors.New("the request of HTTP has been answered")

// HTTPReply is an answer to a request of HTTP.
type HTTPReply struct {
	// Code is 100 to 699, Reason a text without line ends.
	Code   int
	Reason []byte
	// Headers are whole lines, each with its end.
	Headers []byte
	// Type is the Content-Type, none where it is empty.
	Type, Body []byte
	// Last closes the connection behind the answer.
	Last bool
}

// ReplyHTTP answers a request of HTTP, with the headers that the script has added for
// replies. The connection is closed behind it where r, the script (set_reply_close())
// or the client wants that (RFC 9112 §9.3). Errors: ErrNotHTTP, ErrAnswered, ErrBadCode,
// ErrBadReason, and those of sending.
func (p *Proc) ReplyHTTP(r *HTTPReply) error {
	switch {
	case !p.http:
		return ErrNotHTTP
	case p.httpDone:
		return ErrAnswered
	case r.Code < 100 || r.Code > 699:
		return ErrBadCode
	case !oneLine(r.Reason) || !oneLine(r.Type):
		return ErrBadReason
	}
	last := r.Last || p.streamFlags&ReplyClose != 0 || p.clientCloses()
	bare := r.Code < 200 || r.Code == 204 || r.Code == 304 // RFC 9110 §8.6
	m := p.Mark()
	if string(p.Index.VersionSpan().Of(p.Msg)) == "HTTP/1.0" {
		p.AppendString("HTTP/1.0 ")
	} else {
		p.AppendString("HTTP/1.1 ") // also to later ones (RFC 9110 §2.5)
	}
	p.AppendValue(value.FromInt(int64(r.Code)))
	p.AppendString(" ")
	p.Append(r.Reason)
	p.AppendString("\r\n")
	p.Append(r.Headers)
	for i := 0; i < p.nrHdrs; i++ {
		p.AppendValue(p.rHdrs[i])
	}
	if len(r.Type) > 0 {
		p.AppendString("Content-Type: ")
		p.Append(r.Type)
		p.AppendString("\r\n")
	}
	if p.snap.cfg.ServerSignature {
		p.Append(p.snap.serverHeader)
	}
	if last {
		p.AppendString("Connection: close\r\n")
	}
	if !bare {
		p.AppendString("Content-Length: ")
		p.AppendValue(value.FromInt(int64(len(r.Body))))
		p.AppendString("\r\n")
	}
	p.AppendString("\r\n")
	if !bare && string(p.Index.MethodSpan().Of(p.Msg)) != "HEAD" {
		p.Append(r.Body)
	}
	p.httpDone = r.Code >= 200 || r.Code == 101
	return p.sendOnConn(p.Arena()[m:], last)
}

// oneLine reports whether a text has no control bytes.
func oneLine(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// clientCloses reports whether the client sends no more requests behind this one.
func (p *Proc) clientCloses() bool {
	if v := p.Index.VersionSpan().Of(p.Msg); v[len(v)-1] == '0' {
		return !p.HeaderHas("connection", "keep-alive")
	}
	return p.HeaderHas("connection", "close")
}

// HeaderHas reports whether one of the headers of that name has the word in its list. Both
// in lower case; they are compared without regard to case.
func (p *Proc) HeaderHas(name, word string) bool {
	for i, n := 0, p.Index.Len(); i < n; i++ {
		if !foldedEqual(p.Index.Name(i).Of(p.Msg), []byte(name)) {
			continue
		}
		b := p.Index.Body(i).Of(p.Msg)
		for len(b) > 0 {
			k := 0
			for k < len(b) && b[k] != ',' {
				k++
			}
			if foldedEqual(trimBlank(b[:k]), []byte(word)) {
				return true
			}
			b = b[min(k+1, len(b)):]
		}
	}
	return false
}
