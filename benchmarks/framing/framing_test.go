package framing

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/mod"
)

// TestTheSameAnswersHoweverAStreamArrives (RFC 3261 §18.3), through a running server.
func TestTheSameAnswersHoweverAStreamArrives(t *testing.T) {
	s, diags := core.New("framing.cfg", []byte("listen=tcp:127.0.0.1:0\n"+Script), core.Options{Core: mod.Core(), Modules: mod.All()})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	c := &client{ctx: t.Context(), at: s.Snapshot().Sockets()[0].Addr, patience: patience, taken: func(sent int64) (bool, error) {
		var n uint64
		for _, l := range s.Stats().Reactor {
			n += l.BytesIn
		}
		return n >= uint64(sent), nil
	}}
	r, err := c.check()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(r)
	if st := s.Stats(); st.Total["framingErrors"] != uint64(2*r.Lengths) || st.Total["panics"] != 0 {
		t.Errorf("%d connections are counted whose stream was not understood, and %d panics", st.Total["framingErrors"], st.Total["panics"])
	}
}

// TestTheCorpus: a hundred messages, all different, and lengths of each sort.
func TestTheCorpus(t *testing.T) {
	seen := map[string]string{}
	for _, m := range Corpus() {
		if other := seen[m.Text]; other != "" {
			t.Errorf("%s is %s", m.Name, other)
		}
		seen[m.Text] = m.Name
		if len(m.Text) > 2000 {
			t.Errorf("%s has %d bytes", m.Name, len(m.Text))
		}
	}
	if len(seen) != 100 || len(Lengths()) < 25 {
		t.Errorf("%d messages, %d lengths", len(seen), len(Lengths()))
	}
	for _, l := range Lengths() {
		if m := l.message(); !strings.Contains(m, l.Lines+"\r\n\r\nOPTIONS sip:hidden") {
			t.Errorf("%s: %q", l.Name, m)
		}
	}
}

// TestASplitStreamIsNoticed: a server that takes what a read brings for a message fails.
func TestASplitStreamIsNoticed(t *testing.T) {
	at := careless(t)
	c := &client{ctx: t.Context(), at: at, patience: 500 * time.Millisecond, taken: func(int64) (bool, error) { return queuesEmpty(at) }}
	if _, err := c.check(); err == nil {
		t.Error("it passes")
	}
}

// careless is a server that answers each read that begins a request with 200.
func careless(t *testing.T) netip.AddrPort {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 65536)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					if strings.Contains(string(buf[:n]), " SIP/2.0") {
						status := "200 OK"
						if strings.Contains(string(buf[:n]), "no From") {
							status = "400 Bad"
						}
						fmt.Fprintf(c, "SIP/2.0 %s\r\nContent-Length: 0\r\n\r\n", status)
					}
				}
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}
