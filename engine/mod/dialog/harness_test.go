package dialog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/dialog"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

const loads = `
loadmodule "tm"
loadmodule "sl"
loadmodule "rr"
loadmodule "pv"
loadmodule "textops"
loadmodule "dialog"
`

// routing relays calls and their requests; INVITE is a place for more.
const routing = `
route {
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	if (@to.tag != "") {
		loose_route();
		if (method != "ACK" && method != "BYE") note("in $rm state=$dlg(state) status=$DLG_status dir=$dlg_ctx(dir) x=$dlg_var(x)");
		INDIALOG
		t_relay();
		exit;
	}
	if (method == "INVITE") {
		INVITE
		record_route();
	}
	t_relay();
}
event_route[dialog:start] { note("start $rm $rs state=$dlg(state) x=$dlg_var(x) count=$DLG_count"); }
event_route[dialog:end] { note("end $rm $ci state=$dlg(state) x=$dlg_var(x) count=$DLG_count"); }
event_route[dialog:failed] { note("failed $rm $rs state=$dlg(state) x=$dlg_var(x)"); }
`

func script(params, invite string) string { return scriptWith(params, invite, "") }

func scriptWith(params, invite, inDialog string) string {
	s := strings.Replace(routing, "		INVITE\n", "\t\t"+invite+"\n", 1)
	return loads + params + strings.Replace(s, "		INDIALOG\n", "\t\t"+inDialog+"\n", 1)
}

// bed is a server with a caller a and callees b and c around it.
type bed struct {
	*coretest.Net
	t       *testing.T
	a, b, c *coretest.Peer
	notes   *[]string
	inv     string // the INVITE as b got it
	rr      []string
}

// notes is a module with which scripts write down what they see.
func notesModule(notes *[]string) *registry.Module {
	return &registry.Module{Name: "notes", Functions: []registry.Function{{
		Name: "note", Routes: rt.AnyRoute, Args: []registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			eval := args[0].Eval
			return func(c *rt.Ctx) int32 {
				*notes = append(*notes, string(c.Bytes(c.Str(eval(c)))))
				return 1
			}, nil
		},
	}}}
}

func options(notes *[]string) core.Options {
	return core.Options{Core: mod.Core(), Modules: append(mod.All(), notesModule(notes))}
}

func newBed(t *testing.T, script string) *bed {
	t.Helper()
	notes := &[]string{}
	n := coretest.New(t, "loadmodule \"notes\"\n"+script, options(notes))
	return &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060"), c: n.Peer("192.0.2.30:5060"), notes: notes}
}

const contactA, contactB = "Contact: <sip:alice@192.0.2.10:5060>", "Contact: <sip:bob@192.0.2.20:5060>"

func invite(id string) *coretest.Message {
	m := coretest.Request("INVITE", "sip:bob@192.0.2.20", contactA)
	m.Via = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKi" + id}
	m.CallID = id + "@example.com"
	m.CSeq = 7
	return m
}

// ring sends an INVITE that b lets ring.
func (b *bed) ring(id string) {
	b.t.Helper()
	b.a.Send(invite(id).String())
	if b.inv = b.b.Recv(); !strings.HasPrefix(b.inv, "INVITE") {
		b.t.Fatalf("no INVITE but %q", b.inv)
	}
	b.rr = coretest.Headers(b.inv, "Record-Route")
	b.b.Send(coretest.Reply(b.inv, 180, "Ringing", contactB))
	b.drop(b.a)
}

// answer has b answer, answered the caller acknowledge.
func (b *bed) answer() { b.b.Send(coretest.Reply(b.inv, 200, "OK", contactB)); b.drop(b.a) }

// call is a call up to its ACK.
func (b *bed) call(id string) {
	b.t.Helper()
	b.ring(id)
	b.answer()
	b.within("ACK", id, 7)
	b.drop(b.b)
}

// within sends a request of the caller in the call.
func (b *bed) within(method, id string, cseq int, headers ...string) {
	b.t.Helper()
	m := coretest.Request(method, "sip:bob@192.0.2.20:5060", headers...).InDialog()
	m.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%s%s%d", method, id, cseq)}
	m.CallID, m.CSeq = id+"@example.com", cseq
	for _, r := range b.rr {
		m.Headers = append(m.Headers, "Route: "+r)
	}
	b.a.Send(m.String())
}

// back sends a request of the callee in the call.
func (b *bed) back(method, id string, cseq int, headers ...string) {
	b.t.Helper()
	m := coretest.Request(method, "sip:alice@192.0.2.10:5060", headers...)
	m.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK%s%s%d", method, id, cseq)}
	m.CallID, m.CSeq = id+"@example.com", cseq
	for _, r := range b.rr {
		m.Headers = append(m.Headers, "Route: "+r)
	}
	s := strings.Replace(m.String(), "From: \"Alice\" <sip:alice@example.com>;tag=caller-tag", "From: <sip:bob@example.net>;tag=callee-tag", 1)
	b.b.Send(strings.Replace(s, "To: <sip:bob@example.net>\r", "To: \"Alice\" <sip:alice@example.com>;tag=caller-tag\r", 1))
}

func (b *bed) drop(ps ...*coretest.Peer) {
	for _, p := range ps {
		for p.Recv() != "" {
		}
	}
}

// next is the next datagram of a peer, which must begin with want.
func (b *bed) next(p *coretest.Peer, want string) string {
	b.t.Helper()
	m := p.Recv()
	if !strings.HasPrefix(strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 "), want) {
		b.t.Fatalf("%v got %q, want %q", p.Addr, coretest.StartLine(m), want)
	}
	return m
}

func (b *bed) none(ps ...*coretest.Peer) {
	b.t.Helper()
	for _, p := range ps {
		if m := p.Recv(); m != "" {
			b.t.Errorf("%v got %q, want nothing", p.Addr, coretest.StartLine(m))
		}
	}
}

// noted compares what the script has noted since the last time.
func (b *bed) noted(want ...string) {
	b.t.Helper()
	if got := strings.Join(*b.notes, "\n"); got != strings.Join(want, "\n") {
		b.t.Errorf("noted:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	*b.notes = nil
}

func (b *bed) stat(name string) int64 { return dialog.StatsOf(b.Server)[name] }

// counts compares counters: "active=1 early=0".
func (b *bed) counts(want string) {
	b.t.Helper()
	all := dialog.StatsOf(b.Server)
	var got []string
	for _, w := range strings.Fields(want) {
		name, _, _ := strings.Cut(w, "=")
		n, ok := all[name]
		if !ok {
			b.t.Fatalf("there is no counter %q", name)
		}
		got = append(got, fmt.Sprintf("%s=%d", name, n))
	}
	if g := strings.Join(got, " "); g != want {
		b.t.Errorf("counters %s, want %s", g, want)
	}
}

// ended demands that nothing is left once all is over.
func (b *bed) ended() {
	b.t.Helper()
	b.Advance(10 * time.Minute)
	if d, n := dialog.LoopStats(b.Server, 0); d != 0 || n != 0 {
		b.t.Errorf("left behind: %d dialogs, %d bytes", d, n)
	}
	if s := tm.LoopStats(b.Server, 0); s.Alive != 0 {
		b.t.Errorf("left behind: %d transactions", s.Alive)
	}
	b.counts("active=0 early=0")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

func profileSize(b *bed, name, value string) (int64, bool) {
	return dialog.Of(b.Server).ProfileSize(name, value)
}
