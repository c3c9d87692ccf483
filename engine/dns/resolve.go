package dns

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"sipedge/script/rt"
)

// resolutionKey is a destination that is waited for.
type resolutionKey struct {
	policy *Policy
	host   string
	secure bool
	proto  rt.Proto
	port   uint16
}

// resolution is a destination on its way, for all who wait for it.
type resolution struct {
	waiters []func(*Targets, error)
}

// inline is the Source that asks nobody.
type inline Resolver

func (s *inline) Lookup(name []byte, t Type, a *Answer) error {
	return (*Resolver)(s).Cached(name, t, a)
}
func (s *inline) Want([]byte, Type) {}
func (s *inline) Usable()           {}

// Inline finds a destination by what is in the cache. ErrMiss: something has to
// be looked up, see Resolve. It never waits and, w being used again, allocates
// nothing: it is for loops.
func (r *Resolver) Inline(q *Query, p *Policy, w *Work, out *Targets) error {
	return Choose(q, p, (*inline)(r), w, out)
}

// Resolve finds a destination by asking, within the deadline, and calls done once,
// from a goroutine of the resolver, with the targets (not to be changed) or the
// error. Itself it does not wait. Who asks for a destination that is being resolved
// waits with the others. done must not block. Errors, after which done is not
// called: ErrBusy, ErrClosed.
func (r *Resolver) Resolve(q *Query, p *Policy, done func(*Targets, error)) error {
	k := resolutionKey{p, strings.ToLower(string(q.Host)), q.Secure, q.Proto, q.Port}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.resolutions[k]; f != nil {
		if len(f.waiters) >= maxWaiters {
			r.stats.busy.Add(1)
			return ErrBusy
		}
		f.waiters = append(f.waiters, done)
		return nil
	}
	if !r.destinations.enter(k.host, len(r.resolutions), r.maxResolutions) {
		r.stats.busy.Add(1)
		return ErrBusy
	}
	f := &resolution{waiters: []func(*Targets, error){done}}
	if !r.startLocked(func() { r.resolve(k, f) }) {
		r.destinations.leave(k.host)
		return ErrClosed
	}
	r.resolutions[k] = f
	return nil
}

func (r *Resolver) resolve(k resolutionKey, f *resolution) {
	out, err := new(Targets), ErrNoAnswer
	defer func() {
		if e := recover(); e != nil {
			err = ErrServers
		}
		r.mu.Lock()
		delete(r.resolutions, k)
		r.destinations.leave(k.host)
		waiters := f.waiters
		r.mu.Unlock()
		if err != nil {
			out = nil
		}
		for _, done := range waiters {
			done(out, err)
		}
	}()
	ctx, cancel := context.WithTimeout(r.ctx, r.settings.Load().Deadline)
	defer cancel()
	q := Query{Secure: k.secure, Host: []byte(k.host), Port: k.port, Proto: k.proto}
	var seed [2]uint64
	for i := range seed {
		seed[i] = uint64(randomID())<<48 | uint64(time.Now().UnixNano())
	}
	err = r.ResolveNow(ctx, &q, k.policy, NewWork(seed[0], seed[1]), out)
}

// ResolveNow is Resolve for callers that may wait.
func (r *Resolver) ResolveNow(ctx context.Context, q *Query, p *Policy, w *Work, out *Targets) error {
	a := &asking{r: r}
	a.ctx, a.cancel = context.WithCancel(ctx)
	defer a.cancel()
	err := Choose(q, p, a, w, out)
	if errors.Is(err, ErrMiss) { // cannot be
		err = ErrNoAnswer
	}
	return err
}

// asking is the Source that asks name servers.
type asking struct {
	r      *Resolver
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	wanted []question
	usable bool
}

// Lookup asks. When that takes a while, what will be needed next is asked for
// beside it.
func (s *asking) Lookup(name []byte, t Type, a *Answer) error {
	if err := s.r.Cached(name, t, a); !errors.Is(err, ErrMiss) {
		return err
	}
	hurry := time.AfterFunc(hurryAfter, s.askWanted)
	defer hurry.Stop()
	return s.r.Lookup(s.ctx, string(name), t, a)
}

func (s *asking) Want(name []byte, t Type) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wanted) < 4*MaxTargets {
		s.wanted = append(s.wanted, question{string(name), t})
	}
}

func (s *asking) askWanted() {
	s.mu.Lock()
	list := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	var a Answer
	for _, q := range list {
		if s.r.cache.Get([]byte(q.name), q.typ, &a) == Miss {
			_, _ = s.r.begin(q.name, q.typ)
		}
	}
}

// Usable gives the look-ups that are left a second.
func (s *asking) Usable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.usable {
		s.usable = true
		stop := time.AfterFunc(graceAfterFound, s.cancel)
		context.AfterFunc(s.ctx, func() { stop.Stop() })
	}
}
