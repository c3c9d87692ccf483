package core

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"sipedge/engine/blacklist"
	"sipedge/engine/log"
	"sipedge/engine/params"
	"sipedge/engine/tlsconf"
	"sipedge/engine/transport"
	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/feature"
	"sipedge/script/registry"
)

// Options are what New needs besides the script.
type Options struct {
	// Core is what scripts can use without loading a module: the rows of
	// engine/params, engine/corefuncs and script/pv.
	Core registry.Core
	// Modules are all modules that exist; the script loads some.
	Modules []*registry.Module
	// Logger takes the server's lines; nil discards them.
	Logger *log.Logger
	// Defines are -A definitions, "NAME" or "NAME=value".
	Defines []string
	// Listen are -l addresses; they replace the script's.
	Listen []string
	// Loops is -n; 0 leaves it to the parameter children.
	Loops int
	// Override changes parameters after the script has set them (command-line
	// options that win over the script).
	Override func(*params.Core)
	// Virtual is set for a server that is attached to a virtual network: its loops
	// are not threads, so that their number is not bound by the CPUs.
	Virtual bool
	// HomeHash stands in for the keyed hash of the Call-ID that chooses the home
	// loop, for tests that have to choose it themselves; nil is the keyed hash.
	HomeHash func(callID []byte) uint32
	// Names finds destinations that are host names; nil is a resolver of the
	// server's own, which asks the name servers of /etc/resolv.conf.
	Names Names
	// ReadFile reads the script and its includes; nil is os.ReadFile.
	ReadFile func(name string) ([]byte, error)
	// Without are parts of the language that are left out, for tests; nil for none.
	Without feature.Set
}

// Network is what a server needs of the loops that it runs on: the reactor's
// sockets, or reactortest's virtual ones.
type Network interface {
	Poster(loop int) reactor.Poster
}

// Submitter runs blocking work; *pool.Pool does.
type Submitter interface {
	Submit(pool.Job) error
}

// Server is one SIP server. Several can live in one process.
type Server struct {
	opts   Options
	path   string
	logger *log.Logger

	snap   atomic.Pointer[Snapshot]
	former atomic.Pointer[formerSockets]
	reload sync.Mutex // one Reload at a time

	seed       maphash.Seed // keys every hash that the network can see or steer
	generation uint16       // of this process, in the branches that name a loop
	loops      int
	perLoop    []*loop

	network Network
	pool    Submitter
	reactor *reactor.Reactor // nil on a virtual network
	workers *pool.Pool       // nil on a virtual network

	toldSCTP atomic.Bool // that there is none

	gate       gate // traffic waits for the event routes of the start
	webSockets webSocketCount
	conns      *transport.Conns
	tlsNames   transport.Names
	tls        atomic.Pointer[tlsconf.Store] // nil: no TLS
	nextTLS    *tlsconf.Store                // while a configuration is made current
	tickets    tlsconf.Tickets

	names  resolverState
	failed *blacklist.List

	timerKinds atomic.Pointer[[]func(*Loop, uint64)] // timerkind.go
	live       sync.Map                              // what survives a reload, by Live's key
}

// New compiles a script and makes a server of it that has not started: no
// socket is bound. The list holds every error and warning; with an error in it
// there is no server. text nil: the file at path is read.
func New(path string, text []byte, opts Options) (*Server, *diag.List) {
	s := &Server{opts: opts, path: path, logger: opts.Logger, seed: maphash.MakeSeed(), generation: uint16(rand.Uint32()), conns: transport.New()}
	s.former.Store(&formerSockets{})
	if s.logger == nil {
		s.logger = log.New(log.Options{Rings: reactor.MaxLoops, Sink: log.Discard})
	}
	snap, diags := s.load(path, text)
	if snap == nil {
		return nil, diags
	}
	s.loops = s.loopCount(snap.core)
	s.failed = blacklist.New(blacklistConfig(snap.core))
	for i := range s.loops {
		s.perLoop = append(s.perLoop, newLoop(s, i))
	}
	s.adopt(snap)
	return s, diags
}

// Handler is the event loop's handler; the reactor and reactortest run it.
func (s *Server) Handler(loop int) reactor.Handler { return s.perLoop[loop] }

// Loops is the number of event loops.
func (s *Server) Loops() int { return s.loops }

// Snapshot is the current configuration.
func (s *Server) Snapshot() *Snapshot { return s.snap.Load() }

// Log is where code off the loops writes.
func (s *Server) Log() *log.Writer { return s.logger.Shared() }

// Attach puts the server on a network that the caller drives (reactortest):
// sockets are bound already and named by id. It stands in for Start.
func (s *Server) Attach(n Network, work Submitter, sockets []*Socket) error {
	s.network, s.pool = n, work
	snap := s.snap.Load()
	snap.setSockets(sockets)
	s.settleHome(snap)
	if err := s.prepare(snap); err != nil {
		return err
	}
	s.commit(snap)
	s.startEvents(snap, true)
	return nil
}

