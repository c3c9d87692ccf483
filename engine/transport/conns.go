// Package transport knows by which connection a peer can be reached: Conns finds
// one by the peer's address, by an alias of its port (RFC 5923), and tells whose a
// connection is. A TLS connection that was opened for a name is found for that name
// alone: another one may lead to the same address, and its peer has shown a
// certificate for this one. It opens nothing and sends nothing.
package transport

import (
	"crypto/tls"
	"errors"
	"hash/maphash"
	"net/netip"
	"slices"
	"sync"

	"sipedge/engine/tlsconf"
	"sipedge/reactor"
)

// Errors of Alias.
var (
	ErrGone        = errors.New("the connection is closed, or its peer has closed its side")
	ErrManyAliases = errors.New("the connection has its greatest number of port aliases")
)

// Conns is the table of open connections of all loops. Its locks are short and
// are held across nothing else; answers that go back on a connection do not need
// it.
type Conns struct {
	seed   maphash.Seed
	toPeer [shards]peerShard
	byConn [shards]connShard
}

// peer is what a connection is looked for by.
type peer struct {
	addr  reactor.Addr
	proto reactor.Transport
	name  Name
	sock  reactor.SocketID // that it counts for; NoSocket for any
}

// of is the peer as it is looked for by a socket too.
func (p peer) of(sock reactor.SocketID) peer {
	p.sock = sock
	return p
}

type peerShard struct {
	sync.RWMutex
	m map[peer]named
}

// named is the connection that a name leads to.
type named struct {
	id    reactor.ConnID
	alias bool // the name is none of the peer's own
}

type connShard struct {
	sync.RWMutex
	m map[reactor.ConnID]entry
}

// entry is a connection's peer and the names under which it stands in the table.
type entry struct {
	peer    peer
	sock    reactor.SocketID
	aliases []peer
	secure  *Secure
	retired bool
}

// Secure is what is known of the peer of a TLS connection. It does not change.
type Secure struct {
	State *tls.ConnectionState
	// Peer is how its certificate was verified.
	Peer *tlsconf.Conn
}

// New makes an empty table.
func New() *Conns {
	t := &Conns{seed: maphash.MakeSeed()}
	for i := range shards {
		t.toPeer[i].m = map[peer]named{}
		t.byConn[i].m = map[reactor.ConnID]entry{}
	}
	return t
}

func (t *Conns) peers(p peer) *peerShard {
	return &t.toPeer[maphash.Comparable(t.seed, p)%shards]
}

func (t *Conns) conns(id reactor.ConnID) *connShard {
	return &t.byConn[uint64(id.Slot())%shards]
}

// Open enters a connection that counts for a socket. A later one to the same peer
// takes the earlier one's place: it is the more likely to live. With unique it is not
// entered where there is one already (false). To enter a connection again changes
// nothing.
func (t *Conns) Open(id reactor.ConnID, proto reactor.Transport, remote reactor.Addr, sock reactor.SocketID, unique bool) bool {
	return t.open(id, peer{remote, proto, 0, reactor.NoSocket}, sock, unique)
}

// OpenFor is Open for a connection that is for a name.
func (t *Conns) OpenFor(id reactor.ConnID, proto reactor.Transport, remote reactor.Addr, name Name, sock reactor.SocketID) {
	t.open(id, peer{remote, proto, name, reactor.NoSocket}, sock, false)
}

func (t *Conns) open(id reactor.ConnID, p peer, sock reactor.SocketID, unique bool) bool {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	if _, there := c.m[id]; there {
		return true
	}
	if !t.name(p, named{id: id}, unique) {
		return false
	}
	c.m[id] = entry{peer: p, sock: sock}
	t.name(p.of(sock), named{id: id}, false)
	return true
}

// Alias makes the connection the one to its peer's port too (force_tcp_alias,
// tcp_accept_aliases). An alias has the address that the connection comes from, so
// that nobody takes over another host's traffic. Errors: ErrGone, ErrManyAliases.
func (t *Conns) Alias(id reactor.ConnID, port uint16) error {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	e, there := c.m[id]
	if !there || e.retired {
		return ErrGone
	}
	p := e.peer
	p.addr.Port = port
	if p == e.peer {
		return nil
	}
	if !slices.Contains(e.aliases, p) {
		if len(e.aliases) >= MaxAliases {
			return ErrManyAliases
		}
		e.aliases = append(e.aliases, p)
		c.m[id] = e
	}
	t.name(p, named{id, true}, false)
	t.name(p.of(e.sock), named{id, true}, false)
	return nil
}

