package tcpload

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"sipedge/benchmarks/sipcall"
)

// proxy passes the requests of one connection on to a callee by TCP and the answers back; in each direction spoil may change the messages
// that have come together.
func proxy(t *testing.T, spoil func(msgs [][]byte) [][]byte) netip.AddrPort {
	t.Helper()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	pass := func(from, to net.Conn) {
		defer to.Close()
		r := newReader(from)
		for {
			var msgs [][]byte
			for {
				msg, err := r.next()
				if err != nil {
					return
				}
				if msg == nil {
					break
				}
				msgs = append(msgs, bytes.Clone(msg))
			}
			for _, m := range spoil(msgs) {
				if _, err := to.Write(m); err != nil {
					return
				}
			}
			if r.read() != nil {
				return
			}
		}
	}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			r := newReader(in)
			msg, err := r.one()
			if err != nil {
				return
			}
			_, target, _ := bytes.Cut(msg, []byte("@"))
			target, _, _ = bytes.Cut(target, []byte(";"))
			out, err := net.Dial("tcp4", string(target))
			if err != nil {
				return
			}
			_, _ = out.Write(msg)
			rest := &joined{first: r.buf[r.start:r.end], Conn: in}
			go pass(rest, out)
			go pass(out, in)
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// joined is a connection of which something was read already.
type joined struct {
	first []byte
	net.Conn
}

func (j *joined) Read(b []byte) (int, error) {
	if len(j.first) > 0 {
		n := copy(b, j.first)
		j.first = j.first[n:]
		return n, nil
	}
	return j.Conn.Read(b)
}

func asTheyCome(msgs [][]byte) [][]byte { return msgs }

func TestCallsOverATrunkComeThrough(t *testing.T) {
	res, err := Trunk(t.Context(), TrunkLoad{Server: proxy(t, asTheyCome), Calls: 500, Rate: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Done != 500 || res.Made != 500 || res.Disorder != 0 || res.Broken != nil || res.P99 < res.P50 || res.P50 <= 0 {
		t.Errorf("%+v", res)
	}
}

func TestDisorderAndLossAreSeen(t *testing.T) {
	swap := func(msgs [][]byte) [][]byte {
		for i, m := range msgs {
			if n, _ := sipcall.Number(m); n == 7 && i > 0 && sipcall.Sequence(m) == 2 {
				msgs[i-1], msgs[i] = msgs[i], msgs[i-1]
			}
		}
		return msgs
	}
	res, err := Trunk(t.Context(), TrunkLoad{Server: proxy(t, swap), Calls: 20, Rate: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Disorder == 0 {
		t.Errorf("%+v: nobody noticed that messages changed places", res)
	}
	lose := func(msgs [][]byte) [][]byte {
		kept := msgs[:0]
		for _, m := range msgs {
			if n, _ := sipcall.Number(m); n != 3 || !bytes.HasPrefix(m, []byte("BYE ")) {
				kept = append(kept, m)
			}
		}
		return kept
	}
	res, err = Trunk(t.Context(), TrunkLoad{Server: proxy(t, lose), Calls: 20, Rate: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Done != 19 {
		t.Errorf("%+v, want 19 calls", res)
	}
}

// answering is a server that answers each OPTIONS with 200 but every fourth one.
func answering(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r := newReader(conn)
				for {
					msg, err := r.one()
					if err != nil {
						return
					}
					if n, _ := sipcall.Number(msg); n%4 != 3 {
						var e sipcall.End
						_, _ = conn.Write(e.AppendReply(nil, msg, "SIP/2.0 200 OK\r\n", 0))
					}
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func TestQuestionsWithoutAnAnswerCountAsLost(t *testing.T) {
	server := answering(t)
	for _, conns := range []int{3, 0} {
		res, err := Ask(t.Context(), AskLoad{Server: server, Conns: conns, Questions: 40, Rate: 2000})
		if err != nil {
			t.Fatal(err)
		}
		if res.Asked != 40 || res.Lost() != 10 || res.P50 <= 0 || res.Max < res.P99 {
			t.Errorf("over %d connections: %+v", conns, res)
		}
	}
}

func TestACrowdNoticesWhatTheServerCloses(t *testing.T) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := Open(t.Context(), l.Addr().(*net.TCPAddr).AddrPort(), 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Len() != 20 || c.Alive() != 20 {
		t.Fatalf("%d of %d alive", c.Alive(), c.Len())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go c.Drip(ctx)
	for i := range 20 {
		conn, err := l.AcceptTCP()
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_ = conn.SetLinger(0) // a RST
			conn.Close()
			continue
		}
		var b [1]byte
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := conn.Read(b[:]); err != nil || b[0] != 'O' {
			t.Errorf("%q, %v, want the first byte of a request", b, err)
		}
		if i%4 == 1 {
			_ = conn.CloseWrite() // a FIN
		}
		defer conn.Close()
	}
	for deadline := time.Now().Add(5 * time.Second); c.Alive() != 5; {
		if time.Now().After(deadline) {
			t.Fatalf("%d alive, want 5", c.Alive())
		}
		time.Sleep(time.Millisecond)
	}
}
