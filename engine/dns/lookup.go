package dns

import (
	"context"
	"errors"
	"net"
	"time"
)

// lookup is one question that is being asked, for all who wait for it.
type lookup struct {
	done   chan struct{}
	answer Answer // valid when done is closed
}

// nameGate bounds the queries for one name that are outstanding.
type nameGate struct {
	slots chan struct{}
	users int
}

// Lookup finds the records of a name: in the cache, else by asking. It waits as
// long as ctx and the deadline allow; it is not for loops. The error is that of the
// answer's status, ErrBusy, ErrName or ErrClosed.
func (r *Resolver) Lookup(ctx context.Context, name string, t Type, a *Answer) error {
	if err := r.Cached([]byte(name), t, a); !errors.Is(err, ErrMiss) {
		return err
	}
	// An alias made by hand is looked up under its true name.
	for range maxAliases {
		if r.cache.Get([]byte(name), TypeCNAME, a) == Miss || a.Status != Found || t == TypeCNAME {
			break
		}
		target, _ := a.NextText(0)
		name = string(target)
	}
	l, err := r.begin(name, t)
	if err != nil {
		return err
	}
	stale := time.NewTimer(r.settings.Load().StaleWait)
	defer stale.Stop()
	for {
		select {
		case <-l.done:
			a.CopyFrom(&l.answer)
			if a.Status >= Refused && r.cache.Stale([]byte(name), t, a) {
				r.stats.stale.Add(1)
			}
			return a.Status.Err()
		case <-stale.C:
			if r.cache.Stale([]byte(name), t, a) {
				r.stats.stale.Add(1)
				return a.Status.Err()
			}
		case <-ctx.Done():
			if r.ctx.Err() != nil {
				return ErrClosed
			}
			a.Reset(t)
			a.Status = Failed
			return ErrNoAnswer
		}
	}
}

// renew looks a name up whether or not the cache knows it.
func (r *Resolver) renew(name string, t Type, a *Answer) {
	l, err := r.begin(name, t)
	if err != nil {
		a.Reset(t)
		r.cache.Stale([]byte(name), t, a) // a later use tries again
		return
	}
	<-l.done
}

