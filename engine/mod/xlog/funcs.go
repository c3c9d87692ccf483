package xlog

import (
	"fmt"
	"strings"
	"sync/atomic"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// writer is what all calls of a program share, and whether a call names its place.
type writer struct {
	cfg    *Config
	prefix rt.Expr // with prefix_mode 1; nil for the text of the configuration
	place  bool
	where  atomic.Pointer[string] // the place as text, once it was asked for
}

func newWriter(b registry.Build, place bool) (*writer, error) {
	w := &writer{cfg: b.Config("xlog").(*Config), place: place}
	if w.cfg.PrefixMode == 1 {
		x, err := b.Format(w.cfg.Prefix)
		if err != nil {
			return nil, fmt.Errorf("the parameter prefix of module xlog: %w", err)
		}
		w.prefix = x
	}
	return w, nil
}

// write logs a line if its level is on.
func (w *writer) write(c *rt.Ctx, level int, format rt.Expr) int32 {
	if !c.Env.LogEnabled(level) {
		return 1
	}
	m := c.Mark()
	line := format(c)
	var prefix value.Value
	if w.prefix != nil {
		prefix = w.prefix(c)
	}
	at := c.Mark()
	if w.prefix != nil {
		c.AppendValue(prefix)
	} else {
		c.AppendString(w.cfg.Prefix)
	}
	if w.place {
		w.appendPlace(c)
	}
	c.AppendValue(line)
	b := c.Bytes(c.FromMark(at))
	c.Env.Log(level, b[:min(len(b), int(w.cfg.BufSize))])
	c.Truncate(m)
	return 1
}

// appendPlace writes the place of the call: its line, with long_format its file
// too. A writer belongs to one call, so the text is made once.
func (w *writer) appendPlace(c *rt.Ctx) {
	text := w.where.Load()
	if text == nil {
		at := ""
		if f := c.Program().Positions; f != nil {
			at = placeText(f(c.Pos), w.cfg.LongFormat)
		}
		text = &at
		w.where.Store(text)
	}
	c.AppendString(*text)
}

// placeText makes "line: " or "file:line: " of "file:line:column".
func placeText(at string, long bool) string {
	file, line := "", ""
	if i := strings.LastIndexByte(at, ':'); i >= 0 {
		at = at[:i]
	}
	if i := strings.LastIndexByte(at, ':'); i >= 0 {
		file, line = at[:i], at[i+1:]
	}
	if long {
		return file + ":" + line + ": "
	}
	return line + ": "
}

func (w *writer) fixed(level int, format rt.Expr) rt.Func {
	return func(c *rt.Ctx) int32 { return w.write(c, level, format) }
}

func compileLevelled(b registry.Build, args []registry.Actual, place bool) (rt.Func, error) {
	w, err := newWriter(b, place)
	if err != nil {
		return nil, err
	}
	at := 0
	for arg.Given(args, at+1) {
		at++
	}
	format := args[at].Eval
	if at == 0 {
		return w.fixed(levelErr, format), nil
	}
	level, err := arg.NewLevel(args, at-1)
	if err != nil {
		return nil, err
	}
	if at == 2 {
		if f, ok := arg.Const(&args[0]); !ok || !strings.HasPrefix(f, "LOG_") {
			return nil, arg.Error(0, "xlog: the syslog facility must be a name such as LOG_LOCAL0, not %q", f)
		}
	}
	return func(c *rt.Ctx) int32 { return w.write(c, level.Get(c), format) }, nil
}

func compileFiltered(b registry.Build, args []registry.Actual) (rt.Func, error) {
	w, err := newWriter(b, false)
	if err != nil {
		return nil, err
	}
	level, err := arg.NewLevel(args, 0)
	if err != nil {
		return nil, err
	}
	format := args[1].Eval
	return func(c *rt.Ctx) int32 {
		if w.cfg.MethodsFilter&methodBit(c) != 0 {
			return 1
		}
		return w.write(c, level.Get(c), format)
	}, nil
}

// methodBits are Kamailio's numbers of methods.
var methodBits = [...]int64{
	sipparse.MethodInvite: 1, sipparse.MethodCancel: 2, sipparse.MethodAck: 4, sipparse.MethodBye: 8,
	sipparse.MethodInfo: 16, sipparse.MethodRegister: 32, sipparse.MethodSubscribe: 64, sipparse.MethodNotify: 128,
	sipparse.MethodMessage: 256, sipparse.MethodOptions: 512, sipparse.MethodPrack: 1024, sipparse.MethodUpdate: 2048,
	sipparse.MethodRefer: 4096, sipparse.MethodPublish: 8192,
}

// otherMethod is the bit of the methods that have none of their own.
const otherMethod = 1 << 20

// methodBit is the bit of the message's method, of a reply's by its CSeq.
func methodBit(c *rt.Ctx) int64 {
	m := c.Index.Method()
	if !c.Index.IsRequest() {
		if cseq, e := c.Index.CSeq(c.Msg); e == sipparse.OK {
			m = cseq.Method
		}
	}
	if int(m) < len(methodBits) && methodBits[m] != 0 {
		return methodBits[m]
	}
	return otherMethod
}

func levelName(level int) string {
	for _, n := range arg.LevelNames() {
		if l, _ := arg.Level(n); l == level {
			return n
		}
	}
	return ""
}
