package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// observer is a module that writes down what tm tells it.
type observer struct {
	events []string
	sent   []string
	api    *tm.API
}

var eventNames = map[tm.Event]string{
	tm.RequestIn: "request-in", tm.RequestOut: "request-out", tm.RequestSent: "request-sent", tm.ResponseIn: "response-in",
	tm.ResponseForward: "response-forward", tm.ResponseOut: "response-out", tm.Failure: "failure", tm.Ack: "ack", tm.CancelIn: "cancel",
	tm.LocalResponse: "local-response", tm.LocalCompleted: "local-completed", tm.Completed: "completed", tm.Destroyed: "destroyed", tm.RetransmissionIn: "again", tm.ResponseAgain: "response-again",
}

func (o *observer) module() *registry.Module {
	return &registry.Module{Name: "observer", Requires: []string{"tm"},
		Prepare: func(host, _ any) error {
			o.api = tm.Of(host)
			each := o.api.NewCallback(func(a *tm.Args) {
				s := eventNames[a.Event]
				if a.Code != 0 {
					s += fmt.Sprint(" ", a.Code)
				}
				if a.Param != 7 && a.Param != 9 {
					s += " wrong parameter"
				}
				if a.Event == tm.RequestOut {
					a.Proc.AppendHeader(a.Proc.NewString([]byte("X-Out: 1")))
				}
				if a.Event == tm.ResponseForward {
					a.Proc.AppendHeader(a.Proc.NewString([]byte("X-Back: 1")))
				}
				o.events = append(o.events, s)
			})
			o.api.OnRequestIn(o.api.NewCallback(func(a *tm.Args) {
				o.events = append(o.events, "request-in")
				if !o.api.On(a.T, ^tm.Event(0)&^tm.RequestIn, each, 7) {
					o.events = append(o.events, "not registered")
				}
			}))
			return nil
		},
		Functions: []registry.Function{{
			Name: "call_out", Routes: rt.AnyRoute,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					_, err := o.api.Send(p.LoopID(), &tm.Request{
						Method: "MESSAGE", URI: "sip:x@192.0.2.20", From: "<sip:me@example.com>", To: "<sip:x@example.com>",
						Headers: "X-Mine: 1\r\n", Body: "hello", OnReply: 1, Param: 9,
					})
					if err != nil {
						o.sent = append(o.sent, err.Error())
						return -1
					}
					return 1
				}, nil
			},
		}},
	}
}

func observed(t *testing.T, script string) (*bed, *observer) {
	t.Helper()
	o := &observer{}
	n := coretest.New(t, loads+"loadmodule \"observer\"\nloadmodule \"textops\"\n"+script, core.Options{Core: mod.Core(), Modules: append(mod.All(), o.module())})
	return &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060"), c: n.Peer("192.0.2.30:5060")}, o
}

