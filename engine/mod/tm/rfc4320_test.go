package tm_test

import (
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// RFC 4320 §4.1: provisional replies to requests that are no INVITE.
func TestRFC4320_4_1_ProvisionalReplies(t *testing.T) {
	for _, tc := range []struct {
		name   string
		method string
		codes  []int
		want   []string
	}{
		{"a 1xx is not relayed", "OPTIONS", []int{183}, nil},
		{"a 100 is not relayed", "OPTIONS", []int{100}, nil},
		{"the final reply after it is", "OPTIONS", []int{100, 180, 200}, []string{"200"}},
		{"to an INVITE it is", "INVITE", []int{183}, []string{"100", "183"}},
		{"no 100 of ours at once", "MESSAGE", nil, nil},
		{"a failure is", "MESSAGE", []int{500}, []string{"500"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			b.a.Send(request(tc.method, "p").String())
			m := b.next(b.b, tc.method)
			for _, c := range tc.codes {
				b.b.Send(reply(m, c))
			}
			b.want(b.a, tc.want...)
		})
	}
}

// RFC 4320 §4.1: the 100 comes when the caller's Timer E has reached T2.
func TestRFC4320_4_1_TryingAfterTimerEHasReachedT2(t *testing.T) {
	b := newBed(t, plain)
	m := request("OPTIONS", "t")
	b.a.Send(m.String())
	b.Advance(3400 * time.Millisecond)
	b.none(b.a)
	b.Advance(200 * time.Millisecond)
	b.want(b.a, "100 Trying")
	b.a.Send(m.String())
	b.want(b.a, "100 Trying")
	fwd := b.next(b.b, "OPTIONS")
	b.b.Send(reply(fwd, 200))
	b.want(b.a, "200")
	lines(b.b)
	b.ended()
	b.none(b.a)
}

// RFC 4320 §4.2: no 408 to a request that is no INVITE.
func TestRFC4320_4_2_No408(t *testing.T) {
	relayTo := func(p string) string { return loads + `route { ` + p + ` t_relay(); }` }
	for _, tc := range []struct {
		name, script, method string
		codes                []int
		want                 []string
	}{
		{"none when nobody answers", plain, "OPTIONS", nil, []string{"100 Trying"}},
		{"none when somebody answers 408", plain, "OPTIONS", []int{408}, nil},
		{"an INVITE has it", plain, "INVITE", nil, []string{"100 ", "408"}},
		{"an INVITE has a received one", plain, "INVITE", []int{408}, []string{"100 ", "408"}},
		{"another failure wins over 408", relayTo(`append_branch("sip:x@192.0.2.30");`), "OPTIONS", []int{503}, []string{"100 Trying", "500"}},
		{"the failure_route sees the 408 and may answer", loads + `route { t_on_failure("f"); t_relay(); }
failure_route[f] { if (t_check_status("408") && t_branch_timeout()) t_reply("504", "Nobody"); }`, "OPTIONS", nil, []string{"100 Trying", "504"}},
		{"the failure_route sees the 408 and lets it be", loads + `route { t_on_failure("f"); t_relay(); }
failure_route[f] { xlog("L_INFO", "failure $T_reply_code"); }
`, "OPTIONS", nil, []string{"100 Trying"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			script := tc.script
			b := newBed(t, "loadmodule \"xlog\"\n"+script)
			m := request(tc.method, "n")
			b.a.Send(m.String())
			fwd := b.next(b.b, tc.method)
			var last string
			for _, c := range tc.codes {
				b.b.Send(reply(fwd, c))
			}
			b.Advance(33 * time.Second)
			var got []string
			for s := b.a.Recv(); s != ""; s = b.a.Recv() {
				if s != last { // repetitions by Timer G
					got = append(got, coretest.StartLine(s)[8:])
				}
				last = s
			}
			ok := len(got) == len(tc.want)
			for i := 0; ok && i < len(got); i++ {
				ok = len(got[i]) >= len(tc.want[i]) && got[i][:len(tc.want[i])] == tc.want[i]
			}
			if !ok {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			lines(b.b)
			lines(b.c)
			b.Advance(time.Minute)
			b.ended()
		})
	}
}
