package wsload

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// callID is what the Call-ID of call n looks like.
const callID = "ws-load-"

// invite begins call n; to is the address of the client that is called, for the script.
func invite(n int, transport, host, to string, size int) []byte {
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
	for i := 0; len(sdp) < size; i++ {
		sdp += fmt.Sprintf("a=candidate:%d 1 udp 2113937151 127.0.0.1 %d typ host generation 0\r\n", i, 20000+i)
	}
	return fmt.Appendf(nil, "INVITE sip:callee@callee.invalid;transport=%[1]s SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s;branch=z9hG4bKi%[4]d;rport\r\n%[5]s"+
		"Max-Forwards: 70\r\nFrom: <sip:caller@example.com>;tag=c%[4]d\r\nTo: <sip:callee@example.com>\r\nCall-ID: %[6]s%[4]d\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:caller@%[3]s%[7]s>\r\nContent-Type: application/sdp\r\nContent-Length: %[8]d\r\n\r\n%[9]s",
		strings.ToLower(transport), transport, host, n, toHeader(to), callID, uriTransport(transport), len(sdp), sdp)
}

func toHeader(to string) string {
	if to == "" {
		return ""
	}
	return headerTo + ": " + to + "\r\n"
}

func uriTransport(transport string) string {
	if transport == "UDP" {
		return ""
	}
	return ";transport=" + strings.ToLower(transport)
}

// reply answers a request.
func reply(request []byte, status, transport, host string) []byte {
	b := []byte("SIP/2.0 " + status + "\r\n")
	for line := range lines(request) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Via", "From", "Call-ID", "CSeq", "Record-Route":
			b = append(append(b, line...), "\r\n"...)
		case "To":
			b = append(b, line...)
			if !bytes.Contains(line, []byte(";tag=")) {
				b = append(b, ";tag=callee"...)
			}
			b = append(b, "\r\n"...)
		}
	}
	return fmt.Appendf(b, "Contact: <sip:callee@%s%s>\r\nContent-Length: 0\r\n\r\n", host, uriTransport(transport))
}

// within is a request of the caller in the dialog that a 200 has made.
func within(ok []byte, method string, cseq int, transport, host, to string) []byte {
	n, _ := number(ok)
	b := fmt.Appendf(nil, "%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s%d;rport\r\nMax-Forwards: 70\r\n%s",
		method, bytes.Trim(header(ok, "Contact"), "<>"), transport, host, method, n, toHeader(to))
	var routes [][]byte
	for line := range lines(ok) {
		if rest, is := bytes.CutPrefix(line, []byte("Record-")); is {
			routes = append(routes, rest)
		}
	}
	for i := len(routes) - 1; i >= 0; i-- {
		b = append(append(b, routes[i]...), "\r\n"...)
	}
	return fmt.Appendf(b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n", header(ok, "From"), header(ok, "To"), header(ok, "Call-ID"), cseq, method)
}

// lines are the headers of a message without their ends.
func lines(msg []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		head, _, _ := bytes.Cut(msg, []byte("\r\n\r\n"))
		for line := range bytes.SplitSeq(head, []byte("\r\n")) {
			if !yield(line) {
				return
			}
		}
	}
}

// header is the value of the first header of a name, spelt as both ends and the server under test spell it.
func header(msg []byte, name string) []byte {
	for line := range lines(msg) {
		if n, value, ok := bytes.Cut(line, []byte(":")); ok && string(n) == name {
			return bytes.TrimSpace(value)
		}
	}
	return nil
}

// number is the number of a message's call.
func number(msg []byte) (int, bool) {
	digits, is := bytes.CutPrefix(header(msg, "Call-ID"), []byte(callID))
	n, err := strconv.Atoi(string(digits))
	return n, is && err == nil && n >= 0
}
