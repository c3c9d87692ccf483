package udpload

import (
	"bytes"
	"net"
	"net/netip"

	"sipedge/benchmarks/sipcall"
)

var (
	statusOK      = []byte("SIP/2.0 200 ")
	methodInvite  = []byte("INVITE")
	methodBye     = []byte("BYE")
	methodOptions = []byte("OPTIONS")
)

// phone is a socket of one end of the calls. It is used by one goroutine at a time.
type phone struct {
	sipcall.End
	conn   *net.UDPConn
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

func (p *phone) reply(request []byte, to netip.AddrPort, status string) {
	p.out = p.AppendReply(p.out[:0], request, status, 0)
	_, _ = p.conn.WriteToUDPAddrPort(p.out, to) // what is lost is missing in the count
}

// calling goes on with a call whose answer has come: ACK and BYE. True: the call is over.
func (p *phone) calling(msg []byte) bool {
	if !bytes.HasPrefix(msg, statusOK) {
		return false
	}
	cseq := sipcall.Header(msg, "CSeq")
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
	p.out = p.AppendWithin(p.out[:0], ok, method, cseq, 0)
	_, _ = p.conn.WriteToUDPAddrPort(p.out, p.server)
}
