package udpload

import (
	"bytes"

	"sipedge/benchmarks/sipcall"
)

// appendRequest appends request number n as it is sent from local to server. An INVITE is for callee.
func appendRequest(b []byte, method Method, n int, local, server, callee string) []byte {
	e := sipcall.End{Local: local, Transport: "UDP"}
	switch method {
	case Options:
		return e.AppendOptions(b, n, server)
	case Ask:
		return e.AppendOptions(b, n, callee)
	}
	return e.AppendInvite(b, n, callee, 0)
}

// answered accepts the answer that is expected.
func answered(msg []byte) bool { return bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")) }

// forwarded accepts the request that is expected at the sink.
func forwarded(msg []byte) bool { return bytes.HasPrefix(msg, []byte("INVITE ")) }

// ringing accepts the answer to an INVITE that is never taken.
func ringing(msg []byte) bool { return bytes.HasPrefix(msg, []byte("SIP/2.0 180 ")) }
