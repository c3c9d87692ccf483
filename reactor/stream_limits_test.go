//go:build linux

package reactor

import (
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDeadlinesOfConnections: each closes the peer that it is meant for, with its
// own reason and counter, and no other.
func TestDeadlinesOfConnections(t *testing.T) {
	const short, long = 60 * time.Millisecond, time.Hour
	for _, tc := range []struct {
		name  string
		conf  Streams
		do    func(p *peer)
		why   error
		count func(s Stats) uint64
	}{
		{"silent after accept", Streams{FirstMessage: short}, func(*peer) {}, ErrFirstMessage, func(s Stats) uint64 { return s.SilentClosed }},
		{"drips its first message", Streams{FirstMessage: short, WholeMessage: long}, func(p *peer) { p.send("00") }, ErrFirstMessage, func(s Stats) uint64 { return s.SilentClosed }},
		{"begins a message", Streams{WholeMessage: short}, func(p *peer) { p.send(pack("abc") + "00") }, ErrWholeMessage, func(s Stats) uint64 { return s.SlowClosed }},
		{"idle after a message", Streams{Idle: short}, func(p *peer) { p.send(pack("abc")) }, ErrIdle, func(s Stats) uint64 { return s.IdleClosed }},
		{"idle after a ping", Streams{Idle: short}, func(p *peer) { p.send("\r\n") }, ErrIdle, func(s Stats) uint64 { return s.IdleClosed }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ends := make(chan closing, 2)
			r := runStreams(t, &streamFuncs{event: closes(ends)}, Config{Streams: tc.conf})
			began := time.Now()
			p := connectTo(t, r)
			tc.do(p)
			if e := need(t, ends, "the end"); e.why != tc.why {
				t.Errorf("closed for %v", e.why)
			}
			if d := time.Since(began); d < short {
				t.Errorf("closed after %v", d)
			}
			if n := tc.count(total(r)); n != 1 {
				t.Errorf("%d are counted", n)
			}
		})
	}
}

// TestAnIdleConnectionWithAQueueEndsInTime: one that reaches tcp_connection_lifetime while
// its peer takes nothing is still bounded by the send timeout, also where keep-alive probes put
// the system's own bound off.
func TestAnIdleConnectionWithAQueueEndsInTime(t *testing.T) {
	l, p := drive(t, &streamFuncs{}, Config{Streams: Streams{
		Idle: time.Second, SendTimeout: 10 * time.Second, SendBuffer: 4096, ConnQueue: 1 << 20, KeepAlive: true, KeepIdle: 600,
	}})
	c := l.slots[0].c
	p.send(pack("a"))
	for !c.heard {
		l.cycle()
	}
	_ = p.SetReadBuffer(4096)
	for range 400 {
		if err := l.SendConn(c.id, 0, []byte(pack(strings.Repeat("z", 9000)))); err != nil {
			t.Fatal(err)
		}
		if l.out.flush(l); c.queued() > 0 {
			break
		}
	}
	if c.queued() == 0 {
		t.Fatal("the system takes everything")
	}
	l.now += int64(2 * time.Second)
	l.expire()
	l.afterFlush()
	if c.state != connDraining {
		t.Fatalf("state %d after the time of an idle connection", c.state)
	}
	l.now += int64(9 * time.Second)
	l.expire()
	if c.state != connDead {
		t.Errorf("state %d after the send timeout", c.state)
	}
}

// TestAPeerThatHasClosedItsSideReadsToTheEnd: that its last message is long ago does not cut
// off what it is being sent.
func TestAPeerThatHasClosedItsSideReadsToTheEnd(t *testing.T) {
	l, p := drive(t, &streamFuncs{}, Config{Streams: Streams{SendBuffer: 4096, ConnQueue: 1 << 20}})
	c := l.slots[0].c
	p.send(pack("a"))
	for !c.heard {
		l.cycle()
	}
	c.proven = true
	_ = p.SetReadBuffer(4096)
	for c.queued() == 0 {
		_ = l.SendConn(c.id, 0, []byte(pack(strings.Repeat("z", 9000))))
		l.out.flush(l)
	}
	_ = p.CloseWrite()
	for !c.eof {
		l.cycle()
	}
	for range 10 {
		l.now += int64(5 * time.Second)
		c.progress = l.now // it takes something all the time
		l.expire()
	}
	if c.state != connDraining {
		t.Errorf("state %d: what waits for a peer that reads is given up", c.state)
	}
}