func TestCallbacksTellWhatHappens(t *testing.T) {
	for _, tc := range []struct {
		name string
		run  func(b *bed, inv *coretest.Message, m string)
		want string
	}{
		{"a call", func(b *bed, _ *coretest.Message, m string) {
			b.b.Send(reply(m, 180))
			b.b.Send(reply(m, 200))
		}, "request-in, request-out, request-sent, response-out 100, response-in 180, response-forward 180, response-out 180, response-in 200, response-forward 200, response-out 200, completed 200, destroyed 200"},
		{"a failure", func(b *bed, inv *coretest.Message, m string) {
			b.b.Send(reply(m, 486))
			b.a.Send(inv.String())
			b.a.Send(ack(inv, reply(inv.String(), 486)))
		}, "request-in, request-out, request-sent, response-out 100, response-in 486, failure 486, response-forward 486, response-out 486, again 486, ack 486, completed 486, destroyed 486"},
		{"a cancel", func(b *bed, inv *coretest.Message, m string) {
			b.b.Send(reply(m, 180))
			b.a.Send(cancel(inv))
			b.b.Send(reply(m, 487))
			b.a.Send(ack(inv, reply(inv.String(), 487)))
		}, "request-in, request-out, request-sent, response-out 100, response-in 180, response-forward 180, response-out 180, cancel, response-in 487, failure 487, response-forward 487, response-out 487, ack 487, completed 487, destroyed 487"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, o := observed(t, `route { if (method == "CANCEL" || method == "ACK") { t_relay(); exit; } t_relay(); }`)
			inv := request("INVITE", "o")
			b.a.Send(inv.String())
			m := b.next(b.b, "INVITE")
			if coretest.Header(m, "X-Out") != "1" {
				t.Error("an edit at request-out is not in the branch")
			}
			tc.run(b, inv, m)
			b.next(b.a, "100 ")
			if got := b.a.Recv(); coretest.Header(got, "X-Back") != "1" {
				t.Errorf("an edit at response-forward is not in the reply:\n%s", got)
			}
			b.Advance(time.Minute)
			if got := strings.Join(o.events, ", "); got != tc.want {
				t.Errorf("events\n%s\nwant\n%s", got, tc.want)
			}
			b.ended()
		})
	}
}

func TestRequestsOfOurOwn(t *testing.T) {
	const out = `route { if (call_out()) sl_send_reply("200", "sent"); else sl_send_reply("500", "not sent"); }
`
	for _, tc := range []struct {
		name, event string
		codes       []int
		reply       string
		to          string // where it goes, "" for nowhere
		want        string
	}{
		{"is answered", "", []int{200}, "200 sent", "b", "local-response 200, local-completed 200"},
		{"is refused", "", []int{404}, "200 sent", "b", "local-response 404, local-completed 404"},
		{"a provisional reply is not told", "", []int{180, 200}, "200 sent", "b", "local-response 200, local-completed 200"},
		{"nobody answers", "", nil, "200 sent", "b", "local-response 408, local-completed 408"},
		{"event_route changes it", `event_route[tm:local-request] { append_hf("X-Event: $rm\r\n"); $du = "sip:192.0.2.30"; }`, []int{200}, "200 sent", "c", "local-response 200, local-completed 200"},
		{"event_route drops it", `event_route[tm:local-request] { drop; }`, nil, "500 not sent", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, o := observed(t, out+tc.event)
			b.a.Send(request("OPTIONS", "o").String())
			b.want(b.a, tc.reply)
			p := map[string]*coretest.Peer{"b": b.b, "c": b.c, "": b.b}[tc.to]
			if tc.to == "" {
				b.none(b.b)
			} else {
				m := b.next(p, "MESSAGE sip:x@192.0.2.20")
				if len(coretest.Headers(m, "Via")) != 1 || !strings.Contains(coretest.Header(m, "From"), ";tag=") || coretest.Header(m, "Call-ID") == "" || !strings.HasSuffix(m, "\r\n\r\nhello") || coretest.Header(m, "Max-Forwards") == "" || coretest.Header(m, "X-Mine") != "1" {
					t.Errorf("the request is\n%s", m)
				}
				if tc.event != "" && coretest.Header(m, "X-Event") != "MESSAGE" {
					t.Errorf("event_route has not run:\n%s", m)
				}
				for _, c := range tc.codes {
					p.Send(reply(m, c))
				}
				if tc.codes == nil {
					b.Advance(2 * time.Second)
					if n := len(lines(p)); n != 2 {
						t.Errorf("%d repetitions in 2 s, want 2", n)
					}
				}
			}
			b.Advance(time.Minute)
			if got := strings.Join(o.events, ", "); got != tc.want {
				t.Errorf("events %q, want %q", got, tc.want)
			}
			lines(p)
			b.none(b.a)
			b.ended()
		})
	}
}

