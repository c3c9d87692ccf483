package dns

import (
	"context"
	"errors"
	"net/netip"
)

// InlineNames copies what the cache knows of an address's names (PTR records) into a;
// ErrMiss: see ResolveNames. It is for loops, like Inline.
func (r *Resolver) InlineNames(ip netip.Addr, a *Answer) error {
	var buf [maxReverse]byte
	return r.Cached(appendReverse(buf[:0], ip), TypePTR, a)
}

// ResolveNames finds an address's names by asking and calls done once, from a goroutine
// of the resolver, with the answer (not to be changed) or the error. Else it is like Resolve.
func (r *Resolver) ResolveNames(ip netip.Addr, done func(*Answer, error)) error {
	ip = ip.Unmap()
	r.mu.Lock()
	defer r.mu.Unlock()
	if list, ok := r.reverses[ip]; ok {
		if len(list) >= maxWaiters {
			r.stats.busy.Add(1)
			return ErrBusy
		}
		r.reverses[ip] = append(list, done)
		return nil
	}
	if len(r.reverses) >= r.maxResolutions {
		r.stats.busy.Add(1)
		return ErrBusy
	}
	if !r.startLocked(func() { r.resolveNames(ip) }) {
		return ErrClosed
	}
	r.reverses[ip] = []func(*Answer, error){done}
	return nil
}

func (r *Resolver) resolveNames(ip netip.Addr) {
	ctx, cancel := context.WithTimeout(r.ctx, r.settings.Load().Deadline)
	defer cancel()
	a := new(Answer)
	err := r.Lookup(ctx, ReverseName(ip)+".", TypePTR, a)
	if errors.Is(err, ErrMiss) { // cannot be
		err = ErrNoAnswer
	}
	r.mu.Lock()
	waiters := r.reverses[ip]
	delete(r.reverses, ip)
	r.mu.Unlock()
	if err != nil {
		a = nil
	}
	for _, done := range waiters {
		done(a, err)
	}
}
