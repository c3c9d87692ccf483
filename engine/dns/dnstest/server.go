// Package dnstest is a DNS server for tests that answers as servers on the
// Internet do: quickly, slowly, never, wrongly, and with what attackers send. It
// listens on loopback, on UDP and TCP with one port number, and counts what it is asked.
//
// behaviour.go lists the behaviours; a test binds names to them with Handle.
package dnstest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	wire "github.com/miekg/dns"
)

// Query is what the server was asked.
type Query struct {
	Name string // lower case, without the dot at its end
	Type string // "A", "SRV" …
	TCP  bool
	From netip.AddrPort
	ID   uint16
	EDNS bool
}

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	addr netip.AddrPort
	udp  *net.UDPConn
	tcp  net.Listener
	done chan struct{}
	wg   sync.WaitGroup

	mu          sync.Mutex
	exact       map[string]Behaviour
	under       map[string]Behaviour
	fallback    Behaviour
	queries     []Query
	outstanding map[string]int
	most        map[string]int
	dead        bool
	holds       time.Duration
}

// Start starts a server for the duration of a test. Names without a behaviour do not exist.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// New starts a server, which Close ends.
func New() (*Server, error) {
	s := &Server{done: make(chan struct{}), exact: map[string]Behaviour{}, under: map[string]Behaviour{},
		fallback: NXDomain(), outstanding: map[string]int{}, most: map[string]int{}, holds: 2 * time.Second}
	for try := 0; ; try++ {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			s.tcp, s.udp = l, u
			s.addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
			break
		}
		_ = l.Close()
		if try == 20 {
			return nil, err
		}
	}
	s.wg.Add(2)
	go s.serveUDP()
	go s.serveTCP()
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Handle binds a name to a behaviour; "*.example.org" is every name below
// example.org, "*" every other name.
func (s *Server) Handle(name string, b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = clean(name)
	if name == "*" {
		s.fallback = b
	} else if d, ok := strings.CutPrefix(name, "*."); ok {
		s.under[d] = b
	} else {
		s.exact[name] = b
	}
}

// SetDead makes the server silent for all names, or lets it speak again.
func (s *Server) SetDead(dead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = dead
}

// SetHolds says how long a query that is never answered counts as outstanding: as long as
// the client waits for an answer. It is 2 s to begin with.
func (s *Server) SetHolds(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds = d
}

// Queries are all queries so far for a name, "" for all names.
func (s *Server) Queries(name string) []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Query
	for _, q := range s.queries {
		if name == "" || q.Name == clean(name) {
			list = append(list, q)
		}
	}
	return list
}

// Count is the number of queries so far for a name and type.
func (s *Server) Count(name, typ string) (n int) {
	for _, q := range s.Queries(name) {
		if typ == "" || q.Type == typ {
			n++
		}
	}
	return n
}

// MostOutstanding is the largest number of queries for one name that waited for an
// answer of the server at the same time.
func (s *Server) MostOutstanding(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most[clean(name)]
}

// Close ends the server.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
		s.mu.Unlock()
		return
	default:
	}
	close(s.done)
	s.mu.Unlock()
	_ = s.udp.Close()
	_ = s.tcp.Close()
	s.wg.Wait()
}

func clean(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// find is the behaviour for a name; it counts the query.
func (s *Server) find(q *wire.Msg, from net.Addr, tcp bool) Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := clean(q.Question[0].Name)
	ap, _ := netip.ParseAddrPort(from.String())
	s.queries = append(s.queries, Query{name, wire.TypeToString[q.Question[0].Qtype], tcp, ap, q.Id, q.IsEdns0() != nil})
	s.outstanding[name]++
	s.most[name] = max(s.most[name], s.outstanding[name])
	if s.dead {
		return Silent()
	}
	if b, ok := s.exact[name]; ok {
		return b
	}
	for d := name; d != ""; {
		_, rest, ok := strings.Cut(d, ".")
		if !ok {
			break
		}
		if b, ok := s.under[rest]; ok {
			return b
		}
		d = rest
	}
	return s.fallback
}

func (s *Server) answered(q *wire.Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outstanding[clean(q.Question[0].Name)]--
}

func (s *Server) serveUDP() {
	defer s.wg.Done()
	buf := make([]byte, 4096)
	for {
		n, from, err := s.udp.ReadFromUDP(buf)
		if err != nil {
			select {
			case <-s.done:
				return
			default:
				continue
			}
		}
		q := new(wire.Msg)
		if q.Unpack(buf[:n]) != nil || len(q.Question) != 1 {
			continue
		}
		b := s.find(q, from, false)
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			if b.Silent {
				s.mu.Lock()
				d := s.holds
				s.mu.Unlock()
				s.wait(d)
				s.answered(q)
				return
			}
			s.wait(b.Delay)
			s.answered(q) // before the answer: the next query may come at once
			for _, p := range b.packets(q, false) {
				_, _ = s.udp.WriteToUDP(p, from)
			}
		}()
	}
}

// wait ends early when the server is closed.
func (s *Server) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.done:
	}
}

func (s *Server) serveTCP() {
	defer s.wg.Done()
	for {
		c, err := s.tcp.Accept()
		if err != nil {
			return
		}
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			stop := make(chan struct{})
			defer close(stop)
			go func() {
				select {
				case <-s.done:
					_ = c.Close()
				case <-stop:
				}
			}()
			_ = s.stream(c)
		}()
	}
}

func (s *Server) stream(c net.Conn) error {
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return err
		}
		buf := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, buf); err != nil {
			return err
		}
		q := new(wire.Msg)
		if q.Unpack(buf) != nil || len(q.Question) != 1 {
			return fmt.Errorf("not a query")
		}
		b := s.find(q, c.RemoteAddr(), true)
		if b.RefuseTCP {
			s.answered(q)
			_ = c.(*net.TCPConn).SetLinger(0) // a reset, as from a closed port
			return fmt.Errorf("refused")
		}
		s.wait(b.Delay)
		s.answered(q)
		for _, p := range b.packets(q, true) {
			if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(p))), p...)); err != nil {
				return err
			}
		}
	}
}