// name makes a name lead to a connection; with unique not where it leads to another
// one whose peer's own it is (false).
func (t *Conns) name(p peer, to named, unique bool) bool {
	s := t.peers(p)
	s.Lock()
	defer s.Unlock()
	if n, there := s.m[p]; unique && there && !n.alias {
		return false
	}
	s.m[p] = to
	return true
}

// SetSecure notes how a connection is encrypted.
func (t *Conns) SetSecure(id reactor.ConnID, s *Secure) {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	if e, there := c.m[id]; there {
		e.secure = s
		c.m[id] = e
	}
}

// Secure is what SetSecure has noted; nil for a connection that is gone or not
// encrypted.
func (t *Conns) Secure(id reactor.ConnID) *Secure {
	c := t.conns(id)
	c.RLock()
	defer c.RUnlock()
	return c.m[id].secure
}

// Find is the connection to a peer, of those that count for a socket; NoSocket for
// all.
func (t *Conns) Find(proto reactor.Transport, to reactor.Addr, sock reactor.SocketID) (reactor.ConnID, bool) {
	return t.FindFor(proto, to, 0, sock)
}

// FindFor is Find for a connection that is for a name.
func (t *Conns) FindFor(proto reactor.Transport, to reactor.Addr, name Name, sock reactor.SocketID) (reactor.ConnID, bool) {
	p := peer{to, proto, name, sock}
	s := t.peers(p)
	s.RLock()
	n, ok := s.m[p]
	s.RUnlock()
	return n.id, ok
}

// Belongs reports whether a connection is open, of that transport and to that
// address, at whatever port.
func (t *Conns) Belongs(id reactor.ConnID, proto reactor.Transport, ip netip.Addr) bool {
	c := t.conns(id)
	c.RLock()
	e, there := c.m[id]
	c.RUnlock()
	return there && e.peer.proto == proto && e.peer.addr.AddrPort().Addr() == ip
}

// Turn gives a connection another transport and socket, by which it is found from now on. Its
// aliases are gone. false: it is not in the table.
func (t *Conns) Turn(id reactor.ConnID, proto reactor.Transport, sock reactor.SocketID) bool {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	e, there := c.m[id]
	if !there {
		return false
	}
	t.unname(e, id)
	e.peer.proto, e.sock, e.aliases = proto, sock, nil
	c.m[id] = e
	t.name(e.peer, named{id: id}, false)
	t.name(e.peer.of(e.sock), named{id: id}, false)
	return true
}

// Transport is a connection's transport; false when it is not in the table.
func (t *Conns) Transport(id reactor.ConnID) (reactor.Transport, bool) {
	c := t.conns(id)
	c.RLock()
	e, there := c.m[id]
	c.RUnlock()
	return e.peer.proto, there
}

// Retire takes a connection away from those that Find gives, since its peer sends
// nothing more. Answers may still go by it.
func (t *Conns) Retire(id reactor.ConnID) {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	if e, there := c.m[id]; there {
		t.unname(e, id)
		c.m[id] = entry{peer: e.peer, sock: e.sock, secure: e.secure, retired: true}
	}
}

// Close takes a connection out of the table, its aliases with it.
func (t *Conns) Close(id reactor.ConnID) {
	c := t.conns(id)
	c.Lock()
	defer c.Unlock()
	if e, there := c.m[id]; there {
		t.unname(e, id)
		delete(c.m, id)
	}
}

// unname removes the names that still lead to the connection.
func (t *Conns) unname(e entry, id reactor.ConnID) {
	drop := func(p peer) {
		s := t.peers(p)
		s.Lock()
		if s.m[p].id == id {
			delete(s.m, p)
		}
		s.Unlock()
	}
	drop(e.peer)
	drop(e.peer.of(e.sock))
	for _, p := range e.aliases {
		drop(p)
		drop(p.of(e.sock))
	}
}

// Len is the number of connections in the table.
func (t *Conns) Len() (n int) {
	for i := range t.byConn {
		s := &t.byConn[i]
		s.RLock()
		n += len(s.m)
		s.RUnlock()
	}
	return n
}
