package udpload

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

// appendRequest appends request number n as it is sent from local to server. An INVITE is for callee.
func appendRequest(b []byte, method Method, n int, local, server, callee string) []byte {
	name, target, tail := "OPTIONS", server, "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n"
	switch method {
	case Ask:
		target = callee
	case Invite, Call, Ring:
		name, target = "INVITE", callee
		tail = fmt.Sprintf("Contact: <sip:caller@%s>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
			local, len(body), body)
	}
	return fmt.Appendf(b, "%[1]s sip:callee@%[2]s SIP/2.0\r\nVia: SIP/2.0/UDP %[3]s;branch=z9hG4bKload%[4]d;rport\r\n"+
		"Max-Forwards: 70\r\nFrom: \"Caller\" <sip:caller@%[3]s>;tag=c%[4]d\r\nTo: <sip:callee@%[2]s>\r\n"+
		"%[5]s%[4]d@%[3]s\r\nCSeq: 1 %[1]s\r\nUser-Agent: load\r\n%[6]s", name, target, local, n, callIDHead, tail)
}

// number reads the number of a message off its Call-ID.
func number(msg []byte) (int, bool) {
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

// answered accepts the answer that is expected.
func answered(msg []byte) bool { return bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")) }

// forwarded accepts the request that is expected at the sink.
func forwarded(msg []byte) bool { return bytes.HasPrefix(msg, []byte("INVITE ")) }

// ringing accepts the answer to an INVITE that is never taken.
func ringing(msg []byte) bool { return bytes.HasPrefix(msg, []byte("SIP/2.0 180 ")) }
