package sipcall

import (
	"bytes"
	"fmt"
	"strconv"
)

// callIDHead is what the Call-ID of every message begins with; the number of the message follows.
const callIDHead = "Call-ID: load-"

// body is the offer that INVITEs carry.
const body = "v=0\r\no=load 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0 8 101\r\n" +
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"

// AppendOptions appends OPTIONS number n to a host:port.
func (e *End) AppendOptions(b []byte, n int, to string) []byte {
	return e.request(b, "OPTIONS", n, to, "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n")
}

// AppendInvite appends the INVITE of call number n to a host:port, with ";transport=tcp" behind it for a callee on TCP. seq
// is its number among the caller's messages of the call; 0 leaves that out.
func (e *End) AppendInvite(b []byte, n int, callee string, seq int) []byte {
	return e.request(b, "INVITE", n, callee, fmt.Sprintf("%s%sAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		e.appendContact(nil, "caller"), appendSequence(nil, seq), len(body), body))
}

func (e *End) request(b []byte, method string, n int, target, tail string) []byte {
	return fmt.Appendf(b, "%[1]s sip:callee@%[2]s SIP/2.0\r\nVia: SIP/2.0/%[7]s %[3]s;branch=z9hG4bKload%[4]d;rport\r\n"+
		"Max-Forwards: 70\r\nFrom: \"Caller\" <sip:caller@%[3]s>;tag=c%[4]d\r\nTo: <sip:callee@%[2]s>\r\n"+
		"%[5]s%[4]d@%[3]s\r\nCSeq: 1 %[1]s\r\nUser-Agent: load\r\n%[6]s", method, target, e.Local, n, callIDHead, tail, e.Transport)
}

// Number reads the number of a message's call off its Call-ID.
func Number(msg []byte) (int, bool) {
	_, rest, ok := bytes.Cut(msg, []byte(callIDHead))
	if !ok {
		return 0, false
	}
	digits, _, ok := bytes.Cut(rest, []byte("@"))
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(string(digits))
	return n, err == nil && n >= 0
}
