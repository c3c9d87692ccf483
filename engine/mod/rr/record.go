package rr

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// What is written when the request is sent.
const (
	recordNothing = iota // taken back
	recordSocket
	recordPreset
	recordAdvertised
)

var (
	errTwice = errors.New("the request is record-routed already")
	errText  = errors.New("the text cannot stand in a URI")
)

// recorder adds the headers: the binding, and what is bound to one call.
type recorder struct {
	*binding
	hook core.SendHook // write, bound once
	name string        // the script's function
	avp  *registry.Var // custom_user_avp
}

func newRecorder(b registry.Build, name string) (*recorder, error) {
	r := &recorder{binding: bind(b), name: name}
	r.hook = r.write
	if avp := r.cfg.CustomUserAVP; r.cfg.AddUsername && avp != "" {
		if avp[0] != '$' {
			return nil, errors.New("rr: custom_user_avp must be a variable such as $avp(x), not " + avp)
		}
		v, err := b.Var(avp[1:])
		if err != nil {
			return nil, err
		}
		r.avp = v
	}
	return r, nil
}

func compileRecordRoute(b registry.Build, args []registry.Actual) (rt.Func, error) {
	r, err := newRecorder(b, "record_route")
	if err != nil {
		return nil, err
	}
	if !arg.Given(args, 0) {
		return func(c *rt.Ctx) int32 { return r.begin(core.Of(c), recordSocket) }, nil
	}
	if err := checkText(args, 0, r.name); err != nil {
		return nil, err
	}
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		v, ok := parameter(c, eval(c))
		if !ok {
			return r.fail(p, errText)
		}
		if x := r.begin(p, recordSocket); x < 0 {
			return x
		}
		r.args.Set(c, v)
		return 1
	}, nil
}

func compilePreset(b registry.Build, args []registry.Actual) (rt.Func, error) {
	return compileAddress(b, args, "record_route_preset", recordPreset)
}

func compileAdvertised(b registry.Build, args []registry.Actual) (rt.Func, error) {
	return compileAddress(b, args, "record_route_advertised_address", recordAdvertised)
}

func compileAddress(b registry.Build, args []registry.Actual, name string, mode int64) (rt.Func, error) {
	r, err := newRecorder(b, name)
	if err != nil {
		return nil, err
	}
	for i := range args {
		if err := checkText(args, i, name); err != nil {
			return nil, err
		}
	}
	first := args[0].Eval
	var second rt.Expr
	if arg.Given(args, 1) {
		second = args[1].Eval
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		a := c.Str(first(c))
		ok := a.Len() > 0 && cleanText(c.Bytes(a))
		b := value.Value{}
		if second != nil {
			b = c.Str(second(c))
			ok = ok && b.Len() > 0 && cleanText(c.Bytes(b))
		}
		if !ok {
			return r.fail(p, errText)
		}
		if x := r.begin(p, mode); x < 0 {
			return x
		}
		r.address.Set(c, a)
		r.address2.Set(c, b)
		return 1
	}, nil
}

func compileAddParam(b registry.Build, args []registry.Actual) (rt.Func, error) {
	r, eval := &recorder{binding: bind(b), name: "add_rr_param"}, args[0].Eval
	if err := checkText(args, 0, r.name); err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		v, ok := parameter(c, eval(c))
		if !ok {
			return r.fail(core.Of(c), errText)
		}
		r.added.Set(c, c.Concat(r.added.Get(c), v))
		return 1
	}, nil
}

func compileRemove(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	r := bind(b)
	return func(c *rt.Ctx) int32 {
		if !r.mode.Get(c).IsUndef() {
			r.mode.Set(c, value.FromInt(recordNothing))
		}
		return 1
	}, nil
}

// checkText refuses a constant that cannot stand in a URI.
func checkText(args []registry.Actual, i int, name string) error {
	if text, ok := arg.Const(&args[i]); ok && (text == "" || !cleanText([]byte(text))) {
		return arg.Error(i, "%s: %q cannot stand in a URI", name, text)
	}
	return nil
}

// cleanText reports whether b holds nothing that would end a URI or a header.
func cleanText(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' || c == ',' {
			return false
		}
	}
	return true
}

// parameter is a URI parameter as text, with its semicolon in front.
func parameter(c *rt.Ctx, v value.Value) (value.Value, bool) {
	v = c.Str(v)
	b := c.Bytes(v)
	if !cleanText(b) {
		return v, false
	}
	if len(b) > 0 && b[0] != ';' {
		m := c.Mark()
		c.AppendByte(';')
		c.AppendValue(v)
		v = c.FromMark(m)
	}
	return v, true
}

// begin notes that headers are to be written.
func (r *recorder) begin(p *core.Proc, mode int64) int32 {
	was := r.mode.Get(&p.Ctx)
	switch {
	case was.IsUndef():
		if !p.AddSendHook(r.hook, value.Value{}) {
			return r.fail(p, core.ErrEdits)
		}
	case was.Int() != recordNothing:
		return r.fail(p, errTwice)
	}
	r.mode.Set(&p.Ctx, value.FromInt(mode))
	r.args.Clear(&p.Ctx)
	r.user.Clear(&p.Ctx)
	if r.cfg.AddUsername {
		if v := r.username(&p.Ctx); v.Kind() == value.Str && v.Len() > 0 {
			r.user.Set(&p.Ctx, v)
		}
	}
	return 1
}

// username is what add_username writes: custom_user_avp, else the Request-URI's user.
func (r *recorder) username(c *rt.Ctx) value.Value {
	if r.avp != nil {
		if v := c.Str(r.avp.Get(c)); v.Len() > 0 {
			for _, ch := range c.Bytes(v) {
				if ch == '@' || ch == ':' || ch == ';' {
					return value.Value{}
				}
			}
			if cleanText(c.Bytes(v)) {
				return v
			}
			return value.Value{}
		}
	}
	u, b, e := c.ParsedURI()
	if e != sipparse.OK {
		return value.Value{}
	}
	return c.NewString(u.User.Of(b))
}

func (r *recorder) fail(p *core.Proc, err error) int32 {
	p.Logf(levelErr, "%s: %v", r.name, err)
	return p.Refuse(err)
}
