package tm

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"sipedge/engine/core"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Request is a request of our own. Empty fields get what is usual.
type Request struct {
	Method string
	// URI is the Request-URI.
	URI string
	// From and To are header bodies ("<sip:a@b>;tag=x"); a From without a tag gets one.
	From, To string
	CallID   string
	CSeq     uint32
	// Headers are whole lines with their ends.
	Headers string
	Body    string
	// NextHop is a URI that says where to send to instead of URI, "" for none;
	// Socket the listen address to send by, nil to choose.
	NextHop string
	Socket  *core.Socket
	// OnReply is called for LocalResponse and LocalCompleted and, where Events asks
	// for more, for these.
	OnReply CallbackID
	Events  Event
	Param   uint64
}

// Send sends a request of our own, after event_route[tm:local-request] has seen
// it. It must be called on the loop with that number, which becomes the
// transaction's. The request has no Via yet when the event_route runs.
func (a *API) Send(loop int, r *Request) (Handle, error) {
	return a.layer(loop).send(a.srv.Snapshot(), r)
}

// SendHome is Send on the loop where the call of the request's Call-ID lives, so
// that what follows in the dialog finds it; from any goroutine. done gets the
// outcome there; nil for nobody to tell. An error means that nothing is sent.
func (a *API) SendHome(r *Request, done func(Handle, error)) error {
	if r.CallID == "" {
		r.CallID = newCallID()
	}
	return a.srv.Post(a.srv.CallHome([]byte(r.CallID)), func(loop int) {
		h, err := a.Send(loop, r)
		switch {
		case done != nil:
			done(h, err)
		case err != nil:
			a.srv.Log().Printf(levelErr, "tm: %s to %s was not sent: %v", r.Method, r.URI, err)
		}
	})
}

// newCallID makes a Call-ID that nobody can guess.
func newCallID() string {
	return strconv.FormatUint(rand.Uint64(), 16) + strconv.FormatUint(rand.Uint64(), 16)
}

func (m *layer) send(snap *core.Snapshot, r *Request) (Handle, error) {
	text, err := m.write(r)
	if err != nil {
		return 0, err
	}
	i, t, ok := m.txs.Alloc(m.bounds.transactions)
	if !ok {
		m.stats.full.Add(1)
		return 0, ErrFull
	}
	if t.msg, ok = m.store(text); !ok {
		m.txs.Release(i)
		return 0, ErrMemory
	}
	t.msgLen = uint16(len(text))
	t.flags = fLocal | fNo100
	t.method = sipparse.ParseMethod([]byte(r.Method))
	t.cseq = r.CSeq
	t.meta = reactor.Meta{Socket: reactor.NoSocket, Transport: reactor.UDP}
	t.snap = m.loop.HoldSnapshot(snap)
	t.born = m.loop.Now()
	var none [core.NumNotes]uint32
	m.settings(t, &none)
	m.enter(i, t, rand.Uint64())
	m.stats.created.Add(1)
	m.stats.local.Add(1)
	h := m.handle(i)
	if r.OnReply != 0 {
		m.register(t, LocalResponse|LocalCompleted|r.Events, r.OnReply, r.Param)
	}
	p, ok := m.loop.ReviveOwn(snap, m.requestBytes(t), &t.meta)
	if !ok {
		m.destroy(i, t)
		return 0, fmt.Errorf("tm: the request to %s is no SIP message", r.URI)
	}
	waits := false
	defer func() {
		if !waits {
			m.loop.Put(p)
		}
	}()
	p.Txn = uint64(h)
	p.Notes[noteOwner] = fromRoute
	p.SetMaxForwards() // it has been through nobody's hands yet (RFC 3261 §8.1.1.6)
	if r.Socket != nil {
		p.SendSocket = int32(r.Socket.ID) + 1
	}
	if r.NextHop != "" && !p.SetDstURI(p.NewString([]byte(r.NextHop))) {
		m.destroy(i, t)
		return 0, core.ErrBadURI
	}
	if p.RunInline(rt.EventRoute, localRequest) == rt.Dropped {
		t.cbMask = 0 // the caller learns it from the error
		m.destroy(i, t)
		return 0, ErrDropBranch
	}
	if err = m.sendOwnRequest(i, t, p); err == core.ErrUnresolved {
		if err = p.AwaitNameAlone(ownNamed); err == nil {
			waits = true
			t.busy++
			return h, nil
		}
	}
	if err != nil {
		t.cbMask = 0 // the caller learns it from the error
		m.destroy(i, t)
		return 0, err
	}
	return h, nil
}