// Start binds the listen addresses, prepares the modules and runs the loops.
func (s *Server) Start() error {
	snap := s.snap.Load()
	specs, err := s.resolveListen(snap)
	if err != nil {
		return err
	}
	cfg := reactor.Config{
		Loops:   s.loops,
		Handler: s.Handler,
		Pin:     true,
		Gather:  true,
		OnPanic: s.onPanic,
		OnSlow:  s.onSlow,
		Framer:  s.NewFramer,
		Streams: Streams(snap.core),
		SCTP:    SCTP(snap.core),

		ServerTLS: s.serverTLS,
	}
	policy, prio := snap.core.Scheduling()
	cfg.Sched = reactor.Sched{Policy: reactor.Policy(policy), Prio: prio}
	if cfg.Poller, err = snap.core.Poller(runtime.GOOS); err != nil {
		return err
	}
	for _, l := range specs {
		cfg.Listen = append(cfg.Listen, l.listen(snap.core))
	}
	r, err := reactor.New(cfg)
	if err != nil {
		return err
	}
	s.reactor, s.network = r, r
	s.workers = pool.New(pool.Config{Workers: poolWorkers, Queue: poolQueue})
	s.pool = s.workers
	sockets := make([]*Socket, len(specs))
	for i, l := range specs {
		id := reactor.SocketID(i)
		sockets[i] = l.socket(id, r.Addr(id))
	}
	snap.setSockets(sockets)
	s.settleHome(snap)
	if err := s.prepare(snap); err != nil {
		return errors.Join(err, s.Stop(context.Background()))
	}
	s.commit(snap)
	r.SetStreams(s.streams(snap))
	s.startEvents(snap, true)
	return r.Start()
}

// Stop ends the loops: sockets are no longer read, what is queued is sent,
// scripts that wait are given up. ctx bounds it.
func (s *Server) Stop(ctx context.Context) error {
	var errs []error
	if s.reactor != nil {
		errs = append(errs, s.reactor.Stop(ctx))
	}
	if s.workers != nil {
		errs = append(errs, s.workers.Close(ctx))
	}
	s.closeResolver()
	for _, m := range s.snap.Load().modules {
		if m.Stop != nil {
			m.Stop(s)
		}
	}
	return errors.Join(errs...)
}

// Post runs f on a loop, with the loop's number. An error means that it will not run.
func (s *Server) Post(loop int, f func(loop int)) error {
	return s.network.Poster(loop).Post(&reactor.Mail{Kind: mailCall, Ref: f})
}

// loopCount is the number of loops: -n or children, at most one per CPU that
// the process may use.
func (s *Server) loopCount(c *params.Core) int {
	n := s.opts.Loops
	if n == 0 {
		n = int(c.Children)
	}
	if !s.opts.Virtual {
		n = min(n, reactor.AllowedCPUs())
	}
	return max(1, min(n, reactor.MaxLoops))
}

// settleHome decides whether messages are handed to their call's loop.
func (s *Server) settleHome(snap *Snapshot) {
	switch HomeMode(snap.core.Home) {
	case HomeAlways:
		snap.home = s.loops > 1
	case HomeAuto:
		snap.home = s.loops > 1 && snap.prog.Stateful
	}
}

// adopt makes a snapshot current.
func (s *Server) adopt(snap *Snapshot) {
	snap.number = 1
	if old := s.snap.Load(); old != nil {
		snap.number = old.number + 1
	}
	s.snap.Store(snap)
	s.configureResolver(snap.core)
	s.failed.Configure(blacklistConfig(snap.core))
	s.logger.SetLevel(int(snap.core.Debug))
}

// prepare lets the modules build what the snapshot needs; after an error the
// ones that had prepared give it up.
func (s *Server) prepare(snap *Snapshot) error {
	if err := s.prepareTLS(snap); err != nil {
		return err
	}
	for i, m := range snap.modules {
		if m.Prepare == nil {
			continue
		}
		if err := m.Prepare(s, snap.configs[m.Name]); err != nil {
			s.abort(snap, i)
			return fmt.Errorf("module %s: %w", m.Name, err)
		}
	}
	return nil
}

// abort gives up what the first n modules have prepared.
func (s *Server) abort(snap *Snapshot, n int) {
	for _, m := range snap.modules[:n] {
		if m.Abort != nil {
			m.Abort(s, snap.configs[m.Name])
		}
	}
}

func (s *Server) commit(snap *Snapshot) {
	s.nextTLS = snap.ownTLS
	defer func() { s.tls.Store(s.nextTLS) }()
	for _, m := range snap.modules {
		if m.Commit != nil {
			m.Commit(s, snap.configs[m.Name])
		}
	}
}

// Live is state that outlives configurations, made by create on first use. key
// is "module.name".
func (s *Server) Live(key string, create func() any) any {
	if v, ok := s.live.Load(key); ok {
		return v
	}
	v, _ := s.live.LoadOrStore(key, create())
	return v
}