// begin joins the look-up of a name that is under way or starts one.
func (r *Resolver) begin(name string, t Type) (*lookup, error) {
	clean, ok := cleanName(name)
	if !ok {
		return nil, ErrName
	}
	q := question{clean, t}
	if absolute(name) {
		q.name += "." // not the same question: the search list is not for it
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.lookups[q]; l != nil {
		r.stats.shared.Add(1)
		return l, nil
	}
	if !r.zones.enter(q.name, len(r.lookups), r.maxLookups) {
		r.stats.busy.Add(1)
		return nil, ErrBusy
	}
	l := &lookup{done: make(chan struct{})}
	l.answer.Reset(t)
	if !r.startLocked(func() { r.run(q, l) }) {
		r.zones.leave(q.name)
		return nil, ErrClosed
	}
	r.lookups[q] = l
	r.stats.lookups.Add(1)
	return l, nil
}

// run asks, keeps the answer and tells all who wait. A panic in what reads the
// answer costs that look-up.
func (r *Resolver) run(q question, l *lookup) {
	now := r.stats.waiting.Add(1)
	for most := r.stats.waitingMost.Load(); now > most && !r.stats.waitingMost.CompareAndSwap(most, now); {
		most = r.stats.waitingMost.Load()
	}
	defer func() {
		if e := recover(); e != nil {
			l.answer.Reset(q.typ)
			l.answer.Status = Refused
		}
		r.stats.waiting.Add(-1)
		r.mu.Lock()
		delete(r.lookups, q)
		r.zones.leave(q.name)
		r.mu.Unlock()
		close(l.done)
	}()
	if r.down.Load() { // nothing is learned of the name
		l.answer.Status = Failed
		return
	}
	set := r.settings.Load()
	ctx, cancel := context.WithTimeout(r.ctx, set.Deadline)
	defer cancel()
	if !set.UseCache {
		systemLookup(ctx, q, &l.answer)
		return
	}
	ttl := r.ask(ctx, set, q, &l.answer)
	if r.ctx.Err() != nil { // closed: nothing is known of the name
		return
	}
	switch l.answer.Status {
	case Found:
		ttl *= 1000
	case NoRecord, NoName, Looped:
		ttl = min(ttl*1000, set.NegativeTTL.Milliseconds())
	default:
		ttl = min(set.FailureTTL, set.NegativeTTL).Milliseconds()
	}
	l.answer.TTL = ttl
	r.cache.Put([]byte(q.name), &l.answer, ttl)
}

// enter waits until fewer than maxPerName queries for a name are outstanding, whatever led
// to the name: others may have it as their alias, or find it by the search list. nil: not in time.
func (r *Resolver) enter(ctx context.Context, name string) (leave func()) {
	r.mu.Lock()
	g := r.perName[name]
	if g == nil {
		g = &nameGate{slots: make(chan struct{}, maxPerName)}
		r.perName[name] = g
	}
	g.users++
	r.mu.Unlock()
	out := func() {
		r.mu.Lock()
		if g.users--; g.users == 0 {
			delete(r.perName, name)
		}
		r.mu.Unlock()
	}
	select {
	case g.slots <- struct{}{}:
		return func() { <-g.slots; out() }
	case <-ctx.Done():
		out()
		return nil
	}
}

// ask asks for a name, in the domains of the search list too, and gives the time
// in seconds that the answer is good for.
func (r *Resolver) ask(ctx context.Context, set *Settings, q question, out *Answer) (ttl int64) {
	sys := r.system.get()
	best, bestTTL := Unknown, int64(0)
	clean, _ := cleanName(q.name)
	list := sys.candidates(q.name, set.UseSearchList)
	for _, name := range list {
		out.Reset(q.typ)
		read := r.follow(ctx, set, sys, question{name, q.typ}, clean, name != clean && !set.SearchFullMatch, out)
		out.Status = read.status
		if read.status == Found || read.status == Failed {
			return read.ttl
		}
		// Of several refusals, that of the name as it stands counts if it was asked for
		// first, as for the C library: that a search domain has no such name says nothing of
		// a name whose servers failed. Else the one that says most, a failure before "no such
		// name", so that the last good answer is not given up for it.
		if best == Unknown || list[0] != clean && (read.status == NoRecord || read.status == Refused && best != NoRecord) {
			best, bestTTL = read.status, read.ttl
		}
	}
	out.Status = best
	if best == Unknown {
		out.Status = NoName
	}
	return bestTTL
}

// follow asks for a name and for the aliases that it leads to.
func (r *Resolver) follow(ctx context.Context, set *Settings, sys *servers, q question, short string, anyDomain bool, out *Answer) reading {
	total := reading{ttl: 1<<32 - 1}
	for {
		read := r.askServers(ctx, set, sys, q, short, anyDomain, total.steps, out)
		read.ttl = min(read.ttl, total.ttl)
		if read.status != Unknown {
			return read
		}
		if read.steps >= maxAliases {
			read.status = Looped
			return read
		}
		total, q.name, anyDomain = read, read.alias, false
	}
}

// askServers asks the servers in turn, again and again, until one says something.
func (r *Resolver) askServers(ctx context.Context, set *Settings, sys *servers, q question, short string, anyDomain bool, steps int, out *Answer) reading {
	leave := r.enter(ctx, q.name)
	if leave == nil {
		return reading{status: Failed}
	}
	defer leave()
	attempts, pause := sys.Attempts, sys.Timeout
	if set.Retries >= 0 {
		attempts = set.Retries + 1
	}
	if set.RetryTime > 0 {
		pause = set.RetryTime
	}
	for range attempts {
		silent := false
		for _, s := range sys.order(set.Servers, r.monotonic()) {
			if ctx.Err() != nil {
				return reading{status: Failed}
			}
			r.stats.queries.Add(1)
			c, cancel := context.WithTimeout(ctx, pause)
			m, err := r.exchange(c, s, q)
			cancel()
			if err != nil {
				// A refused connection is an answer of a kind: asking again at once is of no use.
				if timedOut(err) {
					r.stats.timeouts.Add(1)
				}
				silent = true
				s.sick.Store(r.monotonic() + int64(sickTime))
				continue
			}
			s.sick.Store(0)
			if read := interpret(m, q.name, short, anyDomain, steps, out); read.status != Refused {
				return read
			}
		}
		if !silent {
			return reading{status: Refused}
		}
	}
	return reading{status: Failed}
}

func (r *Resolver) monotonic() int64 { return int64(time.Since(r.began)) + 1 }

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
