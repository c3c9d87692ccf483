package core

import (
	"reflect"
	"sync/atomic"

	"sipedge/engine/dns"
	"sipedge/pool"
	"sipedge/reactor"
)

// loopStats are one loop's counters. Each name is the one under which it is shown.
type loopStats struct {
	pings         atomic.Uint64 // keep-alives of connections that were answered
	framingErrors atomic.Uint64 // connections whose stream was not understood
	connsOpened   atomic.Uint64 // connections accepted or opened
	connsClosed   atomic.Uint64
	// TLS connections that did not come about, accepted or opened
	handshakesFailed atomic.Uint64
	connsRefused     atomic.Uint64 // connections closed before they began: no usable PROXY header
	connsDuplicate   atomic.Uint64 // connections closed by tcp_accept_unique
	connsFailed      atomic.Uint64 // connections closed since the script refused their message, or nobody could read it (tcp_script_mode)
	assocsUp         atomic.Uint64 // associations of SCTP opened from there or from here
	assocsDown       atomic.Uint64 // closed or lost
	assocsFailed     atomic.Uint64 // that could not be opened
	lostSends        atomic.Uint64 // messages lost with their connection
	httpRequests     atomic.Uint64 // requests of HTTP
	httpRefused      atomic.Uint64 // of those, answered without the script
	wsOpened         atomic.Uint64 // connections that began to speak WebSocket
	wsClosed         atomic.Uint64 // and ended
	wsLocalClosed    atomic.Uint64 // of those, closed by the script
	wsRemoteClosed   atomic.Uint64 // closed by the client
	wsFailed         atomic.Uint64 // lost, silent or closed for breaking the protocol
	wsFramesIn       atomic.Uint64
	wsFramesOut      atomic.Uint64
	undelivered      atomic.Uint64 // datagrams that did not arrive, by an ICMP error or since the system refused them
	icmpUnknown      atomic.Uint64 // of those, reports about no branch of ours
	received         atomic.Uint64 // datagrams and messages from the network
	handled          atomic.Uint64 // messages processed here, their own and those handed over
	keepAlives       atomic.Uint64 // CRLF and NUL pings
	malformed        atomic.Uint64 // messages that could not be accepted
	refused          atomic.Uint64 // of those, answered with 4xx or 5xx
	handedOver       atomic.Uint64 // messages posted to their home loop
	takenOver        atomic.Uint64 // messages that other loops posted here
	handOverFull     atomic.Uint64 // messages lost because that loop's mailbox was full
	replied          atomic.Uint64 // replies made here
	forwarded        atomic.Uint64 // requests forwarded statelessly
	failovers        atomic.Uint64 // of these, further targets that were tried
	requestsDropped  atomic.Uint64 // by the script, or for want of one
	repliesRelayed   atomic.Uint64
	repliesDropped   atomic.Uint64 // by the script
	repliesUnsent    atomic.Uint64 // that could not be relayed
	repliesForUs     atomic.Uint64 // with our Via only
	foreignReplies   atomic.Uint64 // dropped by check_via
	acksAbsorbed     atomic.Uint64 // ACKs of replies made here
	sent             atomic.Uint64 // messages put into the send batch
	sendFull         atomic.Uint64 // messages for which there was no room
	branchesFull     atomic.Uint64 // destinations beyond max_branches
	editsFull        atomic.Uint64 // changes to a message for which there was no room
	repliesWithheld  atomic.Uint64 // replies of the server's own that were too long for a forged source
	acksExhausted    atomic.Uint64 // ACKs whose Max-Forwards was at its end
	suspended        atomic.Uint64 // times that a script began to wait
	suspendFull      atomic.Uint64 // scripts that could not wait: table full
	resumedLate      atomic.Uint64 // results for scripts that are over
	abandoned        atomic.Uint64 // scripts that waited when the server stopped
	absorbed         atomic.Uint64 // retransmissions of a suspended request
	cancelsParked    atomic.Uint64 // CANCELs that waited for their INVITE's script
	cancelsHonoured  atomic.Uint64
	eventRoutes      atomic.Uint64 // blocks run without a message from the network
	startHeld        atomic.Uint64 // messages that waited for the event routes of the start
	startLost        atomic.Uint64 // messages for which there was no room then
	scriptErrors     atomic.Uint64
	panics           atomic.Uint64
}

// LoopStats are one loop's counters by name.
type LoopStats struct {
	Loop int `json:"loop"`
	// In are the messages read from the loop's own sockets, Out those it sent.
	In  uint64 `json:"in"`
	Out uint64 `json:"out"`
	// HandedOver are those of In that were posted to their home loop, TakenOver
	// the ones that other loops posted here.
	HandedOver uint64            `json:"handed_over"`
	TakenOver  uint64            `json:"taken_over"`
	Counters   map[string]uint64 `json:"counters"`
}

// Stats are the server's figures since its start.
type Stats struct {
	Loops    []LoopStats       `json:"loops"`
	Total    map[string]uint64 `json:"total"`
	Snapshot uint64            `json:"snapshot"`
	Dropped  uint64            `json:"log_dropped"` // log lines lost or held back
	// Modules are the figures of the loaded modules that have some.
	Modules map[string]map[string]uint64 `json:"modules,omitempty"`
	// Reactor are the figures of each event loop's sockets, mailbox and timers,
	// Pool those of the blocking work; nil on a virtual network.
	Reactor []reactor.Stats `json:"reactor,omitempty"`
	Pool    *pool.Stats     `json:"pool,omitempty"`
	Runtime Runtime         `json:"runtime"`
	// DNS are the figures of the resolver, DNSCache those of its cache; nil as long as no
	// message has named a host.
	DNS      *dns.Stats    `json:"dns,omitempty"`
	DNSCache *dns.CacheMem `json:"dns_cache,omitempty"`
}

// Stats reads all counters; it may be called from any goroutine.
func (s *Server) Stats() Stats {
	st := Stats{Total: map[string]uint64{}, Snapshot: s.snap.Load().number, Dropped: s.logger.Lost() + s.logger.Held()}
	for _, l := range s.perLoop {
		ls := LoopStats{Loop: l.id, In: l.stats.received.Load(), Out: l.stats.sent.Load(),
			HandedOver: l.stats.handedOver.Load(), TakenOver: l.stats.takenOver.Load(), Counters: l.stats.read()}
		for k, v := range ls.Counters {
			st.Total[k] += v
		}
		st.Loops = append(st.Loops, ls)
	}
	for _, m := range s.snap.Load().modules {
		if m.Counters == nil {
			continue
		}
		if st.Modules == nil {
			st.Modules = map[string]map[string]uint64{}
		}
		st.Modules[m.Name] = m.Counters(s)
	}
	if s.reactor != nil {
		st.Reactor = s.reactor.Stats()
	}
	if s.workers != nil {
		p := s.workers.Stats()
		st.Pool = &p
	}
	s.names.mu.Lock()
	r := s.names.r
	s.names.mu.Unlock()
	if r != nil {
		d, m := r.Stats(), r.Cache().MemInfo()
		st.DNS, st.DNSCache = &d, &m
	}
	st.Runtime = readRuntime()
	return st
}

// read names each counter by its field.
func (l *loopStats) read() map[string]uint64 {
	m := make(map[string]uint64)
	v := reflect.ValueOf(l).Elem()
	for i := 0; i < v.NumField(); i++ {
		m[v.Type().Field(i).Name] = (*atomic.Uint64)(v.Field(i).Addr().UnsafePointer()).Load()
	}
	return m
}
