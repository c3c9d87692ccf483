package core

import (
	"net/netip"

	"sipedge/engine/transport"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Target is where a request is to be sent. A zero Addr stands for "by the
// destination URI, else by the Request-URI".
type Target struct {
	Addr  reactor.Addr
	Proto rt.Proto
	// Name is the host, of a target over TLS: its peer has to prove that it is this
	// one, and a connection for another name to the same address does not serve. 0
	// for an address.
	Name transport.Name
}

// HostTarget makes a target from a host (an IP address; for names see
// Proc.HostTarget) and a port (0: the protocol's default).
func HostTarget(host []byte, port uint16, proto rt.Proto) (Target, error) {
	a, ok := parseIP(host)
	if !ok {
		return Target{}, &NameError{Name: string(host)}
	}
	if !sendable(a) {
		return Target{}, ErrBadTarget
	}
	if proto == rt.ProtoNone {
		proto = rt.ProtoUDP
	}
	if port == 0 {
		port = defaultPort(proto)
	}
	return Target{Addr: reactor.FromAddrPort(netip.AddrPortFrom(a.Unmap(), port)), Proto: proto}, nil
}

// URITarget is where a SIP URI says that a request for it goes (RFC 3263 §4 for
// addresses): maddr or host, port, transport.
func URITarget(buf []byte, u *sipparse.URI) (Target, error) {
	proto := rt.ProtoUDP
	switch u.Scheme {
	case sipparse.SchemeSIP:
	case sipparse.SchemeSIPS:
		proto = rt.ProtoTLS
	default:
		return Target{}, ErrBadURI
	}
	if u.TransportKind != sipparse.TransportNone {
		proto = rt.Proto(u.TransportKind)
	}
	if u.Scheme == sipparse.SchemeSIPS {
		var err error
		if proto, err = secureProto(proto); err != nil {
			return Target{}, err
		}
	}
	host := u.Host
	if u.MAddr.Len > 0 {
		host = u.MAddr
	}
	return HostTarget(host.Of(buf), u.PortNum, proto)
}

// secureProto is the transport of a sips URI whose parameter names one: sips over TCP
// is TLS (RFC 3261 §26.2.2), and nothing goes over UDP.
func secureProto(p rt.Proto) (rt.Proto, error) {
	switch p {
	case rt.ProtoNone, rt.ProtoTCP, rt.ProtoTLS:
		return rt.ProtoTLS, nil
	case rt.ProtoWS, rt.ProtoWSS:
		return rt.ProtoWSS, nil
	}
	return rt.ProtoNone, ErrBadURI
}

// Forward sends the request statelessly (cookbook forward(); RFC 3261 §16.11):
// to t, or where the destination URI or the Request-URI say. The script's edits
// are applied, our Via is put on top. The script goes on afterwards and may
// forward again. Requests that a proxy has to refuse are answered instead, with
// ErrRefused (see refuseForward).
func (p *Proc) Forward(t Target) error {
	if !p.Index.IsRequest() {
		return ErrNotRequest
	}
	if p.http {
		return ErrNotSIP
	}
	if code, reason := p.refuseForward(); code != 0 {
		if p.Index.Method() == sipparse.MethodAck {
			p.loop.stats.acksExhausted.Add(1)
			return ErrHops
		}
		p.sendReply(code, reason, true)
		return ErrRefused
	}
	if t.Addr == (reactor.Addr{}) {
		proto := t.Proto
		var err error
		if t, err = p.nextHop(proto); err != nil {
			return err
		}
		if proto != rt.ProtoNone {
			t.Proto = proto
		}
	}
	err := p.forwardTo(t)
	for _, next := range p.Others(t) {
		if !TriesNext(err) {
			break
		}
		p.loop.stats.failovers.Add(1)
		err = p.forwardTo(next)
	}
	if err == nil {
		p.loop.stats.forwarded.Add(1)
	}
	return err
}

// forwardTo sends one copy to one target.
func (p *Proc) forwardTo(t Target) error {
	out, err := p.outSocket(t)
	if err != nil {
		return err
	}
	if p.listed(t) {
		return ErrListed
	}
	saved, flags := p.Edits, p.streamFlags
	err = p.sendCopy(t, out, out)
	p.Edits = saved
	if err == errLarge {
		large, by := p.largeTarget(t)
		err = p.sendCopy(large, by, out)
		p.Edits = saved
	}
	p.streamFlags = flags // those of an onsend_route were for this copy
	return err
}

// sendCopy adds what belongs to one outgoing copy and sends it by out. shown is what
// the send hooks see: the UDP socket, when out stands in for it (errLarge).
func (p *Proc) sendCopy(t Target, out, shown *Socket) error {
	if err := p.editCopy(t, out, shown, nil); err != nil {
		return err
	}
	return p.loop.sendEdited(p, out, t)
}

// editCopy makes the edits that belong to one outgoing copy. branch goes into our
// Via; nil for the one of a stateless copy.
func (p *Proc) editCopy(t Target, out, shown *Socket, branch []byte) error {
	p.editsLost = false
	for i := 0; i < p.nHooks; i++ {
		p.hooks[i].f(p, shown, p.hooks[i].arg)
	}
	uri := p.requestURI()
	if !p.editTopVia() || !p.editStartLine(uri) || !p.insertVia(out, uri, branch) || !p.lowerMaxForwards() || !p.cutSurplus() || !p.settleEdits() || p.editsLost {
		return ErrEdits
	}
	if out.Proto == rt.ProtoUDP && p.tooLarge() {
		if _, by := p.largeTarget(t); by != nil {
			return errLarge
		}
	}
	if p.snap.prog.Send != nil && !p.onSend(t, out) {
		return ErrBlocked
	}
	return nil
}

// cutSurplus takes the octets behind the body out of a datagram (RFC 3261 §18.3).
func (p *Proc) cutSurplus() bool {
	end := p.Index.MsgEnd()
	return end >= len(p.Msg) || p.Cut(end, len(p.Msg)-end)
}

// requestURI is the Request-URI that goes out, without escaped headers, which
// must not be forwarded (RFC 3261 §19.1.5, RFC 4475 §3.1.2.11).
func (p *Proc) requestURI() []byte {
	uri := p.Bytes(p.URI())
	if u, buf, e := p.ParsedURI(); e == sipparse.OK {
		uri = u.Whole.Of(buf)
		if u.Headers.Len > 0 {
			uri = uri[:int(u.Headers.Off)-1-int(u.Whole.Off)]
		}
	}
	return uri
}

// editStartLine rewrites the request line where the script has set another
// Request-URI, or where it was not written as RFC 3261 §7.1 wants it.
func (p *Proc) editStartLine(uri []byte) bool {
	line, method := p.Index.StartLine(), p.Index.MethodSpan()
	const fixed = len("  SIP/2.0\r\n")
	received := p.Index.URISpan()
	if p.NewURI.IsUndef() && int(line.Len) == int(method.Len)+len(uri)+fixed && int(received.Len) == len(uri) {
		return true
	}
	m := p.Mark()
	p.Append(method.Of(p.Msg))
	p.AppendString(" ")
	p.Append(uri)
	p.AppendString(" SIP/2.0\r\n")
	return p.edited(p.Edits.Replace(int(line.Off), int(line.Len), m, p.Mark()-m))
}

// lowerMaxForwards lowers the request's Max-Forwards by one, or gives a request
// that came without one the value that RFC 3261 §16.6 step 3 names, unless the
// script has dealt with it (module maxfwd): a request that is sent round in a
// circle must come to an end whatever the script forgot.
func (p *Proc) lowerMaxForwards() bool {
	if p.maxForwardsSet {
		return true
	}
	m := p.Mark()
	i := p.Index.First(sipparse.HdrMaxForwards)
	if i < 0 {
		p.AppendString("Max-Forwards: 70\r\n")
		return p.edited(p.Edits.InsertAt(p.Index.HeadersEnd(), m, p.Mark()-m, false))
	}
	n, e := p.Index.MaxForwards(p.Msg)
	if e != sipparse.OK || n <= 0 {
		return true
	}
	p.AppendValue(value.FromInt(int64(n) - 1))
	body := p.Index.Body(i)
	return p.edited(p.Edits.Replace(int(body.Off), int(body.Len), m, p.Mark()-m))
}

// SetMaxForwards notes that the script has put a Max-Forwards header in.
func (p *Proc) SetMaxForwards() { p.maxForwardsSet = true }

// refuseForward is the part of RFC 3261 §16.3 that a proxy must hold where the
// script has not decided: 416 for a scheme that is not SIP, 483 for an exhausted
// Max-Forwards, 420 for an extension that the sender requires of proxies.
func (p *Proc) refuseForward() (code int, reason string) {
	if n, e := p.Index.MaxForwards(p.Msg); e == sipparse.OK && n == 0 {
		return 483, "Too Many Hops"
	}
	if p.Index.Method() == sipparse.MethodAck { // is never answered
		return 0, ""
	}
	if p.DstURI.IsUndef() {
		if u, _, e := p.ParsedURI(); e == sipparse.OK && u.Scheme != sipparse.SchemeSIP && u.Scheme != sipparse.SchemeSIPS {
			return 416, "Unsupported URI Scheme"
		}
	}
	if p.Index.First(sipparse.HdrProxyRequire) >= 0 && p.Index.Method() != sipparse.MethodCancel {
		p.listUnsupported()
		return 420, "Bad Extension"
	}
	return 0, ""
}

// listUnsupported adds an Unsupported header with the option tags of
// Proxy-Require to the reply (RFC 3261 §8.2.2.3).
func (p *Proc) listUnsupported() {
	m := p.Mark()
	p.AppendString("Unsupported: ")
	for i := p.Index.First(sipparse.HdrProxyRequire); i >= 0; i = p.Index.Next(i) {
		if p.Mark() > m+len("Unsupported: ") {
			p.AppendString(", ")
		}
		p.appendUnfolded(p.Index.Body(i).Of(p.Msg))
	}
	p.AddReplyHeader(p.FromMark(m))
}

// appendUnfolded copies a header's body with every line fold as one space.
func (p *Proc) appendUnfolded(b []byte) {
	start := 0
	for i := 0; i < len(b); i++ {
		if b[i] == '\r' || b[i] == '\n' {
			p.Append(b[start:i])
			for i+1 < len(b) && (b[i+1] == '\r' || b[i+1] == '\n' || b[i+1] == ' ' || b[i+1] == '\t') {
				i++
			}
			p.AppendString(" ")
			start = i + 1
		}
	}
	p.Append(b[start:])
}

// nextHop is the target that the script's destination URI, else the Request-URI names.
func (p *Proc) nextHop(proto rt.Proto) (Target, error) {
	if !p.DstURI.IsUndef() {
		b := p.Bytes(p.DstURI)
		var u sipparse.URI
		if sipparse.ParseURI(b, 0, len(b), &u) != sipparse.OK {
			return Target{}, ErrBadURI
		}
		return p.uriTarget(b, &u, proto)
	}
	u, buf, e := p.ParsedURI()
	if e != sipparse.OK {
		return Target{}, ErrBadURI
	}
	return p.uriTarget(buf, u, proto)
}

// outSocket chooses the socket by which a request leaves: the forced one if its
// protocol and family fit (else the first that fits, as the cookbook says of
// force_send_socket), the one it came in by, the first that fits.
func (p *Proc) outSocket(t Target) (*Socket, error) {
	if t.Proto > rt.ProtoWSS { // a transport that nobody knows, in a Via or a URI
		return nil, ErrNotServed
	}
	if !p.snap.served[t.Proto] && (t.Proto < rt.ProtoUDP || t.Proto > rt.ProtoSCTP) {
		return nil, ErrNotServed
	}
	if p.SendSocket != 0 {
		if s := p.snap.socket(reactor.SocketID(p.SendSocket - 1)); s.fits(t) {
			return s, nil
		}
	} else if s := p.InSocket(); s.fits(t) {
		return s, nil
	}
	for _, s := range p.snap.byProto {
		if s.fits(t) {
			return s, nil
		}
	}
	return nil, ErrNoSocket
}

func (s *Socket) fits(t Target) bool {
	return s != nil && s.Proto == t.Proto && s.Addr.Addr().Is4() == t.Addr.Is4
}

// onSend runs the onsend_route on the message as it will leave; false: the
// script dropped it.
func (p *Proc) onSend(t Target, out *Socket) bool {
	return p.runOnSend(t, out, p.Edits.Size(len(p.Msg)))
}

func (p *Proc) runOnSend(t Target, out *Socket, size int) bool {
	p.SendFrom, p.SendTo, p.SendProto = out.Addr, t.Addr.AddrPort(), t.Proto
	p.SendLen = size
	if p.nOthers > 0 { // its own look-ups are not about the message's destination
		others, of, n := p.others, p.otherOf, p.nOthers
		defer func() { p.others, p.otherOf, p.nOthers = others, of, n }()
	}
	return p.runNested(rt.SendRoute, p.snap.prog.Send) != rt.Dropped
}

// Send sends the message as it was received, without a Via of ours (cookbook
// send()).
func (p *Proc) Send(t Target) error {
	if p.http {
		return ErrNotSIP
	}
	out, err := p.outSocket(t)
	if err != nil {
		return err
	}
	msg := p.Msg[:p.Index.MsgEnd()]
	if out.Proto != rt.ProtoUDP {
		return p.loop.sendStream(p, out, t, msg, p.forwardFlags())
	}
	if p.loop.rl.SendFrom(out.ID, p.sourceFor(out, t.Addr), t.Addr, msg) != nil {
		p.loop.stats.sendFull.Add(1)
		return ErrSendFull
	}
	p.loop.stats.sent.Add(1)
	return nil
}

// sendEdited applies the edits into the loop's send batch.
func (l *loop) sendEdited(p *Proc, out *Socket, t Target) error {
	to := t.Addr
	n := p.Edits.Size(len(p.Msg))
	if n > maxDatagram {
		return ErrTooLong
	}
	buf := l.room(out.Proto, n)
	if buf == nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	b := p.Edits.AppendTo(buf[:0], p.Msg, p.Arena())
	if out.Proto != rt.ProtoUDP {
		l.ignore = p.ignore
		return l.commitStream(p.snap, out, to, t.Name, p.replyConn, statelessTag, len(b), p.forwardFlags())
	}
	if l.rl.CommitFrom(out.ID, p.sourceFor(out, to), to, len(b)) != nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	l.stats.sent.Add(1)
	return nil
}

// relayReply sends a reply on by its next Via, without its top one (RFC 3261
// §16.7 step 3 and 9, §18.2.2). After ErrUnresolved the reply is as it was.
func (p *Proc) relayReply() error {
	if top, e := p.Index.TopVia(p.Msg); e == sipparse.OK {
		p.replyConn = connOfVia(p.Msg, top)
	}
	saved := p.Edits
	via, err := p.stripVia()
	if err == ErrNoVia && p.Index.First(sipparse.HdrVia) >= 0 {
		p.loop.stats.repliesForUs.Add(1)
	}
	if err != nil {
		return err
	}
	to, err := viaTarget(p.Msg, &via)
	t := Target{Addr: to, Proto: rt.Proto(via.TransportKind)}
	if err != nil {
		if t, err = p.viaName(&via, err); err != nil {
			if err == ErrUnresolved {
				p.Edits = saved
			}
			return err
		}
	}
	out, err := p.outSocket(t)
	if err != nil {
		return err
	}
	if !p.cutSurplus() || !p.settleEdits() {
		return ErrEdits
	}
	if err := p.loop.sendEdited(p, out, t); err != nil {
		return err
	}
	p.loop.stats.repliesRelayed.Add(1)
	return nil
}

// stripVia takes the top Via off the reply and returns the next one.
func (p *Proc) stripVia() (via sipparse.Via, err error) {
	i := p.Index.First(sipparse.HdrVia)
	if i < 0 {
		return via, ErrNoVia
	}
	top, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return via, ErrNoVia
	}
	body := p.Index.Body(i)
	if top.Next {
		// another Via in the same header line: the top one is cut out of it
		next, _ := sipparse.ParseVia(p.Msg, int(body.Off), body.End(), &via)
		if _, e := sipparse.ParseVia(p.Msg, next, body.End(), &via); e != sipparse.OK {
			return via, ErrNoVia
		}
		if !p.Cut(int(body.Off), int(via.Whole.Off)-int(body.Off)) {
			return via, ErrEdits
		}
		return via, nil
	}
	n := p.Index.Next(i)
	if n < 0 {
		return via, ErrNoVia
	}
	b := p.Index.Body(n)
	if _, e := sipparse.ParseVia(p.Msg, int(b.Off), b.End(), &via); e != sipparse.OK {
		return via, ErrNoVia
	}
	if !p.RemoveHeader(i) {
		return via, ErrEdits
	}
	return via, nil
}

// viaTransport is a transport's name as it stands in a Via.
func viaTransport(proto rt.Proto) string {
	return [...]string{"UDP", "UDP", "TCP", "TLS", "SCTP", "WS", "WSS"}[proto]
}
