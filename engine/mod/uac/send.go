package uac

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/tm"
	"sipedge/reactor"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// loopState is the module's part of one event loop.
type loopState struct {
	index   sipparse.Index // for messages that are read again
	pending map[uint64]*pending
	last    uint64
}

// pending is a request of uac_req_send() whose reply is awaited. It is kept by
// number, since transactions hold no pointers.
type pending struct {
	req            tm.Request
	snap           *core.Snapshot
	user, password string
	event          bool
	param          string
	headers        string // the script's own, without credentials
	answers        int    // challenges answered
	bytes          []byte // the request as sent, for the event_route where nobody has answered
}

// compileSend is uac_req_send().
func compileSend(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	c := b.Config("uac").(*Config)
	return func(ctx *rt.Ctx) int32 {
		p := core.Of(ctx)
		if err := of(p.Server()).send(p, c); err != nil {
			p.Logf(levelErr, "uac_req_send: %v", err)
			return -1
		}
		return 1
	}, nil
}

// send sends the request that a message's $uac_req(…) describes.
func (a *agent) send(p *core.Proc, c *Config) error {
	r, ctx := &c.req, &p.Ctx
	n := &pending{
		snap: p.Snapshot(), user: r.text(ctx, keyUser), password: r.text(ctx, keyPassword),
		event: r.parts[keyEvent].Get(ctx).Int() != 0, param: r.text(ctx, keyEventParam),
	}
	q := &n.req
	*q = tm.Request{
		Method: r.text(ctx, keyMethod), URI: r.text(ctx, keyRURI), CallID: r.text(ctx, keyCallID), CSeq: 10,
		Body: r.text(ctx, keyBody), NextHop: r.text(ctx, keyNextHop), OnReply: a.reply, Events: tm.Destroyed,
	}
	from, to := r.text(ctx, keyFrom), r.text(ctx, keyTo)
	if from == "" {
		from = q.URI
	}
	if to == "" {
		to = q.URI
	}
	if !isToken(q.Method) {
		return fmt.Errorf("$uac_req(method) must be a method, not %q", q.Method)
	}
	for _, u := range []struct{ key, text string }{{"ruri", q.URI}, {"furi", from}, {"turi", to}, {"ouri", q.NextHop}} {
		if !isURI([]byte(u.text)) && (u.text != "" || u.key != "ouri") {
			return fmt.Errorf("$uac_req(%s) must be a URI, not %q", u.key, u.text)
		}
	}
	if q.CallID == "" {
		q.CallID = strconv.FormatUint(rand.Uint64(), 16) + strconv.FormatUint(rand.Uint64(), 16)
	} else if strings.ContainsFunc(q.CallID, func(ch rune) bool { return ch <= ' ' || ch == 0x7f }) {
		return fmt.Errorf("$uac_req(callid) cannot be a Call-ID: %q", q.CallID)
	}
	if !quotable(n.user) {
		return fmt.Errorf("$uac_req(auser) cannot be a user name: %q", n.user)
	}
	var err error
	if q.Headers, err = headerLines(r.text(ctx, keyHeaders)); err != nil {
		return fmt.Errorf("$uac_req(hdrs): %w", err)
	}
	n.headers = q.Headers
	q.From = "<" + from + ">;tag=" + strconv.FormatUint(rand.Uint64()|1, 16)
	q.To = "<" + to + ">"
	if sock := r.text(ctx, keySocket); sock != "" {
		hp, ok := arg.ParseHostPort([]byte(sock))
		if !ok {
			return fmt.Errorf("$uac_req(sock) must be a listen address such as udp:192.0.2.1:5060, not %q", sock)
		}
		proto := hp.Proto
		if proto == rt.ProtoNone {
			proto = rt.ProtoUDP
		}
		if q.Socket = p.Snapshot().SocketByName(proto, hp.Host, hp.Port); q.Socket == nil {
			return fmt.Errorf("$uac_req(sock): there is no listen address %s", sock)
		}
	}
	return a.launch(p.LoopID(), n)
}

// launch sends a request and keeps what its reply needs.
func (a *agent) launch(loop int, n *pending) error {
	l := &a.loops[loop]
	if len(l.pending) >= maxPending {
		return fmt.Errorf("%d requests await their replies; no more are sent", len(l.pending))
	}
	if l.pending == nil {
		l.pending = map[uint64]*pending{}
	}
	l.last++
	n.req.Param = l.last
	l.pending[l.last] = n
	t, err := a.api.Send(loop, &n.req)
	if err != nil {
		delete(l.pending, n.req.Param)
		return err
	}
	if n.event {
		n.bytes = append([]byte(nil), a.api.RequestBytes(t)...)
	}
	return nil
}

