package e2e

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// keeper is a module of the tests that keeps a message, a timer and a branch
// while the script waits, on another loop than the message's, and whose
// configuration is exchanged by reloads.
type keeper struct {
	kept      sync.Map // core.Handle → keptMessage
	wrong     atomic.Int64
	resumed   atomic.Int64
	prepared  atomic.Int64
	committed atomic.Int64
}

type keptMessage struct {
	data   []byte
	branch string
}

type keeperConfig struct{ Pause int64 }

func (k *keeper) module() *registry.Module {
	return &registry.Module{
		Name:      "keeper",
		NewConfig: func() any { return &keeperConfig{Pause: 5} },
		Params: []registry.Param{{
			Name: "pause", Type: registry.ParamInt, Max: 1000, Default: "5", Reloadable: true,
			Field: func(c any) any { return &c.(*keeperConfig).Pause },
		}},
		Prepare: func(host, cfg any) error { k.prepared.Add(1); return nil },
		Commit:  func(host, cfg any) { k.committed.Add(1) },
		Functions: []registry.Function{{
			Name: "keep", Routes: rt.RequestRoute, Stateful: true,
			Compile: func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
				pause := time.Duration(b.Config("keeper").(*keeperConfig).Pause) * time.Millisecond
				return func(c *rt.Ctx) int32 { return k.keep(core.Of(c), pause) }, nil
			},
		}},
	}
}

func (k *keeper) keep(p *core.Proc, pause time.Duration) int32 {
	data := bytes.Clone(p.Msg)
	uri := "sip:" + string(p.Index.CallID(p.Msg).Of(p.Msg)) + "@127.0.0.1"
	p.AppendBranch(rt.Branch{URI: p.NewString([]byte(uri))})
	h, err := p.Suspend(func(p *core.Proc, result int64, ref any, err error) int32 {
		k.resumed.Add(1)
		m := ref.(keptMessage)
		bs := p.Branches()
		if !bytes.Equal(m.data, p.Msg) || len(bs) != 1 || string(p.Bytes(bs[0].URI)) != m.branch || p.SetURI(bs[0].URI) == false {
			k.wrong.Add(1)
		}
		return 1
	})
	if err != nil {
		return -1
	}
	k.kept.Store(h, keptMessage{data, uri})
	srv := p.Server()
	other := (p.LoopID() + 1) % srv.Loops()
	srv.AfterOn(other, pause, func(int) {
		m, ok := k.kept.LoadAndDelete(h)
		if !ok || srv.Resume(h, 1, m) != nil {
			k.wrong.Add(1)
		}
	})
	return rt.Pending
}

// TestReloadUnderTraffic exchanges the configuration every 20 ms while 1,000
// requests a second wait in the script: each is answered once, with the
// configuration that it began with.
func TestReloadUnderTraffic(t *testing.T) {
	k := &keeper{}
	script := func(n int) string {
		return fmt.Sprintf(`loadmodule "sl"
loadmodule "keeper"
children=2
home="always"
modparam("keeper", "pause", %d)
route { $var(v) = "%d"; if (!keep()) { sl_send_reply("500", "Not Kept"); exit; } sl_send_reply("200", "v%d $var(v) $rU"); }`, 1+n%30, n, n)
	}
	s := start(t, script(0), k.module())
	listen := "listen=udp:" + s.addr.String() + "\n"
	const total = 3000
	a := newPeer(t)
	done := make(chan struct{})
	var answers sync.Map
	var twice, mixed atomic.Int64
	var count atomic.Int64
	go func() {
		defer close(done)
		for count.Load() < total {
			m := a.recv(10 * time.Second)
			if m == "" {
				return
			}
			id := header(m, "Call-ID")
			if _, dup := answers.LoadOrStore(id, true); dup {
				twice.Add(1)
				continue
			}
			var v1, v2 int
			var user string
			if n, _ := fmt.Sscanf(m, "SIP/2.0 200 v%d %d %s\r\n", &v1, &v2, &user); n != 3 || v1 != v2 || user != id {
				mixed.Add(1)
			}
			count.Add(1)
		}
	}()
	reloads := 0
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for i := range total {
		<-pace.C
		a.send(s.addr, request{method: "MESSAGE", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("m", i), from: a}.String())
		if i%20 == 0 {
			reloads++
			if diags, err := s.Reload("test.cfg", []byte(listen+script(reloads))); err != nil {
				t.Fatalf("reload %d: %v\n%s", reloads, err, diags)
			}
		}
	}
	<-done
	fmt.Printf("PROOF reload: %d requests, %d reloads, %d answered, %d twice, %d by two configurations\n", total, reloads, count.Load(), twice.Load(), mixed.Load())
	if count.Load() != total || twice.Load() != 0 || mixed.Load() != 0 || k.wrong.Load() != 0 {
		t.Errorf("%d of %d answered, %d twice, %d by two configurations, %d kept wrongly", count.Load(), total, twice.Load(), mixed.Load(), k.wrong.Load())
	}
	if k.committed.Load() != int64(reloads)+1 {
		t.Errorf("%d reloads, %d commits", reloads, k.committed.Load())
	}
}