// TestNewTimesHoldForOpenConnections.
func TestNewTimesHoldForOpenConnections(t *testing.T) {
	ends := make(chan closing, 1)
	r := runStreams(t, &streamFuncs{event: closes(ends)}, Config{})
	p := connectTo(t, r)
	p.send(pack("a"))
	p.recv()
	r.SetStreams(Streams{Idle: 20 * time.Millisecond})
	if e := need(t, ends, "the end"); e.why != ErrIdle {
		t.Errorf("closed for %v", e.why)
	}
}

// TestTrafficPutsTheIdleTimeOff without touching a timer.
func TestTrafficPutsTheIdleTimeOff(t *testing.T) {
	l, p := drive(t, &streamFuncs{}, Config{})
	c := l.slots[0].c
	p.send(pack("a"))
	for !c.heard {
		l.cycle()
	}
	armed := c.timer
	l.now += int64(119 * time.Second)
	c.active = l.now
	l.now += int64(2 * time.Second)
	l.expire()
	if c.state != connOpen || c.timer == armed {
		t.Error("the connection was not looked at, or closed while it was busy")
	}
	l.now += int64(119 * time.Second)
	l.expire()
	if c.state == connOpen {
		t.Error("an idle connection lives on")
	}
}

// TestOneAddressCannotFillTheTable, nor reach the reserve; others get in.
func TestOneAddressCannotFillTheTable(t *testing.T) {
	r := runStreams(t, &streamFuncs{}, Config{Loops: 2, Streams: Streams{MaxConns: 40, SharePercent: 25, Reserve: 4}})
	from := func(ip string) bool {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		c, err := d.Dial("tcp4", r.Addr(0).String())
		if err != nil {
			t.Fatal(err)
		}
		p := newPeer(t, c.(*net.TCPConn))
		p.send(pack("x"))
		_, err = p.r.ReadByte()
		return err == nil
	}
	count := func(ip string, n int) (in int) {
		for range n {
			if from(ip) {
				in++
			}
		}
		return in
	}
	if n := count("127.0.0.2", 15); n != 10 {
		t.Errorf("one address has %d connections, not a quarter of 40", n)
	}
	count("127.0.0.3", 10)
	count("127.0.0.4", 10)
	if n := count("127.0.0.5", 10); n != 6 {
		t.Errorf("%d are taken before the reserve", n)
	}
	if n := count("127.0.0.6", 2); n != 1 {
		t.Errorf("a new address gets %d of the reserve", n)
	}
	s := total(r)
	if s.ShareRefused != 5 || s.TableRefused != 5 {
		t.Errorf("%d and %d are counted", s.ShareRefused, s.TableRefused)
	}
}

func TestOriginOfIPv6IsItsNetwork(t *testing.T) {
	a := Addr{IP: [16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9, 9}, Port: 5}
	b := Addr{IP: [16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 1}, Port: 6}
	c := Addr{IP: [16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 9, 9}}
	if origin(a) != origin(b) || origin(a) == origin(c) {
		t.Error("not by /64")
	}
}

