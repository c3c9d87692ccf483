package core

import (
	"fmt"
	"runtime/debug"
	"time"

	"sipedge/engine/log"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// Kamailio's log levels (cookbook "debug").
const (
	levelErr   = -1
	levelWarn  = 0
	levelInfo  = 2
	levelDebug = 3
)

// Log implements rt.Env for the script's own lines (log, xlog).
func (p *Proc) Log(level int, text []byte) {
	p.loop.log.Write(level, log.ClassScript, 0, text)
}

// LogAccount logs a record of accounting, which no limit on the log holds back. level
// is as for Log.
func (p *Proc) LogAccount(level int, text []byte) {
	p.loop.log.Write(level, log.ClassAccount, 0, text)
}

// LogEnabled implements rt.Env.
func (p *Proc) LogEnabled(level int) bool { return p.loop.log.Enabled(level) }

// SetLogLevel sets the level of the lines that the message's loop logs, for this
// message and all others, until ResetLogLevel.
func (p *Proc) SetLogLevel(level int) { p.loop.log.SetLevel(level) }

// ResetLogLevel lets the server's level (parameter debug) count again.
func (p *Proc) ResetLogLevel() { p.loop.log.ResetLevel() }

// WallClock implements rt.Env.
func (p *Proc) WallClock() int64 { return p.loop.rl.Wall() }

// WhileLimit implements rt.Env.
func (p *Proc) WhileLimit() int { return p.snap.cfg.WhileLimit }

// ServerID implements rt.ServerEnv.
func (p *Proc) ServerID() int64 { return p.snap.core.ServerID }

// Logf writes a line about the message, with its peer and Call-ID. It is for
// what goes wrong, not for the ordinary way of a message: it formats.
func (p *Proc) Logf(level int, format string, args ...any) {
	p.loop.logf(p, level, format, args...)
}

// wanted reports whether a line about the message would come out; it is asked
// before anything is formatted, so that a flood costs no more than this question.
func (l *loop) wanted(p *Proc, level int) bool {
	return l.log.Wanted(level, log.ClassMessage, p.source())
}

func (l *loop) logf(p *Proc, level int, format string, args ...any) {
	if !l.wanted(p, level) {
		return
	}
	b := fmt.Appendf(nil, format, args...)
	b = fmt.Appendf(b, " (from %s:%s, Call-ID %s)", p.Proto, p.Src, p.callIDForLog())
	l.log.Write(level, log.ClassMessage, p.source(), b)
}

// logPeer writes a line about a connection.
func (l *loop) logPeer(m *reactor.Meta, level int, format string, args ...any) {
	if source := sourceOf(&m.Remote); l.log.Wanted(level, log.ClassMessage, source) {
		b := fmt.Appendf(nil, format, args...)
		l.log.Write(level, log.ClassMessage, source, fmt.Appendf(b, " (from %s:%s)", m.Transport, m.Remote))
	}
}

// logScriptError names the place in the script where a message's script ended.
func (l *loop) logScriptError(p *Proc, err error) {
	if !l.wanted(p, levelErr) {
		return
	}
	where := "script"
	if f := p.Program().Positions; f != nil {
		where = f(p.Pos)
	}
	l.logf(p, levelErr, "%s: %v; the script ends for this message", where, err)
}

func (l *loop) logPanic(p *Proc, e any) {
	if !l.wanted(p, levelErr) {
		return
	}
	const most = 512
	msg := p.Msg
	if len(msg) > most {
		msg = msg[:most]
	}
	b := fmt.Appendf(nil, "a message made the server panic and is dropped: %v; from %s, begins %q\n%s", e, p.Src, msg, debug.Stack())
	l.log.Write(levelErr, log.ClassMessage, p.source(), b)
}

// source is the peer as the log's limits count it.
func (p *Proc) source() uint64 { return sourceOf(&p.Meta.Remote) }

func sourceOf(a *reactor.Addr) uint64 {
	var h uint64
	for _, b := range &a.IP {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return h | 1
}

// callIDForLog is the Call-ID, shortened.
func (p *Proc) callIDForLog() []byte {
	if i := p.Index.First(sipparse.HdrCallID); i >= 0 {
		b := p.Index.Body(i).Of(p.Msg)
		return b[:min(len(b), 80)]
	}
	return []byte("-")
}

func (s *Server) onPanic(loop int, callback string, value any, stack []byte) {
	s.perLoop[loop].stats.panics.Add(1)
	s.Log().Printf(levelErr, "panic in %s of loop %d: %v\n%s", callback, loop, value, stack)
}

func (s *Server) onSlow(loop int, callback string, kind uint32, took time.Duration) {
	s.Log().Printf(levelWarn, "loop %d was held up for %v by %s (kind %d)", loop, took.Round(time.Microsecond), callback, kind)
}
