package trunk

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tcpload"
)

func TestX(t *testing.T) {
	udp := os.Getenv("UDP") != ""
	r, err := Measure(t.Context(), Plan{Sipedge: os.Getenv("SE"), Calls: 8000, Rate: 2000, Rounds: 3, UDP: udp})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("udp=%v ratio %.2f", udp, r.Ratio())
	for i := range r.Two {
		t.Logf("two %+v", r.Two[i])
		t.Logf("one %+v", r.One[i])
	}
}

func TestY(t *testing.T) {
	for _, children := range []string{"1", "2"} {
		dir := t.TempDir()
		ports, _ := servers.FreePorts(1)
		s, err := servers.Start(t.Context(), servers.Sipedge(os.Getenv("SE")), dir, ports[0], configs.Relay,
			configs.ListenStreams(ports[0]), configs.Setting{Name: "children", Value: children})
		if err != nil {
			t.Fatal(err)
		}
		before, _ := s.Counters(t.Context())
		cpu, _ := s.CPU()
		wait := func() {}
		ctx, cancel := context.WithCancel(t.Context())
		if p := os.Getenv("PERF"); p != "" {
			c := exec.CommandContext(ctx, "perf", "record", "-g", "-o", p+children, "-p", fmt.Sprint(s.PID()), "sleep", "3")
			c.Start()
			wait = func() { c.Wait() }
		}
		to, _ := netip.ParseAddrPort(s.Addr())
		calls := 8000
		res, err := tcpload.Trunk(ctx, tcpload.TrunkLoad{Server: to, Calls: calls, Rate: 2000, UDP: os.Getenv("UDP") != ""})
		if err != nil {
			t.Fatal(err)
		}
		cpu2, _ := s.CPU()
		after, _ := s.Counters(t.Context())
		t.Logf("children %s: %v %v, cpu %v per call", children, res.P50, res.P99, cpu2.Sub(cpu).Total()/time.Duration(calls))
		t.Logf("user %v sys %v", cpu2.Sub(cpu).User/time.Duration(calls), cpu2.Sub(cpu).System/time.Duration(calls))
		for i := range after.Reactor {
			a, b := after.Reactor[i], before.Reactor[i]
			t.Logf("loop %d per call: cycles %.2f sleeps %.2f batches %.2f sendcalls %.2f posts %.2f wakes %.2f timers %.2f in %.2f out %.2f", i,
				float64(a.Cycles-b.Cycles)/float64(calls), float64(a.Sleeps-b.Sleeps)/float64(calls), float64(a.Batches-b.Batches)/float64(calls), float64(a.SendCalls-b.SendCalls)/float64(calls),
				float64(a.PostsOut-b.PostsOut)/float64(calls), float64(a.Wakes-b.Wakes)/float64(calls), float64(a.TimersFired-b.TimersFired)/float64(calls), float64(a.MessagesIn-b.MessagesIn)/float64(calls), float64(a.MessagesOut-b.MessagesOut)/float64(calls))
		}
		wait()
		cancel()
		s.Stop()
	}
}
