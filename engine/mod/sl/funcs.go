package sl

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// levelErr is Kamailio's L_ERR.
const levelErr = -1

func compileReply(name string, b registry.Build, args []registry.Actual) (rt.Func, error) {
	code, err := arg.NewNumber(args, 0, name+": status code", minCode, maxCode)
	if err != nil {
		return nil, err
	}
	if text, ok := arg.Const(&args[1]); ok && !validReason([]byte(text)) {
		return nil, arg.Error(1, "%s: reason must be one line of text, not %q", name, text)
	}
	cfg, reason := b.Config("sl").(*Config), args[1].Eval
	noReason := []byte(cfg.DefaultReason)
	told := b.Route(rt.EventRoute, localResponse)
	stateful := name == "send_reply" // through the request's transaction, where it has one
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, ok := code.Get(c)
		if !ok {
			n = cfg.DefaultCode
		}
		v := reason(c)
		text := noReason
		switch v.Kind() {
		case value.Str:
			text = c.Bytes(v)
		case value.Int:
			text = c.Bytes(c.Str(v))
		}
		if n >= 300 && n < 400 {
			addContacts(p, cfg.RichRedirect)
		}
		var err error
		if h := p.Server().HookOf(p.LoopID()); stateful && cfg.BindTM && p.Txn != 0 && h != nil {
			err = h.ReplyWith(p, int(n), text)
		} else {
			err = p.Reply(int(n), text)
		}
		r := result(p, name, err)
		if told && r > 0 {
			p.RunInline(rt.EventRoute, localResponse)
		}
		return r
	}, nil
}

// localResponse is the event_route that runs when a function of this module has sent
// a reply.
const localResponse = "sl:local-response"

// validReason reports whether a text can be a reason phrase: no control byte.
func validReason(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// result turns the outcome of a reply into the script's and logs a failure. An
// ACK that cannot be answered is no news.
func result(p *core.Proc, name string, err error) int32 {
	if err == nil {
		return 1
	}
	if !errors.Is(err, core.ErrIsAck) {
		p.Logf(levelErr, "%s: %v", name, err)
	}
	return p.Refuse(err)
}