// TestBadReloadChangesNothing: a script with an error leaves the old one running.
func TestBadReloadChangesNothing(t *testing.T) {
	s := start(t, `loadmodule "sl"
route { sl_send_reply("200", "Old"); }`)
	a := newPeer(t)
	listen := "listen=udp:" + s.addr.String() + "\n"
	for _, bad := range []string{
		`loadmodule "sl"
route { sl_send_replay("200", "New"); }`,
		`loadmodule "sl"
children=1
route { sl_send_reply("200", "New"); `,
	} {
		if _, err := s.Reload("test.cfg", []byte(listen+bad)); err == nil {
			t.Error("a broken script was taken")
		}
		a.send(s.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
		a.want("SIP/2.0 200 Old")
	}
	if _, err := s.Reload("test.cfg", []byte(listen+`loadmodule "sl"
children=7
route { sl_send_reply("200", "New"); }`)); err == nil || !bytes.Contains([]byte(err.Error()), []byte("children")) {
		t.Errorf("a change that needs a restart: %v", err)
	}
	if _, err := s.Reload("test.cfg", []byte(listen+`loadmodule "sl"
route { sl_send_reply("200", "New"); }`)); err != nil {
		t.Fatal(err)
	}
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
	a.want("SIP/2.0 200 New")
}

// TestReloadMovesListenAddresses: a new address is served, one that stays keeps
// its descriptor, one that is gone is closed.
func TestReloadMovesListenAddresses(t *testing.T) {
	const script = `
loadmodule "sl"
route { sl_send_reply("200", "OK"); }`
	s := start(t, script)
	first := s.addr
	if _, err := s.Reload("test.cfg", []byte("listen=udp:"+first.String()+"\nlisten=udp:127.0.0.1:0"+script)); err != nil {
		t.Fatal(err)
	}
	socks := s.Snapshot().Sockets()
	if len(socks) != 2 {
		t.Fatalf("%d sockets after the reload", len(socks))
	}
	second := net.UDPAddrFromAddrPort(socks[1].Addr)
	a := newPeer(t)
	for _, to := range []*net.UDPAddr{first, second} {
		a.send(to, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
		a.want("SIP/2.0 200 OK")
	}
	if _, err := s.Reload("test.cfg", []byte("listen=udp:"+second.String()+script)); err != nil {
		t.Fatal(err)
	}
	a.send(second, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
	a.want("SIP/2.0 200 OK")
	// the first address can be bound again once it is closed
	deadline := time.Now().Add(5 * time.Second)
	for {
		c, err := net.ListenUDP("udp", first)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v is still bound: %v", first, err)
		}
		runtime.Gosched()
	}
}

// TestTwoServersInOneProcess have different configurations and share nothing.
func TestTwoServersInOneProcess(t *testing.T) {
	one := start(t, `loadmodule "sl"
max_while_loops=5
route { $var(i) = 0; while ($var(i) < 50) { $var(i) = $var(i) + 1; } sl_send_reply("200", "One $var(i)"); }`)
	two := start(t, `loadmodule "sl"
max_while_loops=50
route { $var(i) = 0; while ($var(i) < 50) { $var(i) = $var(i) + 1; } sl_send_reply("200", "Two $var(i)"); }`)
	a := newPeer(t)
	for range 3 {
		a.send(one.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
		a.want("SIP/2.0 200 One 5")
		a.send(two.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", from: a}.String())
		a.want("SIP/2.0 200 Two 50")
	}
}
