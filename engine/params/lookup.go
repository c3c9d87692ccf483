package params

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// Look-ups at start. A machine may come up before its name servers do, or without any:
// no look-up here may keep the server from starting for longer than its bound, and all of
// one kind run beside each other, so that the bound holds for all of them together.

// ListenError is a listen line that leads to no address.
type ListenError struct {
	Text string // of the line
	Err  error  // names the line
}

// Error says which line it is and what is wrong with it.
func (e *ListenError) Error() string { return e.Err.Error() }

// Unwrap is the cause.
func (e *ListenError) Unwrap() error { return e.Err }

// ListenErrors are the lines that an error of ListenOn is about.
func ListenErrors(err error) (list []*ListenError) {
	var one *ListenError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			list = append(list, ListenErrors(e)...)
		}
	} else if errors.As(err, &one) {
		list = append(list, one)
	}
	return list
}

// system is what looks names up at start; tests replace it. The cache is not there yet, so
// it is the system's resolver, with its hosts file (index SP002).
var system interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
} = net.DefaultResolver

// hostAnswer is what is known of a host name.
type hostAnswer struct {
	ips []netip.Addr
	err error
}

// lookupHosts looks the host names of lines up.
func lookupHosts(ctx context.Context, specs []ListenSpec) map[string]hostAnswer {
	var names []string
	for _, spec := range specs {
		for _, h := range spec.Hosts {
			if _, err := netip.ParseAddr(h); err == nil || h == "*" {
				continue
			}
			if _, err := net.InterfaceByName(h); err != nil {
				names = append(names, h)
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	res := system
	answers := atOnce(ctx, names, func(ctx context.Context, host string) (a hostAnswer) {
		a.ips, a.err = lookupHost(ctx, res.LookupNetIP, host)
		return a
	})
	for _, n := range names {
		if _, ok := answers[n]; !ok {
			answers[n] = hostAnswer{err: noInterface(n, fmt.Errorf("no name server answered within %v: %w", resolveTimeout, context.Cause(ctx)))}
		}
	}
	return answers
}

// lookupHost finds one address of a host, IPv4 before IPv6.
func lookupHost(ctx context.Context, lookup func(context.Context, string, string) ([]netip.Addr, error), host string) ([]netip.Addr, error) {
	ips, err := lookup(ctx, "ip", host)
	if err == nil && len(ips) == 0 {
		err = errors.New("it has no address")
	}
	if err != nil {
		return nil, noInterface(host, err)
	}
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.Is4() {
			return []netip.Addr{ip}, nil
		}
	}
	return ips[:1], nil
}

func noInterface(host string, why error) error {
	return fmt.Errorf("%q is no interface of this machine and does not resolve: %w", host, why)
}

// atOnce calls ask for each key, all at the same time, and returns what has come until
// ctx ended, also where ask does not heed its context.
func atOnce[K comparable, V any](ctx context.Context, keys []K, ask func(context.Context, K) V) map[K]V {
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		got = map[K]V{}
	)
	begun := map[K]bool{}
	for _, k := range keys {
		if begun[k] {
			continue
		}
		begun[k] = true
		wg.Go(func() {
			v := ask(ctx, k)
			mu.Lock()
			defer mu.Unlock()
			if ctx.Err() == nil {
				got[k] = v
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	all := make(map[K]V, len(got))
	for k, v := range got {
		all[k] = v
	}
	return all
}
