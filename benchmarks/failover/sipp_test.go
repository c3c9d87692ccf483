package failover

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/sippload"
	"sipedge/engine/blacklist"
	"sipedge/engine/core"
	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
	"sipedge/engine/mod"
	"sipedge/script/rt"
)

// onList is how long a failed destination stays on the list, s.
const onList = 2

const script = `
listen=udp:127.0.0.1:0
listen=tcp:127.0.0.1:0
children=2
use_dns_failover=yes
use_dst_blacklist=yes
dst_blacklist_expire=%d
dns_try_naptr=yes
loadmodule "sl"
loadmodule "tm"
loadmodule "rr"
loadmodule "siputils"
route {
	if (has_totag()) {
		loose_route();
		t_relay();
		exit;
	}
	record_route();
	$ru = "sip:callee@gw.test";
	if (!t_relay()) sl_reply_error();
}
`

// TestSIPpCallsFailOver: the first call tries the closed UDP port and the refused TCP port and
// succeeds by the third target; the calls after it go straight there; when the first two are off
// the list they are tried again.
func TestSIPpCallsFailOver(t *testing.T) {
	sipp, err := sippload.Find()
	if err != nil {
		t.Skip(err)
	}
	ports, err := servers.FreePorts(4)
	if err != nil {
		t.Fatal(err)
	}
	deadUDP, refused, good := ports[0], ports[1], ports[2]

	names := dnstest.Start(t)
	names.Handle("gw.test", dnstest.Fast(
		`@ 300 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.gw.test.`,
		`@ 300 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.gw.test.`))
	names.Handle("_sip._udp.gw.test", dnstest.Fast(fmt.Sprintf("@ 300 IN SRV 1 1 %d host.gw.test.", deadUDP)))
	names.Handle("_sip._tcp.gw.test", dnstest.Fast(
		fmt.Sprintf("@ 300 IN SRV 1 1 %d host.gw.test.", refused),
		fmt.Sprintf("@ 300 IN SRV 2 1 %d host.gw.test.", good)))
	names.Handle("host.gw.test", dnstest.Fast("@ 300 IN A 127.0.0.1"))
	resolver := dns.New(dns.Config{Settings: dns.DefaultSettings(), System: &dns.System{Servers: []netip.AddrPort{names.Addr()}, NDots: 1}})
	t.Cleanup(resolver.Close)

	s, diags := core.New("failover.cfg", fmt.Appendf(nil, script, onList), core.Options{Core: mod.Core(), Modules: mod.All(), Names: resolver})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(func() {
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	})
	server := s.Snapshot().Sockets()[0].Addr

	var said bytes.Buffer
	callee := exec.CommandContext(ctx, sipp, "-sf", path(t, "uas.xml"), "-i", "127.0.0.1", "-p", strconv.Itoa(good), "-t", "t1", "-nostdin", "-cp", strconv.Itoa(ports[3]))
	callee.Dir, callee.Stderr = t.TempDir(), &said
	if err := callee.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = callee.Process.Kill()
		_ = callee.Wait()
		if t.Failed() {
			t.Logf("the callee: %s", said.String())
		}
	})
	awaitTCP(t, good)

	call := func(n int) time.Duration {
		t.Helper()
		caller := exec.CommandContext(ctx, sipp, "-sf", path(t, "uac.xml"), "-i", "127.0.0.1", "-t", "u1", "-nostdin",
			"-m", strconv.Itoa(n), "-r", "20", "-timeout", "30s", "-timeout_error", server.String())
		caller.Dir = t.TempDir()
		began := time.Now()
		if out, err := caller.CombinedOutput(); err != nil {
			t.Fatalf("%d calls: %v\n%s", n, err, out[max(0, len(out)-2000):])
		}
		return time.Since(began)
	}
	// tried is how often the two dead targets have been tried so far.
	tried := func() (udp, tcp uint64) {
		st := s.Stats()
		for _, r := range st.Reactor {
			udp, tcp = udp+r.ICMPErrors, tcp+r.ConnectFailed
		}
		return udp, tcp
	}
	want := func(when string, n uint64) {
		t.Helper()
		if udp, tcp := tried(); udp != n || tcp != n {
			t.Errorf("%s: the closed UDP port has been tried %d times, the refused TCP port %d times, want %d", when, udp, tcp, n)
		}
	}
	first := call(1)
	want("after the first call", 1)
	listed := map[string]blacklist.Cause{}
	s.BlacklistView(func(e blacklist.Entry, _ time.Duration) bool {
		listed[fmt.Sprint(e.Proto, " ", e.Addr.Port())] = e.Cause
		return true
	})
	if listed[fmt.Sprint(rt.ProtoUDP, " ", deadUDP)] != blacklist.ICMPError || listed[fmt.Sprint(rt.ProtoTCP, " ", refused)] != blacklist.ConnectFailed || len(listed) != 2 {
		t.Errorf("on the list: %v", listed)
	}
	const more = 20
	call(more)
	want("while they are on the list", 1)
	for left := 1; left > 0; {
		left = 0
		s.BlacklistView(func(_ blacklist.Entry, until time.Duration) bool {
			left++
			time.Sleep(until)
			return true
		})
	}
	call(1)
	want("when they are off the list", 2)
	fmt.Printf("PROOF failover: first call through two dead targets and over in %v; %d calls beside the list touched none of them; both tried again after %d s\n",
		first.Round(time.Millisecond), more, onList)
}

func path(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// awaitTCP returns when a port is open.
func awaitTCP(t *testing.T, port int) {
	t.Helper()
	for range 500 {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("SIPp does not listen")
}