// sendOwnRequest makes the branch of a request of our own.
func (m *layer) sendOwnRequest(i int32, t *tx, p *core.Proc) error {
	f := m.begin(t, p, core.Target{})
	m.advance(i, t, p, &f) // no branch_route is armed, so that nothing waits
	if err := f.end(m, t, rt.EventRoute); err != nil {
		return err
	}
	m.save(t, p)
	return nil
}

// ownNamed goes on with a request of our own when the name servers have answered. Whoever sent
// it hears of what went wrong as of a reply.
func ownNamed(p *core.Proc) {
	m := layerOf(p)
	h := Handle(p.Txn)
	t := m.get(h)
	if t == nil { // a bug: a busy transaction does not go
		m.stats.broken.Add(1)
		return
	}
	i := h.slot()
	t.busy--
	if err := m.sendOwnRequest(i, t, p); err != nil {
		code, _ := whyFailed(errorNumber(err))
		if t.flags&fCanceled != 0 {
			code = 487
		}
		p.Logf(levelWarn, "tm: a request of our own was not sent: %v", err)
		t.status = uint16(code)
		m.tell(i, t, LocalResponse|LocalCompleted, -1, nil, code, true)
	}
	m.drain(i, t)
}

// takeHeaders takes the headers that have a place of their own in a request out of
// lines, and keeps the rest.
func takeHeaders(r *Request, lines string) {
	for line := range strings.Lines(lines) {
		line = strings.TrimRight(line, "\r\n")
		name, body, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		body = strings.TrimSpace(body)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "from", "f":
			r.From = body
		case "to", "t":
			r.To = body
		case "call-id", "i":
			r.CallID = body
		case "cseq":
			number, _, _ := strings.Cut(body, " ")
			if n, err := strconv.ParseUint(number, 10, 31); err == nil {
				r.CSeq = uint32(n)
			}
		case "content-length", "l", "via", "v", "max-forwards":
		default:
			r.Headers += line + "\r\n"
		}
	}
}

// write makes the message without a Via, which each copy gets when it is sent.
func (m *layer) write(r *Request) ([]byte, error) {
	if r.Method == "" || r.URI == "" || r.From == "" || r.To == "" {
		return nil, fmt.Errorf("tm: a request needs method, URI, From and To")
	}
	for _, s := range [...]string{r.Method, r.URI, r.From, r.To, r.CallID} {
		if strings.ContainsAny(s, "\r\n\x00") {
			return nil, fmt.Errorf("tm: a request's method, URI, From, To and Call-ID are single lines, not %q", s)
		}
	}
	if strings.ContainsAny(r.Method+r.URI, " \t") {
		return nil, fmt.Errorf("tm: there are spaces in the method or the URI of a request: %q %q", r.Method, r.URI)
	}
	if r.Headers != "" && (!strings.HasSuffix(r.Headers, "\n") || strings.Contains(strings.ReplaceAll(r.Headers, "\r", ""), "\n\n") || r.Headers[0] == '\n' || r.Headers[0] == '\r') {
		return nil, fmt.Errorf("tm: headers are whole lines without an empty one, not %q", r.Headers)
	}
	if r.CallID == "" {
		r.CallID = newCallID()
	}
	if r.CSeq == 0 {
		r.CSeq = 10
	}
	b := append([]byte(nil), r.Method...)
	b = append(append(append(b, ' '), r.URI...), " SIP/2.0\r\n"...)
	b = append(append(append(b, "To: "...), r.To...), "\r\n"...)
	b = append(append(b, "From: "...), r.From...)
	var na sipparse.NameAddr
	if _, e := sipparse.ParseNameAddr([]byte(r.From), 0, len(r.From), &na); e == sipparse.OK && na.Tag.Len == 0 {
		b = core.AppendHex(append(b, ";tag="...), rand.Uint64(), 16)
	}
	b = append(append(append(b, "\r\nCall-ID: "...), r.CallID...), "\r\nCSeq: "...)
	b = append(append(strconv.AppendUint(b, uint64(r.CSeq), 10), ' '), r.Method...)
	b = append(b, "\r\nMax-Forwards: 70\r\n"...)
	b = append(b, r.Headers...)
	b = append(b, "Content-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(r.Body)), 10), "\r\n\r\n"...)
	b = append(b, r.Body...)
	if len(b) > sipparse.MaxMessage {
		return nil, core.ErrTooLong
	}
	return b, nil
}
