package core

import (
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"sipedge/engine/log"
	"sipedge/engine/tlsconf"
	"sipedge/engine/transport"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// TLS connections. Their settings are a tlsconf.Store, which the module tls makes, or
// the core itself where only its tls_* parameters are set. A new configuration brings
// a new one, for the connections that are opened from then on.

// errNoTLS: something is to be sent over TLS and it is off.
var errNoTLS = errors.New("TLS is not enabled")

// Dir is the directory of the script, from which names of files count.
func (s *Server) Dir() string { return filepath.Dir(s.path) }

// Tickets are the keys of TLS session tickets; they outlive configurations.
func (s *Server) Tickets() *tlsconf.Tickets { return &s.tickets }

// SetTLS gives the server the TLS settings of the configuration that becomes current.
// It is for a module's Commit.
func (s *Server) SetTLS(store *tlsconf.Store) { s.nextTLS = store }

// TLS is the TLS settings for new connections; nil for none.
func (s *Server) TLS() *tlsconf.Store { return s.tls.Load() }

// servesTLS reports whether the configuration serves TLS: it is enabled, and there
// are settings.
func (s *Snapshot) servesTLS() bool {
	return s.core.TLSOn() && (s.configs["tls"] != nil || s.core.TLSCertificate != "")
}

// prepareTLS makes the TLS settings of the core's own parameters.
func (s *Server) prepareTLS(snap *Snapshot) error {
	c := snap.core
	if !c.TLSOn() || snap.configs["tls"] != nil {
		return nil
	}
	if c.TLSCertificate == "" {
		s.Log().Printf(levelWarn, "TLS is enabled and stays off: there are no settings for it; load the module tls, or set tls_certificate")
		return nil
	}
	set := tlsconf.Defaults()
	set.Method, set.Certificate, set.PrivateKey, set.CAList = c.TLSMethod, c.TLSCertificate, c.TLSPrivateKey, c.TLSCAList
	set.VerifyCertificate, set.RequireCertificate = c.TLSVerify, c.TLSRequireCertificate
	store, err := tlsconf.New(tlsconf.Source{Dir: s.Dir(), Now: time.Now()}, []*tlsconf.Section{
		{Role: tlsconf.Server, Default: true, Settings: set, Origin: "tls_%s"},
		{Role: tlsconf.Client, Default: true, Settings: set, Origin: "tls_%s"},
	}, &s.tickets)
	if err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	store.LogLevel = int(c.TLSLog)
	snap.ownTLS = store
	s.WarnTLS(store)
	return nil
}

// WarnTLS logs what the operator should know about certificates.
func (s *Server) WarnTLS(store *tlsconf.Store) {
	for _, w := range store.Warnings() {
		s.Log().Printf(levelWarn, "TLS: %s", w)
	}
}

// streams are the bounds of connections, with those that the TLS settings have.
func (s *Server) streams(snap *Snapshot) reactor.Streams {
	st := Streams(snap.core)
	if store := s.tls.Load(); store != nil {
		st.TLSFirstMessage = store.FirstMessage
	}
	return st
}

// serverTLS is reactor.Config.ServerTLS.
func (s *Server) serverTLS(m *reactor.Meta) (*tls.Config, any) {
	store := s.tls.Load()
	if store == nil {
		return nil, nil
	}
	config, c := store.Server(m.Local.AddrPort(), time.Now())
	return config, c
}

// clientTLS adds to a dial what a TLS connection for a name needs.
func (l *loop) clientTLS(d *reactor.Dial, out *Socket, name transport.Name) error {
	store := l.srv.tls.Load()
	if store == nil {
		return errNoTLS
	}
	text, known := l.srv.tlsNames.Text(name)
	if !known {
		return ErrNoConnect // its peer could not be told from another
	}
	d.TLS, d.TLSNote = store.Client(tlsconf.Destination{Remote: d.To.AddrPort(), Local: out.Addr, Name: text, ServerID: l.tlsServerID})
	l.tlsServerID = ""
	return nil
}

// SetTLSServerID has the next TLS connection that this loop opens use the client
// profile with that server_id; "" takes it back.
func (p *Proc) SetTLSServerID(id []byte) { p.loop.tlsServerID = string(id) }

// TLSOutEvent is the event_route that runs when a TLS connection was opened from here,
// before anything is sent on it. Module tls brings the name. After drop the connection is
// closed. A block that waits comes too late for that.
const TLSOutEvent = "tls:connection-out"

// askTLSOut runs that block.
func (l *loop) askTLSOut(id reactor.ConnID, info *reactor.ConnInfo) {
	if l.srv.snap.Load().tlsOut == nil {
		return
	}
	meta := reactor.Meta{Remote: info.Remote, Local: info.Local, Socket: info.Socket, Transport: info.Transport, Conn: id, Received: l.rl.Now()}
	err := l.runEvent(&EventRun{
		Name: TLSOutEvent, Meta: &meta,
		Before: func(p *Proc) {
			p.SendFrom, p.SendTo, p.SendProto = info.Local.AddrPort(), info.Remote.AddrPort(), rt.ProtoTLS
		},
		Done: func(_ *Proc, st rt.State, _ error) {
			if st == rt.Dropped {
				_ = l.rl.CloseConn(id, reactor.CloseNow)
			}
		},
	})
	if err != nil {
		l.srv.Log().Printf(levelErr, "event_route[%s] does not run: %v", TLSOutEvent, err)
	}
}

// secured notes who the peer of a TLS connection is.
func (l *loop) secured(id reactor.ConnID, info *reactor.ConnInfo) {
	peer, _ := info.TLSNote.(*tlsconf.Conn)
	l.srv.conns.SetSecure(id, &transport.Secure{State: info.TLS, Peer: peer})
	l.logSecured(info, peer)
	if info.Outbound {
		l.askTLSOut(id, info)
	}
}

// logSecured is the line about a TLS connection.
func (l *loop) logSecured(info *reactor.ConnInfo, peer *tlsconf.Conn) {
	store := l.srv.tls.Load()
	if store == nil || peer == nil || !l.log.Wanted(store.LogLevel, log.ClassMessage, sourceOf(&info.Remote)) {
		return
	}
	way := "from"
	if info.Outbound {
		way = "to"
	}
	shown := "no certificate"
	if certs := info.TLS.PeerCertificates; len(certs) > 0 {
		shown = fmt.Sprintf("certificate %s, verified", certs[0].Subject)
		if peer.Err != nil {
			shown = fmt.Sprintf("certificate %s, not verified: %v", certs[0].Subject, peer.Err)
		}
	}
	l.log.Write(store.LogLevel, log.ClassMessage, sourceOf(&info.Remote), fmt.Appendf(nil, "TLS connection %s %s by profile [%s]: %s, %s, resumed %v, %s",
		way, info.Remote, peer.Profile.Name(), tls.VersionName(info.TLS.Version), tls.CipherSuiteName(info.TLS.CipherSuite), info.TLS.DidResume, shown))
}

// handshakeFailed logs why a TLS connection did not come about; false: that is not
// how the connection ended. Peers that speak no TLS, or nothing, are of no interest to
// most operators.
func (l *loop) handshakeFailed(why error) bool {
	var e *reactor.HandshakeError
	if !errors.As(why, &e) {
		return false
	}
	l.stats.handshakesFailed.Add(1)
	level := levelWarn
	if errors.Is(e.Err, reactor.ErrNotTLS) || errors.Is(e.Err, reactor.ErrHandshakeTimeout) || errors.Is(e.Err, reactor.ErrHandshakeEnd) {
		level = levelInfo
	}
	if source := sourceOf(&e.Remote); l.log.Wanted(level, log.ClassMessage, source) {
		text := "TLS connection from %s to %s refused: %v"
		if e.Outbound {
			text = "TLS connection to %s from %s failed: %v"
		}
		l.log.Write(level, log.ClassMessage, source, fmt.Appendf(nil, text, e.Remote, e.Local, e.Err))
	}
	return true
}

// Secure is how the connection is encrypted that the message came by; nil for one
// that came in clear, or whose connection is gone.
func (p *Proc) Secure() *transport.Secure {
	if p.Meta.Conn == 0 {
		return nil
	}
	return p.loop.srv.conns.Secure(p.Meta.Conn)
}