// TestAFullDescriptorTablePausesAccepting: open connections work on, accepting
// goes on when descriptors return.
func TestAFullDescriptorTablePausesAccepting(t *testing.T) {
	r := runStreams(t, &streamFuncs{}, Config{Loops: 2})
	p := connectTo(t, r)
	p.send(pack("before"))
	p.recv()
	var conns []int
	for range 3 { // opened now, accepted when there is room
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		conns = append(conns, fd)
	}
	release := exhaust(t)
	for _, fd := range conns {
		if err := unix.Connect(fd, sockaddr(r.Addr(0))); err != nil && err != unix.EINPROGRESS {
			release()
			t.Fatal(err)
		}
	}
	eventually(t, "a pause", func() bool { return total(r).AcceptPauses > 0 })
	for range 20 {
		p.send(pack("meanwhile"))
		if p.recv() != "meanwhile" {
			t.Error("an open connection does not work")
		}
	}
	// A loop that waits for descriptors looks again every acceptPause, and sleeps
	// between.
	before := total(r)
	eventually(t, "another pause", func() bool { return total(r).AcceptPauses > before.AcceptPauses })
	if n := total(r).Cycles - before.Cycles; n > 200 {
		t.Errorf("%d cycles from one pause to the next: the loops spin", n)
	}
	release()
	eventually(t, "accepting", func() bool { return total(r).Accepted == 4 })
}

// exhaust takes all descriptors that the process may have; the function gives
// them back.
func exhaust(t *testing.T) func() {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	less := unix.Rlimit{Cur: uint64(fd + 1), Max: old.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &less); err != nil {
		t.Skip("cannot lower the limit:", err)
	}
	var taken []int
	for {
		n, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
		if err != nil {
			break
		}
		taken = append(taken, n)
	}
	done := false
	f := func() {
		if done {
			return
		}
		done = true
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		unix.Close(fd)
		for _, n := range taken {
			unix.Close(n)
		}
	}
	t.Cleanup(f)
	return f
}

// TestOptionsReachTheSockets, accepted and connected ones; they are read back.
func TestOptionsReachTheSockets(t *testing.T) {
	h := &streamFuncs{}
	opened := make(chan int, 4)
	h.posted = runAsked
	h.event = func(l Loop, c ConnID, ev ConnEvent, _ error) {
		if ev == ConnOpened {
			opened <- l.(*loop).conn(c).fd
		}
	}
	listen := listenTCP("127.0.0.1:0")
	listen.TOS = 0x88
	r := runStreams(t, h, Config{Listen: []Listen{listen}, Streams: Streams{
		KeepAlive: true, KeepIdle: 77, KeepIntvl: 7, KeepCnt: 3, SynCnt: 4, Linger2: 11, DeferAccept: 2, DelayedAck: true,
		RecvBuffer: 20000, SendBuffer: 30000, ReusePort: true,
	}})
	want := []struct {
		what               string
		level, opt, lo, hi int
	}{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1, 1},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 77, 77},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 7, 7},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3, 3},
		{"TCP_SYNCNT", unix.IPPROTO_TCP, unix.TCP_SYNCNT, 4, 4},
		{"TCP_LINGER2", unix.IPPROTO_TCP, unix.TCP_LINGER2, 11, 11},
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1, 1},
		{"TCP_QUICKACK", unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0, 0},
		{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 40000, 40000},
		{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 60000, 60000},
		{"IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, 0x88, 0x88},
	}
	check := func(who string, fd int) {
		for _, w := range want {
			if v, err := unix.GetsockoptInt(fd, w.level, w.opt); err != nil || v < w.lo || v > w.hi {
				t.Errorf("%s: %s is %d (%v)", who, w.what, v, err)
			}
		}
	}
	p := connectTo(t, r)
	p.send(pack("x")) // accepting waits for data
	check("accepted", need(t, opened, "the connection"))
	s := server(t)
	ask(t, r, func(l Loop) {
		d := dialTo(s.Addr().String())
		d.TOS = 0x88
		if _, err := l.Connect(d); err != nil {
			t.Error(err)
		}
	})
	acceptFrom(t, s)
	check("connected", need(t, opened, "the connection"))
	fd := r.loops[0].listener(0).fd.fd
	for _, w := range []struct{ level, opt, want int }{{unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 3}, {unix.SOL_SOCKET, unix.SO_REUSEADDR, 1}, {unix.SOL_SOCKET, unix.SO_REUSEPORT, 1}} {
		if v, err := unix.GetsockoptInt(fd, w.level, w.opt); err != nil || v == 0 || v > w.want {
			t.Errorf("listening: option %d/%d is %d (%v)", w.level, w.opt, v, err)
		}
	}
}

