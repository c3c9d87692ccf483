package core

import (
	"bytes"
	"sync/atomic"

	"sipedge/engine/dns"
	"sipedge/engine/params"
	"sipedge/engine/tlsconf"
	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Snapshot is one configuration, compiled: immutable once it is current, and
// kept by every message that began with it. What lives longer than a
// configuration is in the Server's live registry.
type Snapshot struct {
	number      uint64
	prog        *rt.Program
	cfg         settings
	core        *params.Core
	configs     map[string]any
	modules     []*registry.Module
	aliases     []string
	listenPos   map[string]diag.Pos // where the script has each listen line
	listenAt    map[string]string   // "file:line:column: " of each listen line
	listenOn    []params.Resolved   // all addresses of the listen lines, also those that are not served
	autoAliases []params.Alias

	sockets      []*Socket
	byProto      []*Socket // sockets, and those for WebSocket that belong to them
	served       [rt.ProtoWSS + 1]bool
	byID         map[reactor.SocketID]*Socket
	names        names
	dns          *dns.Policy
	viaDNS       [2]*dns.Policy // for names in Vias, by the family of the source
	tlsOut       rt.Op          // event_route[tls:connection-out]
	ownTLS       *tlsconf.Store // of the core's tls_* parameters
	home         bool           // messages are handed to their call's loop
	serverHeader []byte
	ackBlock     rt.Op // event_route[sl:filtered-ack]
	wsClosed     rt.Op // event_route[websocket:closed]
	http         HTTPService

	refs atomic.Int64 // suspended messages that hold it
}

// settings are the parameters that the message path reads, as plain fields.
type settings struct {
	CheckVia        bool
	CheckSentBy     bool // dns or rev_dns
	SynBranch       bool
	ForceRport      bool
	ServerSignature bool
	SIPWarning      bool
	LocalRport      bool
	WhileLimit      int
	SuspendMax      int
	AcceptAliases   bool
	CRLFPing        bool
	NoConnect       bool
	AcceptUnique    bool
	MatchSocket     bool // connections are looked for by the socket too
	KeepFailed      bool // a message that failed does not end its connection
	AssocReuse      bool // replies go over the association of their request
	UDPMTU          int
	LargeProto      rt.Proto // of requests larger than UDPMTU; ProtoUDP for no other
	// TCPSource4 and TCPSource6 are where connections to others come from; zero for
	// the address of the socket.
	TCPSource4, TCPSource6 reactor.Addr
	TOS                    uint8
}

// Socket finds a listen address by its id, nil if the snapshot has none such.
func (s *Snapshot) socket(id reactor.SocketID) *Socket { return s.byID[id] }

// Sockets are the listen addresses in the order of the script.
func (s *Snapshot) Sockets() []*Socket { return s.sockets }

// ListenOn are the addresses of the listen lines as they were looked up at start, also
// those of protocols that are not served; none on a virtual network.
func (s *Snapshot) ListenOn() []params.Resolved { return s.listenOn }

// ListenLine is where the script has a listen line, for errors; 0 for none.
func (s *Snapshot) ListenLine(text string) diag.Pos { return s.listenPos[text] }

// AutoAliases are the names that reverse DNS had for the listen addresses at start.
func (s *Snapshot) AutoAliases() []params.Alias { return s.autoAliases }

// Number counts the configurations of a server from 1.
func (s *Snapshot) Number() uint64 { return s.number }

// Config is a module's configuration ("" for the core); nil where the module is
// not loaded.
func (s *Snapshot) Config(module string) any { return s.configs[module] }

// Program is the compiled script.
func (s *Snapshot) Program() *rt.Program { return s.prog }

// Held is the number of suspended messages that began with this snapshot.
func (s *Snapshot) Held() int64 { return s.refs.Load() }

// setSockets enters the bound listen addresses; it is called before the
// snapshot becomes current.
func (s *Snapshot) setSockets(sockets []*Socket) {
	s.sockets, s.byProto = sockets, sockets
	if s.configs[wsModule] != nil {
		s.byProto = append(sockets[:len(sockets):len(sockets)], webSockets(sockets)...)
	}
	s.dns, s.viaDNS = dnsPolicy(s.core, s.byProto), viaPolicies()
	s.byID = make(map[reactor.SocketID]*Socket, len(s.byProto))
	s.names = make(names)
	for _, k := range s.byProto {
		s.byID[k.ID] = k
		s.served[k.Proto] = true
		s.names.addSocket(k)
	}
	for _, a := range s.aliases {
		s.addAlias(a)
	}
	for _, a := range s.autoAliases {
		s.names.addParsed(a)
	}
}

// ServerName is the value of the header that names this server (server_header).
func (s *Snapshot) ServerName() []byte {
	_, name, _ := bytes.Cut(s.serverHeader, []byte(":"))
	return bytes.TrimSpace(name)
}