// replied goes on when a request of ours has been answered, or nobody has in time.
func (a *agent) replied(e *tm.Args) {
	loop := e.T.Loop()
	l := &a.loops[loop]
	switch e.Event {
	case tm.LocalCompleted:
	case tm.Destroyed: // given up, as when the server stops
		delete(l.pending, e.Param)
		return
	default:
		return
	}
	n := l.pending[e.Param]
	if n == nil {
		return
	}
	delete(l.pending, e.Param)
	if e.Proc != nil && (e.Code == 401 || e.Code == 407) && n.user != "" && n.answers < maxAnswers {
		if err := a.answer(loop, n, e.Proc, e.Code); err != nil {
			e.Proc.Logf(levelErr, "uac: the challenge to a request of uac_req_send() is not answered: %v", err)
		}
	}
	if n.event {
		a.runEvent(loop, n, e)
	}
}

// answer sends a challenged request once more, with credentials. A challenge to
// credentials is answered only where it says that their nonce was too old: the same
// user name and password would fail again (RFC 3261 §22.2, RFC 7616 §3.3).
func (a *agent) answer(loop int, n *pending, reply *core.Proc, code int) error {
	bodies, name := challenges(&reply.Index, reply.Msg, code)
	for _, b := range bodies {
		an, ok := readChallenge(b)
		if !ok || n.answers > 0 && !an.stale {
			continue
		}
		an.user, an.password, an.method, an.uri = n.user, n.password, n.req.Method, n.req.URI
		again := *n
		again.answers++
		again.req.CSeq++
		again.req.Headers = n.headers + string(an.header(nil, name))
		return a.launch(loop, &again)
	}
	if n.answers > 0 {
		return errors.New("the credentials that were sent have been refused: check $uac_req(auser) and $uac_req(apasswd)")
	}
	return fmt.Errorf("none of its %d challenges can be", len(bodies))
}

// How an event_route's run came about: $uac_req(evtype).
const (
	eventReply   = 1
	eventTimeout = 2
)

// runEvent runs event_route[uac:reply] on the reply, or on the request where
// nobody has answered it. The route may wait.
func (a *agent) runEvent(loop int, n *pending, e *tm.Args) {
	op := n.snap.Block(rt.EventRoute, replyEvent)
	cfg, _ := n.snap.Config("uac").(*Config)
	if op == nil || cfg == nil {
		return
	}
	var p *core.Proc
	ok, kind := false, int64(eventReply)
	if e.Proc != nil {
		p, ok = a.api.Loop(e.T).Revive(n.snap, e.Proc.Msg, &e.Proc.Meta)
	} else {
		kind = eventTimeout
		meta := reactor.Meta{Socket: reactor.NoSocket, Transport: reactor.UDP}
		p, ok = a.api.Loop(e.T).ReviveOwn(n.snap, n.bytes, &meta)
	}
	if !ok {
		return
	}
	p.Received = e.Proc != nil
	r := &cfg.req
	r.parts[keyEventCode].Set(&p.Ctx, value.FromInt(int64(e.Code)))
	r.parts[keyEventType].Set(&p.Ctx, value.FromInt(kind))
	if n.param != "" {
		r.parts[keyEventParam].Set(&p.Ctx, p.NewString([]byte(n.param)))
	}
	defer p.HomeLoop().Boundary(p) // a panic costs the event_route alone
	p.RunBlock(rt.EventRoute, op, endEvent)
}

func endEvent(p *core.Proc, _ rt.State, _ error) { p.HomeLoop().Put(p) }

// headerLines gives header lines their ends. It refuses what would end the
// headers, or begin a header that the request has of itself.
func headerLines(s string) (string, error) {
	var b strings.Builder
	for i, l := range strings.Split(strings.TrimRight(s, "\r\n"), "\n") {
		l = strings.TrimSuffix(l, "\r")
		if s == "" || l == "" && i == 0 && strings.TrimSpace(s) == "" {
			return "", nil
		}
		name, _, ok := strings.Cut(l, ":")
		name = strings.TrimRight(name, " \t")
		fold := i > 0 && l != "" && (l[0] == ' ' || l[0] == '\t')
		if strings.ContainsAny(l, "\r\x00") || !fold && (!ok || !isToken(name)) {
			return "", fmt.Errorf("%q is no header line", l)
		}
		if !fold {
			switch h := sipparse.LookupHeader([]byte(name)); h {
			case sipparse.HdrVia, sipparse.HdrFrom, sipparse.HdrTo, sipparse.HdrCallID, sipparse.HdrCSeq, sipparse.HdrContentLength, sipparse.HdrMaxForwards:
				return "", fmt.Errorf("the request has its %s already", h)
			}
		}
		b.WriteString(l)
		b.WriteString("\r\n")
	}
	return b.String(), nil
}

func isToken(s string) bool {
	for _, ch := range []byte(s) {
		if !(ch >= '0' && ch <= '9' || ch|0x20 >= 'a' && ch|0x20 <= 'z' || strings.IndexByte("-.!%*_+`'~", ch) >= 0) {
			return false
		}
	}
	return s != ""
}
