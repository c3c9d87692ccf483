package websocket

import (
	"bytes"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/ws"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// refused ends the script, as Kamailio does: the request has been answered.
const refused = 0

// The answers to a request to speak WebSocket.
var (
	reasonSwitching = []byte("Switching Protocols")
	reasonUpgrade   = []byte("Upgrade Required")
	reasonBad       = []byte("Bad Request")

	headersVersion = []byte("Sec-WebSocket-Version: 13\r\n")
	headersMissing = []byte("Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n")
)

// handshake is what was found in a request to speak WebSocket.
type handshake struct {
	upgrade, connection, version, sip bool
	key, origin                       []byte
}

func compileHandshake(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	cfg := b.Config(module).(*Config)
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		if !p.HTTP() {
			return p.Refuse(core.ErrNotHTTP)
		}
		h, answer := readHandshake(p)
		if answer != nil {
			countHandshake(p, false)
			if err := p.ReplyHTTP(answer); err != nil {
				p.Logf(levelErr, "ws_handle_handshake: the refusal could not be sent: %v", err)
			}
			return refused
		}
		return h.accept(p, cfg)
	}, nil
}

// readHandshake checks a request (RFC 6455 §4.2.1). An answer that is not nil refuses it.
func readHandshake(p *core.Proc) (h handshake, answer *core.HTTPReply) {
	bad := func(why string) (handshake, *core.HTTPReply) {
		p.Logf(levelWarn, "a WebSocket handshake is refused: %s", why)
		return handshake{}, &core.HTTPReply{Code: 400, Reason: reasonBad, Headers: headersMissing, Last: true}
	}
	if string(p.Index.MethodSpan().Of(p.Msg)) != "GET" {
		return bad("it is not a GET")
	}
	if v := p.Index.VersionSpan().Of(p.Msg); v[len(v)-1] == '0' {
		return bad("it is HTTP/1.0")
	}
	for i, n := 0, p.Index.Len(); i < n; i++ {
		name, body := p.Index.Name(i).Of(p.Msg), p.Index.Body(i).Of(p.Msg)
		switch {
		case is(name, "upgrade"):
			h.upgrade = h.upgrade || p.HeaderHas("upgrade", "websocket")
		case is(name, "connection"):
			h.connection = h.connection || p.HeaderHas("connection", "upgrade")
		case is(name, "sec-websocket-protocol"):
			h.sip = h.sip || p.HeaderHas("sec-websocket-protocol", "sip")
		case is(name, "origin"):
			h.origin = body
		case is(name, "sec-websocket-key"):
			if h.key != nil {
				return bad("it has two headers Sec-WebSocket-Key")
			}
			h.key = body
		case is(name, "sec-websocket-version"):
			if h.version {
				return bad("it has two headers Sec-WebSocket-Version")
			}
			if string(body) != "13" {
				p.Logf(levelWarn, "a WebSocket handshake is refused: its version is %.20q, not 13", body)
				return h, &core.HTTPReply{Code: 426, Reason: reasonUpgrade, Headers: headersVersion, Last: true}
			}
			h.version = true
		}
	}
	var missing []string
	for _, m := range []struct {
		there bool
		what  string
	}{
		{h.upgrade, "Upgrade: websocket"}, {h.connection, "Connection: Upgrade"}, {ws.ValidKey(h.key), "a Sec-WebSocket-Key of 16 bytes"},
		{h.version, "Sec-WebSocket-Version: 13"}, {h.sip, "Sec-WebSocket-Protocol: sip"},
	} {
		if !m.there {
			missing = append(missing, m.what)
		}
	}
	if missing != nil {
		return bad("it lacks " + strings.Join(missing, ", "))
	}
	return h, nil
}

// accept makes the connection one of WebSocket and says so.
func (h *handshake) accept(p *core.Proc, cfg *Config) int32 {
	if err := p.UpgradeWebSocket(); err != nil {
		countHandshake(p, false)
		p.Logf(levelErr, "ws_handle_handshake: %v", err)
		return p.Refuse(err)
	}
	b := make([]byte, 0, 256+len(h.origin))
	b = append(b, "Sec-WebSocket-Protocol: sip\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: "...)
	b = append(ws.AppendAccept(b, h.key), "\r\n"...)
	switch {
	case cfg.CORSMode == corsAny:
		b = append(b, "Access-Control-Allow-Origin: *\r\n"...)
	case cfg.CORSMode == corsOrigin && len(h.origin) > 0 && bytes.IndexByte(h.origin, '\n') < 0:
		b = append(append(append(b, "Access-Control-Allow-Origin: "...), h.origin...), "\r\n"...)
	}
	countHandshake(p, true)
	if err := p.ReplyHTTP(&core.HTTPReply{Code: 101, Reason: reasonSwitching, Headers: b}); err != nil {
		p.Logf(levelErr, "ws_handle_handshake: %v", err)
		return p.Refuse(err)
	}
	return 1
}

// is compares a header's name; want in lower case.
func is(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}
