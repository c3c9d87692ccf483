package websocket

import (
	"sync/atomic"
	"time"

	"sipedge/engine/core"
	coreparams "sipedge/engine/params"
	"sipedge/engine/ws"
)

// live is what survives reloads.
type live struct {
	accepted, refused atomic.Uint64 // handshakes
	pinged, silent    atomic.Uint64 // keep-alives sent; clients that did not answer them
	timer             core.TimerKind
	begun             bool // the loops' timers are armed
}

// liveOf is the module's state in a server.
func liveOf(s *core.Server) *live {
	return s.Live(module+".live", func() any {
		v := &live{}
		v.timer = s.NewTimerKind(func(l *core.Loop, _ uint64) { v.look(l) })
		return v
	}).(*live)
}

func prepare(host, _ any) error {
	liveOf(host.(*core.Server))
	return nil
}

// started begins the looking after silent clients, once in the life of a server.
func started(host, _ any) {
	s := host.(*core.Server)
	v := liveOf(s)
	warn(s)
	if v.begun {
		return
	}
	v.begun = true
	for i := range s.Loops() {
		if err := s.Post(i, func(loop int) { v.arm(s.LoopOf(loop)) }); err != nil {
			s.Log().Printf(levelErr, "websocket: no keep-alives on loop %d: %v", i, err)
		}
	}
}

// warn tells the operator what the parameters ask for in vain: MSRP, and a keep-alive for
// clients that are closed as idle before.
func warn(s *core.Server) {
	cfg := s.Snapshot().Config(module).(*Config)
	if cfg.SubProtocols&protocolMSRP != 0 {
		s.Log().Printf(levelWarn, "websocket: sub_protocols asks for MSRP, which is not served; its clients are refused")
	}
	idle := s.Snapshot().Config("").(*coreparams.Core).TCPConnectionLifetime
	sends := cfg.KeepaliveMechanism == keepalivePing || cfg.KeepaliveMechanism == keepalivePong
	if sends && idle >= 0 && idle <= cfg.KeepaliveTimeout {
		s.Log().Printf(levelWarn, "websocket: a client that is silent is closed after %d s (tcp_connection_lifetime), before it is sent a keep-alive after %d s "+
			"(keepalive_timeout): raise the one or lower the other", idle, cfg.KeepaliveTimeout)
	}
}

// arm has the loop's clients looked at again.
func (v *live) arm(l *core.Loop) {
	interval := int64(defaultKeepaliveInterval)
	if cfg, ok := l.Server().Snapshot().Config(module).(*Config); ok {
		interval = cfg.KeepaliveInterval
	}
	if l.AfterKind(time.Duration(interval)*time.Second, v.timer, 0) == 0 {
		l.Server().Log().Printf(levelErr, "websocket: no more keep-alives on loop %d: %v", l.ID(), core.ErrTimers)
	}
}

// look sends keep-alives to clients that were silent for too long, and gives those up
// that have not answered.
func (v *live) look(l *core.Loop) {
	defer v.arm(l)
	cfg, ok := l.Server().Snapshot().Config(module).(*Config)
	if !ok || cfg.KeepaliveMechanism == keepaliveNone || cfg.KeepaliveMechanism == keepaliveCheck {
		return
	}
	timeout := cfg.KeepaliveTimeout * int64(time.Second)
	data := cfg.data(l.Server())
	now := l.Now()
	l.EachWebSocket(func(w *core.WebSocket) {
		switch {
		case now-w.Heard < timeout || w.Pinged != 0 && now-w.Pinged < timeout:
		case w.Pinged != 0 && cfg.KeepaliveMechanism == keepalivePing:
			v.silent.Add(1)
			l.Server().Log().Printf(levelInfo, "websocket: %s does not answer a ping and is closed", w.Remote)
			l.AbandonWebSocket(w)
		case cfg.KeepaliveMechanism == keepalivePing:
			v.pinged.Add(1)
			_ = l.Ping(w, data) // what cannot be sent to is about to end
		default:
			v.pinged.Add(1)
			_ = l.Pong(w, data)
		}
	})
}

// data is what keep-alives carry.
func (c *Config) data(s *core.Server) []byte {
	if c.PingData != "" {
		return []byte(c.PingData)
	}
	b := s.Snapshot().ServerName()
	return b[:min(len(b), ws.MaxControl)]
}

func countHandshake(p *core.Proc, ok bool) {
	v := liveOf(p.Server())
	if ok {
		v.accepted.Add(1)
	} else {
		v.refused.Add(1)
	}
}

// counters are the figures, by Kamailio's names where it has them.
func counters(host any) map[string]uint64 {
	s := host.(*core.Server)
	v := liveOf(s)
	c := s.WebSocketCounters()
	c["ws_successful_handshakes"], c["ws_failed_handshakes"] = v.accepted.Load(), v.refused.Load()
	c["ws_keepalives"], c["ws_silent_connections"] = v.pinged.Load(), v.silent.Load()
	return c
}
