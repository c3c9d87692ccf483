package tm

import (
	"unsafe"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// replyFunctions make transactions and answer them.
func replyFunctions() []registry.Function {
	const routes = rt.RequestRoute | rt.FailureRoute | rt.TMReplyRoute | rt.BranchRoute | rt.EventRoute
	reply := func(name, doc string) registry.Function {
		return registry.Function{
			Name: name, Routes: routes, Stateful: true, Doc: doc, Source: source,
			Args:    []registry.Arg{{Name: "code", Kind: registry.ArgFormat}, {Name: "reason", Kind: registry.ArgFormat}},
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) { return compileReply(name, b, args) },
		}
	}
	return []registry.Function{
		simple("t_newtran", rt.RequestRoute, "Makes the transaction of the request. False where it is not possible; a retransmission is answered and ends the script.",
			func(m *layer, p *core.Proc) int32 { return m.newtran(p) }),
		reply("t_reply", "Answers the request by its transaction; of an INVITE the branches are cancelled."),
		reply("t_send_reply", "t_reply(), making the transaction where there is none."),
		simple("t_release", rt.RequestRoute|rt.FailureRoute, "Ends the transaction with the script.",
			func(m *layer, p *core.Proc) int32 { return m.release(p) }),
		simple("t_retransmit_reply", rt.RequestRoute, "Sends the transaction's last reply once more.",
			func(m *layer, p *core.Proc) int32 {
				t := m.lookup(p)
				if t == nil || t.reply == 0 {
					return p.Refuse(ErrGone)
				}
				m.again(t)
				return 1
			}),
	}
}

// simple is a function without arguments.
func simple(name string, routes rt.RouteKind, doc string, f func(m *layer, p *core.Proc) int32) registry.Function {
	return registry.Function{
		Name: name, Routes: routes, Stateful: true, Bare: true, Doc: doc, Source: source,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				return f(layerOf(p), p)
			}, nil
		},
	}
}

func compileReply(name string, b registry.Build, args []registry.Actual) (rt.Func, error) {
	code, err := arg.NewNumber(args, 0, name+": status code", 100, 699)
	if err != nil {
		return nil, err
	}
	if text, ok := arg.Const(&args[1]); ok && !core.ValidReason([]byte(text)) {
		return nil, arg.Error(1, "%s: reason must be one line of text, not %q", name, text)
	}
	cfg, reason := b.Config("tm").(*Config), args[1].Eval
	makes := name == "t_send_reply"
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, ok := code.Get(c)
		if !ok {
			n = cfg.DefaultCode
		}
		text := c.Text(reason(c))
		if reason(c).Kind() == value.Undef || !core.ValidReason(text) {
			text = []byte(cfg.DefaultReason)
		}
		return layerOf(p).reply(p, name, int(n), text, makes)
	}, nil
}

// reply is t_reply(): of the message's transaction, where the message is a reply
// of the request that it answers.
func (m *layer) reply(p *core.Proc, name string, code int, reason []byte, makes bool) int32 {
	if p.Txn == 0 && makes {
		if r := m.newtran(p); r <= 0 {
			return r
		}
	}
	t := m.lookup(p)
	if t == nil {
		p.Logf(levelErr, "%s: there is no transaction; t_newtran() makes one", name)
		return p.Refuse(ErrGone)
	}
	text := unsafe.String(unsafe.SliceData(reason), len(reason)) // good until the call returns
	var err error
	if p.Notes[noteOwner]&(owns|fromRoute) != 0 {
		err = m.localReply(Handle(p.Txn).slot(), t, p, code, text)
	} else {
		err = m.replyRevived(Handle(p.Txn).slot(), t, code, text)
	}
	if err != nil {
		p.Logf(levelErr, "%s: %v", name, err)
		return p.Refuse(err)
	}
	return 1
}
