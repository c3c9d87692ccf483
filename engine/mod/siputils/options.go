package siputils

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

const levelErr = -1

func optionsFunctions() []registry.Function {
	return []registry.Function{{
		Name: "options_reply", Routes: rt.RequestRoute,
		Doc: "Answers an OPTIONS for the server itself, whose Request-URI has no user, with 200 and what is accepted. " +
			"False for any other request.",
		Source:  source + "; RFC 3261 §11.2",
		Compile: compileOptionsReply,
	}}
}

var okReason = []byte("OK")

func compileOptionsReply(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	cfg := b.Config("siputils").(*Config)
	headers := []replyHeader{
		{"Accept: ", cfg.Accept}, {"Accept-Encoding: ", cfg.AcceptEncoding},
		{"Accept-Language: ", cfg.AcceptLanguage}, {"Supported: ", cfg.Support},
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		u, _, e := c.ParsedURI()
		switch {
		case !c.Index.IsRequest() || c.Index.Method() != sipparse.MethodOptions:
			p.Logf(levelErr, "options_reply: the request is no OPTIONS")
			return -1
		case e != sipparse.OK || u.User.Len > 0:
			p.Logf(levelErr, "options_reply: the Request-URI names a user")
			return -1
		}
		for i := range headers {
			m := c.Mark()
			c.AppendString(headers[i].name)
			c.AppendString(headers[i].body)
			if !p.AddReplyHeader(c.FromMark(m)) {
				p.Logf(levelErr, "options_reply: the reply has too many headers")
				return -1
			}
		}
		if err := p.Reply(200, okReason); err != nil {
			if !errors.Is(err, core.ErrIsAck) {
				p.Logf(levelErr, "options_reply: %v", err)
			}
			return p.Refuse(err)
		}
		return 1
	}, nil
}

// replyHeader is a header of the reply.
type replyHeader struct{ name, body string }
