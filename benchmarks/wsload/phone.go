package wsload

import "bytes"

func (r *run) send(msg []byte) {
	if _, err := r.phone.WriteToUDP(msg, r.server); err != nil {
		r.fault("the phone cannot send: %v", err)
	}
}

// listen answers what reaches the UDP phone, until its socket is closed.
func (r *run) listen() {
	buf := make([]byte, 65536)
	local := r.phone.LocalAddr().String()
	for {
		n, err := r.phone.Read(buf)
		if err != nil {
			return
		}
		r.got(buf[:n], r.send, "UDP", local)
	}
}

// got is one end's part in a call: it is the caller's or the callee's, as the message says.
func (r *run) got(msg []byte, send func([]byte), transport, host string) {
	n, ok := number(msg)
	if !ok || n >= len(r.calls) {
		r.fault("what is this: %.200q", msg)
		return
	}
	c := &r.calls[n]
	c.mu.Lock()
	defer c.mu.Unlock()
	method := bytes.Fields(header(msg, "CSeq"))
	switch {
	case bytes.HasPrefix(msg, []byte("INVITE ")):
		send(reply(msg, "180 Ringing", transport, host))
		send(reply(msg, "200 OK", transport, host))
	case bytes.HasPrefix(msg, []byte("ACK ")):
		c.acknowledged = true
		r.settle(c)
	case bytes.HasPrefix(msg, []byte("BYE ")):
		send(reply(msg, "200 OK", transport, host))
	case bytes.HasPrefix(msg, []byte("SIP/2.0 1")):
	case !bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")):
		c.refused = string(bytes.SplitN(msg, []byte("\r\n"), 2)[0])
	case len(method) == 2 && string(method[1]) == "INVITE":
		to := ""
		if !c.out {
			to = r.clients[c.client].conn.LocalAddr().String()
		}
		send(within(msg, "ACK", 1, transport, host, to))
		if !c.answered {
			c.answered = true
			send(within(msg, "BYE", 2, transport, host, to))
		}
	default:
		c.ended = true
		r.settle(c)
	}
}