// TestAnAddressInUseIsRefused though it is bound with SO_REUSEADDR.
func TestAnAddressInUseIsRefusedForStreamsToo(t *testing.T) {
	r := runStreams(t, &streamFuncs{}, Config{})
	_, err := r.AddListen(Listen{Transport: TCP, Addr: r.Addr(0)})
	if le, ok := err.(*ListenError); !ok || !le.InUse {
		t.Errorf("%v", err)
	}
	if id, err := r.AddListen(Listen{Transport: UDP, Addr: r.Addr(0)}); err != nil || r.Addr(id) != r.Addr(0) {
		t.Errorf("a datagram socket of the same port: %v", err)
	}
}

// TestConnectionsOutliveTheirAddress that is no longer listened on.
func TestConnectionsOutliveTheirAddress(t *testing.T) {
	r := runStreams(t, &streamFuncs{}, Config{Loops: 2})
	p := connectTo(t, r)
	p.send(pack("a"))
	p.recv()
	addr := r.Addr(0).String()
	if err := r.RemoveListen(0); err != nil {
		t.Fatal(err)
	}
	if _, err := net.DialTimeout("tcp4", addr, time.Second); err == nil {
		t.Error("it still accepts")
	}
	p.send(pack("b"))
	if p.recv() != "b" {
		t.Error("the connection is gone")
	}
}

// TestIdleConnectionsAreCheap: what the process holds for each of many, and that
// it returns.
func TestIdleConnectionsAreCheap(t *testing.T) {
	n := 2000
	var lim unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); lim.Cur < uint64(2*n+500) {
		n = int(lim.Cur-500) / 2
	}
	r := runStreams(t, &streamFuncs{}, Config{Loops: 2, Streams: Streams{SharePercent: 100, Reserve: -1, MaxConns: n}})
	fds := make([]int, 0, n)
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	to := sockaddr(r.Addr(0))
	half := []byte(pack("0123456789")[:9])
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc + m.StackInuse)
	}
	before := heap()
	for range n {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		fds = append(fds, fd)
		if err := unix.Connect(fd, to); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "accepting", func() bool { return total(r).Accepted == uint64(n) })
	idle := (heap() - before) / int64(n)
	for _, fd := range fds {
		unix.Write(fd, half)
	}
	eventually(t, "reading", func() bool { return total(r).BytesIn == uint64(n*len(half)) })
	partial := (heap() - before) / int64(n)
	t.Logf("%d connections: %d bytes each while idle, %d with the beginning of a message", n, idle, partial)
	if idle > 4096 || partial > 8192 {
		t.Errorf("%d and %d bytes for each connection", idle, partial)
	}
	for _, fd := range fds {
		unix.Close(fd)
	}
	fds = fds[:0]
	eventually(t, "the end of all", func() bool { return total(r).Conns == 0 })
	if after := heap() - before; after > 4<<20 {
		t.Errorf("%d bytes are kept after all connections are gone", after)
	}
}

// TestMemoryOfManyConnectionsIsGivenBack once most of them have gone.
func TestMemoryOfManyConnectionsIsGivenBack(t *testing.T) {
	h := &streamFuncs{}
	r := runStreams(t, h, Config{Streams: Streams{SharePercent: 100}})
	trims := func() uint64 { r.census.Lock(); defer r.census.Unlock(); return r.census.trims }
	var open []*peer
	for range 2 * trimConns {
		open = append(open, connectTo(t, r))
	}
	eventually(t, "the connections", func() bool { return total(r).Conns == 2*trimConns })
	for i, p := range open {
		p.Close()
		if i == trimConns/2 && trims() != 0 {
			t.Error("it was done while most are there")
		}
	}
	eventually(t, "giving back", func() bool { return trims() == 1 })
}
