package udpload

import (
	"bytes"
	"net"
	"net/netip"
)

// A call is INVITE, 180, 200, ACK, BYE, 200 along the route set that the server's Record-Route makes. Neither end repeats
// anything: a call of which a message is lost does not come through.

var (
	crlf          = []byte("\r\n")
	headersEnd    = []byte("\r\n\r\n")
	statusOK      = []byte("SIP/2.0 200 ")
	methodInvite  = []byte("INVITE")
	methodBye     = []byte("BYE")
	methodOptions = []byte("OPTIONS")
)

// phone is a socket of one end of the calls. It is used by one goroutine at a time.
type phone struct {
	conn   *net.UDPConn
	local  string
	server netip.AddrPort
	rings  bool // an INVITE gets no more than a 180
	out    []byte
}

// called answers what reaches the callee: 180 and 200 to an INVITE, 200 to another request.
func (p *phone) called(msg []byte, from netip.AddrPort) {
	switch {
	case bytes.HasPrefix(msg, methodInvite):
		p.reply(msg, from, "SIP/2.0 180 Ringing\r\n")
		if !p.rings {
			p.reply(msg, from, "SIP/2.0 200 OK\r\n")
		}
	case bytes.HasPrefix(msg, methodBye), bytes.HasPrefix(msg, methodOptions):
		p.reply(msg, from, "SIP/2.0 200 OK\r\n")
	}
}

// reply copies into an answer what RFC 3261 §8.2.6 wants of the request.
func (p *phone) reply(request []byte, to netip.AddrPort, status string) {
	b := append(p.out[:0], status...)
	invite := bytes.HasPrefix(request, methodInvite)
	for line := range lines(request) {
		switch {
		case hasName(line, "Via"), hasName(line, "From"), hasName(line, "Call-ID"), hasName(line, "CSeq"):
			b = append(b, line...)
		case hasName(line, "Record-Route") && invite:
			b = append(b, line...)
		case hasName(line, "To"):
			b = append(b, bytes.TrimRight(line, "\r\n")...)
			if !bytes.Contains(line, []byte(";tag=")) {
				b = append(b, ";tag=callee"...)
			}
			b = append(b, crlf...)
		}
	}
	if invite {
		b = append(b, "Contact: <sip:callee@"...)
		b = append(b, p.local...)
		b = append(b, ">\r\n"...)
	}
	p.out = append(b, "Content-Length: 0\r\n\r\n"...)
	_, _ = p.conn.WriteToUDPAddrPort(p.out, to) // what is lost is missing in the count
}

// calling goes on with a call whose answer has come: ACK and BYE. True: the call is over.
func (p *phone) calling(msg []byte) bool {
	if !bytes.HasPrefix(msg, statusOK) {
		return false
	}
	cseq := header(msg, "CSeq")
	if bytes.HasSuffix(cseq, methodBye) {
		return true
	}
	if bytes.HasSuffix(cseq, methodInvite) {
		p.within(msg, "ACK", "1")
		p.within(msg, "BYE", "2")
	}
	return false
}

// within sends a request of the dialog that a 200 has made.
func (p *phone) within(ok []byte, method, cseq string) {
	b := append(p.out[:0], method...)
	b = append(b, ' ')
	b = append(b, bytes.Trim(header(ok, "Contact"), "<>")...)
	b = append(b, " SIP/2.0\r\nVia: SIP/2.0/UDP "...)
	b = append(b, p.local...)
	b = append(b, ";rport;branch=z9hG4bK"...)
	b = append(b, method...)
	b = append(b, branchOf(header(ok, "Via"))...)
	b = append(b, "\r\nMax-Forwards: 70\r\n"...)
	// The route set is the Record-Routes from the last to the first (RFC 3261 §12.1.2).
	var routes [8][]byte
	n := 0
	for line := range lines(ok) {
		if hasName(line, "Record-Route") && n < len(routes) {
			routes[n] = line[len("Record-"):]
			n++
		}
	}
	for i := n - 1; i >= 0; i-- {
		b = append(b, routes[i]...)
	}
	for line := range lines(ok) {
		if hasName(line, "From") || hasName(line, "To") || hasName(line, "Call-ID") {
			b = append(b, line...)
		}
	}
	b = append(b, "CSeq: "...)
	b = append(b, cseq...)
	b = append(b, ' ')
	b = append(b, method...)
	p.out = append(b, "\r\nContent-Length: 0\r\n\r\n"...)
	_, _ = p.conn.WriteToUDPAddrPort(p.out, p.server)
}

// lines are the header lines of a message with their ends.
func lines(msg []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		end := bytes.Index(msg, headersEnd)
		if end < 0 {
			return
		}
		rest := msg[:end+len(crlf)]
		for len(rest) > 0 {
			n := bytes.Index(rest, crlf) + len(crlf)
			if !yield(rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

func hasName(line []byte, name string) bool {
	return len(line) > len(name) && line[len(name)] == ':' && string(line[:len(name)]) == name
}

// header is the value of the first header of a name.
func header(msg []byte, name string) []byte {
	for line := range lines(msg) {
		if hasName(line, name) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}

// branchOf is the rest of a Via's branch behind the magic cookie.
func branchOf(via []byte) []byte {
	_, branch, _ := bytes.Cut(via, []byte("branch=z9hG4bK"))
	if i := bytes.IndexByte(branch, ';'); i >= 0 {
		branch = branch[:i]
	}
	return branch
}
