// Package deadpeers measures what becomes of calls whose next hop on TCP is dead, refuses the connection or resets it, and what they cost
// the other calls, which go on over one connection beside them. The same other calls go through a second server at the same time, so that
// what else the machine does is seen as well.
//
// Start at Measure.
package deadpeers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tcpload"
)

// Plan says how much to measure.
type Plan struct {
	Kind  servers.Kind
	Calls int // to each kind of next hop
	// ConnectTimeout is tcp_connect_timeout in seconds.
	ConnectTimeout int
	Rate           float64 // of the other calls, per second
}

// Kind is what became of the calls to one kind of next hop.
type Kind struct {
	Name     string
	Statuses map[int]int // how many calls ended with each status; 0: without one
	P50, Max time.Duration
}

// String is the kind in a few words.
func (k Kind) String() string {
	text := k.Name + ":"
	statuses := make([]int, 0, len(k.Statuses))
	for s := range k.Statuses {
		statuses = append(statuses, s)
	}
	slices.Sort(statuses)
	for _, s := range statuses {
		text += fmt.Sprintf(" %d × %d", k.Statuses[s], s)
	}
	return text + fmt.Sprintf(" after %v, at most %v", k.P50.Round(10*time.Microsecond), k.Max.Round(10*time.Microsecond))
}

// Result is what was measured.
type Result struct {
	Dead, Refused, Reset Kind
	// Beside is the other calls, Control those through a server without calls to dead ends.
	Beside, Control tcpload.TrunkResult
	// ConnectTimeouts and ConnectFailed are the server's counters; 0 where it has none.
	ConnectTimeouts, ConnectFailed uint64
}

const (
	// spread is the time over which the calls to dead ends begin.
	spread = time.Second
	// patience is how much longer than the connect timeout a call may last here.
	patience = 35 * time.Second
)

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) (Result, error) {
	dir, err := os.MkdirTemp("", "sipedge-dead-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(3)
	if err != nil {
		return Result{}, err
	}
	refuses := ports[2]
	var running [2]*servers.Server
	var at [2]netip.AddrPort
	for i := range running {
		s, err := servers.Start(ctx, plan.Kind, dir, ports[i], configs.Relay, configs.ListenStreams(ports[i]), configs.Setting{Name: "children", Value: "2"},
			configs.Setting{Name: "disable_tcp", Value: "no"}, configs.Setting{Name: "tcp_connect_timeout", Value: fmt.Sprint(plan.ConnectTimeout)})
		if err != nil {
			return Result{}, err
		}
		defer s.Stop()
		running[i] = s
		if at[i], err = netip.ParseAddrPort(s.Addr()); err != nil {
			return Result{}, err
		}
	}
	s, to := running[0], at[0]
	dead, buryDead, err := deadEnd()
	if err != nil {
		return Result{}, err
	}
	defer buryDead()
	resets, stopResets, err := resetting()
	if err != nil {
		return Result{}, err
	}
	defer stopResets()
	var r Result
	others := make(chan error, 2)
	length := time.Duration(plan.ConnectTimeout)*time.Second + spread + time.Second
	for i, res := range []*tcpload.TrunkResult{&r.Beside, &r.Control} {
		go func() {
			var err error
			*res, err = tcpload.Trunk(ctx, tcpload.TrunkLoad{Server: at[i], Calls: int(plan.Rate * length.Seconds()), Rate: plan.Rate})
			others <- err
		}()
	}
	var all sync.WaitGroup
	for i, k := range []struct {
		kind *Kind
		name string
		port int
	}{{&r.Dead, "dead", dead}, {&r.Refused, "refused", refuses}, {&r.Reset, "reset", resets}} {
		all.Go(func() {
			*k.kind = fail(ctx, k.name, to, (i+1)*100_000, plan.Calls, fmt.Sprintf("127.0.0.1:%d;transport=tcp", k.port), time.Duration(plan.ConnectTimeout)*time.Second+patience)
		})
	}
	all.Wait()
	if err := errors.Join(<-others, <-others); err != nil {
		return r, err
	}
	if !s.Alive() {
		return r, errors.New("the server ended during the run")
	}
	if plan.Kind.HomeLoops {
		c, err := s.Counters(ctx)
		if err != nil {
			return r, err
		}
		r.ConnectTimeouts, r.ConnectFailed = c.Sockets().ConnectTimeouts, c.Sockets().ConnectFailed
	}
	return r, nil
}

// fail makes calls, one after another begun, to a next hop that fails.
func fail(ctx context.Context, name string, server netip.AddrPort, first, calls int, callee string, limit time.Duration) Kind {
	k := Kind{Name: name, Statuses: map[int]int{}}
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			status, d, err := tcpload.Final(ctx, server, first+i, callee, limit)
			if err != nil {
				status = 0
			}
			mu.Lock()
			defer mu.Unlock()
			k.Statuses[status]++
			took = append(took, d)
		})
		select {
		case <-time.After(spread / time.Duration(calls)):
		case <-ctx.Done():
		}
	}
	all.Wait()
	slices.Sort(took)
	k.P50, k.Max = took[len(took)/2], took[len(took)-1]
	return k
}

// deadEnd is a port of a listening socket whose backlog is full: the system drops whoever asks for a connection.
func deadEnd() (port int, end func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	var waiting []net.Conn
	end = func() {
		for _, c := range waiting {
			_ = c.Close()
		}
		_ = syscall.Close(fd)
	}
	if err = errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		end()
		return 0, nil, err
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		end()
		return 0, nil, err
	}
	port = sa.(*syscall.SockaddrInet4).Port
	for range 8 {
		c, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), 200*time.Millisecond)
		if err != nil {
			return port, end, nil
		}
		waiting = append(waiting, c)
	}
	end()
	return 0, nil, errors.New("the backlog of a listening socket never fills here")
}

// resetting is a port whose peer resets each connection when a part of the first message has come.
func resetting() (port int, end func(), err error) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, nil, err
	}
	go func() {
		for {
			conn, err := l.AcceptTCP()
			if err != nil {
				return
			}
			go func() {
				var part [100]byte
				_, _ = conn.Read(part[:])
				_ = conn.SetLinger(0)
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, func() { _ = l.Close() }, nil
}
