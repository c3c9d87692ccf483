package websocket

import (
	"errors"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/ws"
	"sipedge/reactor"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func compileClose(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	status := arg.Fixed(int64(ws.StatusNormal))
	reason := func(*rt.Ctx) string { return "Normal closure" }
	switch {
	case arg.Given(args, 0) != arg.Given(args, 1):
		return nil, errors.New("ws_close takes no argument, a status and a reason, or these and a connection")
	case arg.Given(args, 0):
		var err error
		if status, err = arg.NewNumber(args, 0, "ws_close: status", minStatus, maxStatus); err != nil {
			return nil, err
		}
		text := args[1].Eval
		reason = func(c *rt.Ctx) string { return string(c.Bytes(c.Str(text(c)))) }
	}
	conn := func(p *core.Proc) reactor.ConnID { return p.WebSocketID() }
	if arg.Given(args, 2) {
		number := args[2].Eval
		conn = func(p *core.Proc) reactor.ConnID { return reactor.ConnID(p.Int(number(&p.Ctx))) }
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, ok := status.Get(c)
		if s := ws.Status(n); !ok || !s.Sendable() {
			p.Logf(levelErr, "ws_close: %d is no status to close with", n)
			return -1
		}
		if err := p.CloseWebSocket(conn(p), ws.Status(n), strings.ToValidUTF8(reason(c), "?")); err != nil {
			return p.Refuse(err)
		}
		return 1
	}, nil
}

func bindConnID(_ registry.Build, _, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errors.New("$ws_conid has no index")
	}
	return &registry.Var{Name: "ws_conid", Get: func(c *rt.Ctx) value.Value {
		if id := core.Of(c).WebSocketID(); id != 0 {
			return value.FromInt(int64(id))
		}
		return value.Value{}
	}}, nil
}
