package core

import (
	"errors"
	"net/netip"
	"testing"

	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// TestWildcardSocketShowsTheAddressThatWasUsed: a Via or Record-Route with
// 0.0.0.0 would lead nobody back, and what names an address leaves from it.
func TestWildcardSocketShowsTheAddressThatWasUsed(t *testing.T) {
	addr := func(s string) reactor.Addr { return reactor.FromAddrPort(netip.MustParseAddrPort(s)) }
	for _, tc := range []struct {
		bound, advertise, local, to string
		socket                      reactor.SocketID
		sentBy                      string // "" for any address of the machine
		from                        string
	}{
		{"0.0.0.0:5060", "", "192.0.2.1:5060", "192.0.2.9:5060", 1, "192.0.2.1:5060", "192.0.2.1:5060"},
		{"0.0.0.0:5060", "", "127.0.0.1:5060", "192.0.2.9:5060", 1, "127.0.0.1:5060", ""},
		{"[::]:5070", "", "[2001:db8::1]:5070", "[2001:db8::9]:5060", 1, "[2001:db8::1]:5070", "[2001:db8::1]:5070"},
		{"0.0.0.0:5060", "edge.example.com", "192.0.2.1:5060", "192.0.2.9:5060", 1, "edge.example.com:5060", ""},
		{"192.0.2.1:5060", "", "192.0.2.1:5060", "192.0.2.9:5060", 1, "192.0.2.1:5060", ""},
		{"0.0.0.0:5060", "", "192.0.2.1:5060", "192.0.2.9:5060", 2, "", ""},
	} {
		s := NewSocket(1, rt.ProtoUDP, netip.MustParseAddrPort(tc.bound), tc.advertise)
		p := &Proc{Meta: reactor.Meta{Local: addr(tc.local), Socket: tc.socket}}
		m := p.Mark()
		p.AppendSentBy(s)
		got := string(p.Arena()[m:])
		if tc.sentBy != "" && got != tc.sentBy || netip.MustParseAddrPort(tc.local).IsValid() && got == tc.bound && s.everyAddr {
			t.Errorf("%+v: sent-by %q", tc, got)
		}
		want := reactor.Addr{}
		if tc.from != "" {
			want = addr(tc.from)
		}
		if got := p.sourceFor(s, addr(tc.to)); got != want {
			t.Errorf("%+v: from %v", tc, got)
		}
	}
}

// TestPostToAnEndedLoopIsGivenUp: the pool must not try for ever to deliver to a
// loop that has stopped, nor give up on one whose mailbox is full.
func TestPostToAnEndedLoopIsGivenUp(t *testing.T) {
	for err, gone := range map[error]bool{reactor.ErrClosed: true, reactor.ErrNoLoop: true, reactor.ErrMailboxFull: false, nil: false} {
		if got := delivered(err); errors.Is(got, pool.ErrGone) != gone || got == nil != (err == nil) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
