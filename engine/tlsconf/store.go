package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// clientSessions is how many sessions with servers a client profile keeps to resume.
const clientSessions = 1024

// Profile is a section with everything that it names.
type Profile struct {
	*Section
	policy peerPolicy
	leaf   *x509.Certificate
	roots  *x509.CertPool
	crls   *crls
	base   *tls.Config
}

// Certificate is the profile's own; nil for none.
func (p *Profile) Certificate() *x509.Certificate { return p.leaf }

// finish completes the settings that connections begin with.
func (p *Profile) finish() {
	b := p.base
	if p.Role == Client {
		b.InsecureSkipVerify = true // Conn.verify does
		b.ClientSessionCache = tls.NewLRUClientSessionCache(clientSessions)
		return
	}
	switch {
	case p.policy.need:
		b.ClientAuth = tls.RequireAnyClientCert // and Conn.verify looks at it
	case p.policy.ask:
		b.ClientAuth = tls.RequestClientCert
	}
	b.ClientCAs = p.roots // the authorities that clients are told of
}

// Store is the profiles of a configuration.
type Store struct {
	server, client []*Profile // in the order of the file, without the default ones
	byDefault      [2]*Profile
	tickets        *Tickets
	turn           atomic.Uint64
	withTickets    []*Profile
	warnings       []string
	// LogLevel is that of the line about each connection that is opened.
	LogLevel int
	// FirstMessage is how long an accepted connection may bring no message; 0: as any
	// other, negative: for ever.
	FirstMessage time.Duration
}

// New loads the profiles of sections. Where there is no default section of a role,
// one with Defaults stands in, a server's without a certificate only if there are
// no connections for it. The error joins everything that is wrong.
func New(src Source, sections []*Section, tickets *Tickets) (*Store, error) {
	l := &loader{src: src}
	s := &Store{tickets: tickets}
	for _, sec := range sections {
		p := l.profile(sec)
		switch {
		case sec.Default:
			s.byDefault[sec.Role] = p
		case sec.Role == Server:
			s.server = append(s.server, p)
		default:
			s.client = append(s.client, p)
		}
		if sec.Role == Server {
			s.withTickets = append(s.withTickets, p)
		}
	}
	if s.byDefault[Client] == nil {
		s.byDefault[Client] = l.profile(&Section{Role: Client, Default: true, Settings: Defaults()})
	}
	s.warnings = l.warnings
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	if s.byDefault[Server] == nil && len(s.server) == 0 {
		return nil, errors.New("no profile for a server has a certificate; \"sipedge tls init DIR\" makes a self-signed one to begin with")
	}
	s.turnKeys(src.Now)
	return s, nil
}

// Warnings are what an operator should know about the files.
func (s *Store) Warnings() []string { return s.warnings }

// turnKeys gives the server profiles the current keys of session tickets.
func (s *Store) turnKeys(now time.Time) {
	keys, turn := s.tickets.current(now)
	if s.turn.Swap(turn) == turn {
		return
	}
	for _, p := range s.withTickets {
		p.base.SetSessionTicketKeys(keys)
	}
}

// Server is the settings for a connection that was accepted on a local address, and
// what will be known of it; nil when no profile is for it. It may be called from any
// goroutine.
func (s *Store) Server(local netip.AddrPort, now time.Time) (*tls.Config, *Conn) {
	s.turnKeys(now)
	local = netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
	p := s.find(local, "")
	c := &Conn{Profile: p}
	config := &tls.Config{}
	if p != nil {
		config = p.base.Clone()
	}
	config.VerifyConnection = c.verify
	config.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		q := s.find(local, hostName(h.ServerName))
		if q == nil {
			return nil, errors.New("no profile of tls.cfg is for this address and the name that the client asks for")
		}
		if q == p {
			return nil, nil
		}
		c.Profile = q
		config := q.base.Clone()
		config.VerifyConnection = c.verify
		return config, nil
	}
	return config, c
}

// find is the profile of a server for a local address and the name that a client
// asks for, "" for none: one of the address and the name, one of any address and the
// name, one of the address, the default.
func (s *Store) find(local netip.AddrPort, name string) *Profile {
	if name != "" {
		for _, p := range s.server {
			if !p.Any && p.isAt(local) && p.isNamed(name) {
				return p
			}
		}
		for _, p := range s.server {
			if p.Any && p.isNamed(name) {
				return p
			}
		}
	}
	var named *Profile
	for _, p := range s.server {
		if p.Any || !p.isAt(local) {
			continue
		}
		if p.Settings.ServerName == "" {
			return p
		}
		if named == nil {
			named = p
		}
	}
	if named != nil && (name == "" || s.byDefault[Server] == nil) {
		return named
	}
	return s.byDefault[Server]
}

func (p *Profile) isAt(a netip.AddrPort) bool {
	return p.Addr.Addr() == a.Addr() && (p.Addr.Port() == 0 || p.Addr.Port() == a.Port())
}

// isNamed compares by server_name_mode.
func (p *Profile) isNamed(name string) bool {
	own := strings.ToLower(p.Settings.ServerName)
	if own == "" {
		return false
	}
	return p.Settings.ServerNameMode != 2 && name == own || p.Settings.ServerNameMode != 0 && strings.HasSuffix(name, "."+own)
}

// Destination is where a connection is to be opened to.
type Destination struct {
	// Remote is the peer, Local the listen address that the connection leaves by.
	Remote, Local netip.AddrPort
	// Name is the host of the URI that has led there, an address or a name.
	Name string
	// ServerName replaces the name that is asked for, ServerID chooses the profile; ""
	// for neither (module tls, xavp_cfg).
	ServerName, ServerID string
}

// Client is the settings for a connection to be opened, and what will be known of
// it.
func (s *Store) Client(d Destination) (*tls.Config, *Conn) {
	p := s.findClient(&d)
	c := &Conn{Profile: p, name: hostName(d.Name)}
	if n := hostName(d.ServerName); n != "" {
		c.name = n
	} else if n := hostName(p.Settings.ServerName); n != "" {
		c.name = n
	}
	config := p.base.Clone()
	config.ServerName = c.name
	config.VerifyConnection = c.verify
	return config, c
}

// findClient is the profile of a client: by the id, by the destination, by the
// address that it leaves from, by name, the default.
func (s *Store) findClient(d *Destination) *Profile {
	if d.ServerID != "" {
		for _, p := range s.client {
			if p.Settings.ServerID == d.ServerID {
				return p
			}
		}
	}
	name := hostName(d.ServerName)
	if name == "" {
		name = hostName(d.Name)
	}
	for _, at := range [2]netip.AddrPort{d.Remote, d.Local} {
		at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
		var first *Profile
		for _, p := range s.client {
			if p.Any || !p.isAt(at) {
				continue
			}
			if p.isNamed(name) {
				return p
			}
			if first == nil {
				first = p
			}
		}
		if first != nil {
			return first
		}
	}
	for _, p := range s.client {
		if p.Any && p.isNamed(name) {
			return p
		}
	}
	return s.byDefault[Client]
}

// Profiles are all of them, the default ones first.
func (s *Store) Profiles() []*Profile {
	var all []*Profile
	for _, p := range s.byDefault {
		if p != nil {
			all = append(all, p)
		}
	}
	return append(append(all, s.server...), s.client...)
}
