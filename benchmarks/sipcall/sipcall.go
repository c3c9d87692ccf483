// Package sipcall has the messages of the calls that the load generators make: the requests that open them, what a callee
// answers, and what a caller goes on with. It knows texts and nothing of sockets; udpload and tcpload send them.
//
// A call is INVITE, 180, 200, ACK, BYE, 200 along the route set that the server's Record-Route makes. Neither end repeats
// anything: a call of which a message is lost does not come through.
package sipcall

import (
	"bytes"
	"strconv"
)

var (
	crlf       = []byte("\r\n")
	headersEnd = []byte("\r\n\r\n")
)

// End is one end of the calls.
type End struct {
	Local     string // host:port that its Via and Contact name
	Transport string // as it stands in a Via: UDP, TCP
}

// sequence is the header that counts the messages of one end of a call, from 1.
const sequence = "X-Sequence: "

// Sequence is the number of a message among those of its end of the call; 0 for a message without.
func Sequence(msg []byte) int {
	n, _ := strconv.Atoi(string(Header(msg, "X-Sequence")))
	return n
}

// AppendReply appends the answer to a request, with what RFC 3261 §8.2.6 wants of it. n is its number among the callee's messages; 0
// leaves that out.
func (e *End) AppendReply(b, request []byte, status string, n int) []byte {
	b = append(b, status...)
	invite := bytes.HasPrefix(request, []byte("INVITE"))
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
		b = e.appendContact(b, "callee")
	}
	b = appendSequence(b, n)
	return append(b, "Content-Length: 0\r\n\r\n"...)
}

func (e *End) appendContact(b []byte, user string) []byte {
	b = append(b, "Contact: <sip:"...)
	b = append(b, user...)
	b = append(b, '@')
	b = append(b, e.Local...)
	b = append(b, e.uriTransport()...)
	return append(b, ">\r\n"...)
}

// uriTransport is the parameter by which requests to a URI of this end go by its transport.
func (e *End) uriTransport() string {
	if e.Transport == "TCP" {
		return ";transport=tcp"
	}
	return ""
}

func appendSequence(b []byte, n int) []byte {
	if n == 0 {
		return b
	}
	b = append(b, sequence...)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, crlf...)
}

// AppendWithin appends a request of the dialog that the 200 to an INVITE has made.
func (e *End) AppendWithin(b, ok []byte, method, cseq string, n int) []byte {
	b = append(b, method...)
	b = append(b, ' ')
	b = append(b, bytes.Trim(Header(ok, "Contact"), "<>")...)
	b = append(b, " SIP/2.0\r\nVia: SIP/2.0/"...)
	b = append(b, e.Transport...)
	b = append(b, ' ')
	b = append(b, e.Local...)
	b = append(b, ";rport;branch=z9hG4bK"...)
	b = append(b, method...)
	b = append(b, branchOf(Header(ok, "Via"))...)
	b = append(b, "\r\nMax-Forwards: 70\r\n"...)
	// The route set is the Record-Routes from the last to the first (RFC 3261 §12.1.2).
	var routes [8][]byte
	k := 0
	for line := range lines(ok) {
		if hasName(line, "Record-Route") && k < len(routes) {
			routes[k] = line[len("Record-"):]
			k++
		}
	}
	for i := k - 1; i >= 0; i-- {
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
	b = append(b, crlf...)
	b = appendSequence(b, n)
	return append(b, "Content-Length: 0\r\n\r\n"...)
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

// Header is the value of the first header of a name, spelt as the generators and the servers under test spell it.
func Header(msg []byte, name string) []byte {
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
