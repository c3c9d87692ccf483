package xhttp

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

const (
	minCode = 100
	maxCode = 699
	// levelErr and levelWarn are Kamailio's L_ERR and L_WARN.
	levelErr  = -1
	levelWarn = 0
)

func compileReply(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	code, err := arg.NewNumber(args, 0, "xhttp_reply: code", minCode, maxCode)
	if err != nil {
		return nil, err
	}
	reason, ctype, body := args[1].Eval, args[2].Eval, args[3].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, ok := code.Get(c)
		if !ok {
			return -1
		}
		// As values first: the texts may move while the later ones are made.
		r, t, b := c.Str(reason(c)), c.Str(ctype(c)), c.Str(body(c))
		reply := core.HTTPReply{Code: int(n), Reason: c.Bytes(r), Type: c.Bytes(t), Body: c.Bytes(b)}
		if err := p.ReplyHTTP(&reply); err != nil {
			p.Logf(levelErr, "xhttp_reply: %v", err)
			return p.Refuse(err)
		}
		return 1
	}, nil
}

func bindURL(_ registry.Build, _, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errors.New("$hu has no index")
	}
	return &registry.Var{Name: "hu", Get: func(c *rt.Ctx) value.Value {
		p := core.Of(c)
		if !p.HTTP() {
			return value.Value{}
		}
		s := p.Index.URISpan()
		return value.FromSpan(value.Msg, int(s.Off), int(s.Len))
	}}, nil
}