// Its ACK has the INVITE's credentials (RFC 3261 §13.2.2.4), and a strict route in the place of
// the target (§12.2.1.1).
func TestTheACKOfAnOwnInviteIsForItsProxies(t *testing.T) {
	b := newBed(t, loads+`route { t_uac_send("INVITE", "sip:x@192.0.2.20", "", "", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\nAuthorization: Digest a\r\nProxy-Authorization: Digest b\r\n", ""); sl_send_reply("200", "ok"); }`)
	b.a.Send(request("OPTIONS", "o").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(coretest.Reply(m, 200, "OK", "Contact: <sip:there@192.0.2.40>", "Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.30>"))
	k := b.next(b.c, "ACK sip:192.0.2.30 SIP/2.0")
	if got := strings.Join(coretest.Headers(k, "Route"), " "); got != "<sip:192.0.2.50;lr> <sip:there@192.0.2.40>" {
		t.Errorf("Route %q", got)
	}
	if coretest.Header(k, "Authorization") != "Digest a" || coretest.Header(k, "Proxy-Authorization") != "Digest b" {
		t.Errorf("ACK\n%s", k)
	}
}

// The 2xx to an INVITE of our own is acknowledged by its Contact and Record-Routes,
// each time that it comes (RFC 3261 §13.2.2.4).
func TestOwnInviteIsAcknowledged(t *testing.T) {
	for _, tc := range []struct{ mode, to string }{{"0", "c"}, {"1", "b"}} {
		b := newBed(t, loads+`modparam("tm", "local_ack_mode", `+tc.mode+`)
route { t_uac_send("INVITE", "sip:x@192.0.2.20", "", "", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\n", ""); sl_send_reply("200", "ok"); }`)
		b.a.Send(request("OPTIONS", "o").String())
		m := b.next(b.b, "INVITE")
		r := coretest.Reply(m, 200, "OK", "Contact: <sip:there@192.0.2.40>", "Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.30;lr>")
		p := map[string]*coretest.Peer{"b": b.b, "c": b.c}[tc.to]
		for range 2 {
			b.b.Send(r)
			k := b.next(p, "ACK sip:there@192.0.2.40 SIP/2.0")
			if got := strings.Join(coretest.Headers(k, "Route"), " "); got != "<sip:192.0.2.30;lr> <sip:192.0.2.50;lr>" {
				t.Errorf("Route %q", got)
			}
			if coretest.Header(k, "CSeq") != "10 ACK" || !strings.Contains(coretest.Header(k, "To"), "callee-tag") || coretest.Header(k, "Call-ID") != coretest.Header(m, "Call-ID") || coretest.Header(k, "From") != coretest.Header(m, "From") {
				t.Errorf("ACK\n%s", k)
			}
		}
		b.none(b.b, b.c)
		b.ended()
	}
}

// A transaction keeps the configuration that it began with.
func TestTransactionsKeepTheirSnapshot(t *testing.T) {
	script := func(n string) string {
		return loads + `modparam("tm", "fr_inv_timer", ` + n + `0000)
route { if (method == "ACK") { t_relay(); exit; } t_on_failure("f"); t_relay(); }
failure_route[f] { t_reply("48` + n + `", "Script ` + n + `"); }`
	}
	b := newBed(t, script("1"))
	one := request("INVITE", "one")
	b.a.Send(one.String())
	m1 := b.next(b.b, "INVITE")
	old := b.Server.Snapshot()
	if diags, err := b.Server.Reload("", []byte(script("2"))); err != nil {
		t.Fatal(err, diags)
	}
	if old.Held() != 1 {
		t.Errorf("the old snapshot is held %d times", old.Held())
	}
	b.a.Send(request("INVITE", "two").String())
	m2 := b.next(b.b, "INVITE")
	b.b.Send(reply(m1, 486))
	b.b.Send(reply(m2, 486))
	b.want(b.a, "100 ", "100 ", "481 Script 1", "482 Script 2")
	b.Advance(2 * time.Minute)
	if old.Held() != 0 {
		t.Errorf("the old snapshot is still held %d times", old.Held())
	}
	lines(b.a)
	lines(b.b)
	b.ended()
}
