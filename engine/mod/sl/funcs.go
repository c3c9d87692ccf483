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
			addContacts(p)
		}
		if stateful && cfg.BindTM && p.Txn != 0 {
			if h := p.Server().HookOf(p.LoopID()); h != nil {
				return result(p, name, h.ReplyWith(p, int(n), text))
			}
		}
		return result(p, name, p.Reply(int(n), text))
	}, nil
}

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

// addContacts lists the request's destinations in one Contact header of the
// reply: the Request-URI where the script has changed it, then the branches.
func addContacts(p *core.Proc) {
	m := p.Mark()
	p.AppendString("Contact: ")
	first := p.Mark()
	if !p.NewURI.IsUndef() {
		addContact(p, p.NewURI, noQ)
	}
	for i := range p.Branches() {
		if p.Mark() > first {
			p.AppendString(", ")
		}
		br := &p.Branches()[i]
		addContact(p, br.URI, br.Q)
	}
	if p.Mark() == first {
		return
	}
	p.AddReplyHeader(p.FromMark(m))
}

// noQ is the q value of a destination that has none.
const noQ = -1

func addContact(p *core.Proc, uri value.Value, q int16) {
	p.AppendString("<")
	p.AppendValue(uri)
	p.AppendString(">")
	if q < 0 {
		return
	}
	p.AppendString(";q=")
	if q >= 1000 {
		p.AppendString("1")
		return
	}
	digits := [...]byte{'0', '.', byte('0' + q/100), byte('0' + q/10%10), byte('0' + q%10)}
	n := len(digits)
	for n > 3 && digits[n-1] == '0' {
		n--
	}
	p.Append(digits[:n])
}
