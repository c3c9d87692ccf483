package tmx

import (
	"errors"
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// compileSend is t_uac_send().
func compileSend(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	var evals [6]rt.Expr
	for i := range evals {
		evals[i] = args[i].Eval
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		var text [6]string
		for i, e := range evals {
			text[i] = string(c.Bytes(c.Str(e(c))))
		}
		r, err := request(p, text)
		if err == nil {
			_, err = api(p).Send(p.LoopID(), r)
		}
		if err != nil {
			p.Logf(levelErr, "t_uac_send: %v", err)
			return -1
		}
		return 1
	}, nil
}

// request makes the request of method, URI, next hop, socket, headers and body.
func request(p *core.Proc, text [6]string) (*tm.Request, error) {
	r := &tm.Request{Method: text[0], URI: text[1], NextHop: text[2], Body: text[5]}
	if r.Method == "" || strings.ContainsFunc(r.Method, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune("()<>@,;:\\\"/[]?={}", c) }) {
		return nil, fmt.Errorf("%q is no method", r.Method)
	}
	for _, u := range []string{r.URI, r.NextHop} {
		var parsed sipparse.URI
		if u == "" && r.URI != "" {
			continue
		}
		if strings.ContainsFunc(u, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' }) || sipparse.ParseURI([]byte(u), 0, len(u), &parsed) != sipparse.OK {
			return nil, fmt.Errorf("%q is no URI", u)
		}
	}
	if text[3] != "" {
		hp, ok := arg.ParseHostPort([]byte(text[3]))
		proto := hp.Proto
		if proto == rt.ProtoNone {
			proto = rt.ProtoUDP
		}
		if ok {
			r.Socket = p.Snapshot().SocketByName(proto, hp.Host, hp.Port)
		}
		if r.Socket == nil {
			return nil, fmt.Errorf("there is no listen address %q", text[3])
		}
	}
	return r, headers(r, text[4])
}

// headers takes From, To, Call-ID and CSeq out of header lines; the rest are the
// request's further headers.
func headers(r *tm.Request, text string) error {
	msg := []byte("OPTIONS sip:x SIP/2.0\r\n" + strings.TrimRight(text, "\r\n") + "\r\n\r\n")
	if strings.Contains(strings.TrimRight(strings.ReplaceAll(text, "\r", ""), "\n"), "\n\n") {
		return errors.New("there is an empty line among the headers")
	}
	var x sipparse.Index
	if len(msg) > sipparse.MaxMessage || sipparse.Parse(msg, &x) != sipparse.OK {
		return fmt.Errorf("the headers are none: %q", text)
	}
	var rest strings.Builder
	typed := false
	for i := range x.Len() {
		off, end := x.Line(i)
		body := string(x.Body(i).Of(msg))
		switch x.Type(i) {
		case sipparse.HdrFrom:
			r.From = body
		case sipparse.HdrTo:
			r.To = body
		case sipparse.HdrCallID:
			r.CallID = body
		case sipparse.HdrCSeq:
			c, e := x.CSeq(msg)
			if e != sipparse.OK {
				return fmt.Errorf("CSeq is none: %q", body)
			}
			r.CSeq = c.Number
		case sipparse.HdrVia, sipparse.HdrContentLength, sipparse.HdrMaxForwards:
		default:
			typed = typed || x.Type(i) == sipparse.HdrContentType
			rest.WriteString(strings.TrimRight(string(msg[off:end]), "\r\n") + "\r\n")
		}
	}
	r.Headers = rest.String()
	for _, b := range []struct{ name, body string }{{"From", r.From}, {"To", r.To}} {
		var na sipparse.NameAddr
		if _, e := sipparse.ParseNameAddr([]byte(b.body), 0, len(b.body), &na); e != sipparse.OK {
			return fmt.Errorf("the headers need a %s with an address, not %q", b.name, b.body)
		}
	}
	if r.Body != "" && !typed {
		return errors.New("a body needs a Content-Type among the headers")
	}
	return nil
}
