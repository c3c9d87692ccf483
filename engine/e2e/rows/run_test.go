package rows

import (
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/registry"
)

// caller is the peer that sends where a case names none.
const caller = "192.0.2.10:5060"

// run runs a case on a server with these options and says what is not as it
// expects: nothing where it holds.
func (c *rowCase) run(t *testing.T, opts core.Options) (wrong []string) {
	script, err := c.script()
	if err != nil {
		return []string{err.Error()}
	}
	files := map[string]string{"row.cfg": script}
	for _, p := range c.parts {
		if first, _, _ := strings.Cut(p.title, " "); !slices.Contains(parts, first) {
			return []string{fmt.Sprintf("line %d: the runner knows no part %q", p.line, p.title)}
		}
		if name, ok := strings.CutPrefix(p.title, "file "); ok {
			files[name] = p.text
		}
	}
	opts.ReadFile = func(name string) ([]byte, error) {
		if text, ok := files[strings.TrimPrefix(name, "./")]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	if d, ok := c.get("arguments"); ok {
		opts.Defines = strings.Fields(d)
	}
	n, diags := coretest.TryFile(t, c.main(), script, opts)
	r := &result{c: c, n: n, diags: diags}
	r.findings("refused", diag.Error)
	r.findings("warned", diag.Warning)
	if n == nil {
		return r.wrong
	}
	r.messages()
	r.sent()
	r.logged()
	r.typed()
	return r.wrong
}

// main is the name of the configuration.
func (c *rowCase) main() string {
	if name, ok := c.get("name"); ok {
		return strings.TrimSpace(name)
	}
	return "row.cfg"
}

type result struct {
	c     *rowCase
	n     *coretest.Net
	diags *diag.List
	peers map[string]*coretest.Peer
	got   map[string][]string // what each peer got and sent has not looked at
	wrong []string
}

func (r *result) fail(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// findings compares errors or warnings, each as "file:line:column: text". Warnings
// are compared where the case lists any.
func (r *result) findings(title string, sev diag.Severity) {
	want, listed := r.c.get(title)
	if sev != diag.Error && !listed {
		return
	}
	var got []string
	r.diags.Sort()
	for _, d := range r.diags.Items {
		if d.Severity == sev {
			got = append(got, strings.Replace(r.diags.Line(d), sev.String()+": ", "", 1))
		}
	}
	r.compare(title, got, part{text: want}.lines())
}

func (r *result) compare(what string, got, want []string) {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			r.fail("%s: unexpected: %s", what, got[i])
		case i >= len(got):
			r.fail("%s: missing: %s", what, want[i])
		case !matches(got[i], want[i]):
			r.fail("%s: %s\n\twant: %s", what, got[i], want[i])
		}
	}
}

// matches compares with a text in which … stands for anything.
func matches(got, want string) bool {
	pieces := strings.Split(want, "…")
	if len(pieces) == 1 {
		return got == want
	}
	got, ok := strings.CutPrefix(got, pieces[0])
	for _, p := range pieces[1 : len(pieces)-1] {
		var found bool
		_, got, found = strings.Cut(got, p)
		ok = ok && found
	}
	return ok && strings.HasSuffix(got, pieces[len(pieces)-1])
}

func (r *result) peer(addr string) *coretest.Peer {
	p := r.n.Peer(addr)
	r.peers[addr] = p
	return p
}

// last is the newest message that a peer got.
func (r *result) last(addr string) string {
	r.drain(addr)
	if all := r.got[addr]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// take is the oldest message that a peer got, once; "" for none.
func (r *result) take(addr string) string {
	r.drain(addr)
	all := r.got[addr]
	if len(all) == 0 {
		return ""
	}
	r.got[addr] = all[1:]
	return all[0]
}

func (r *result) drain(addr string) {
	for m := r.peers[addr].Recv(); m != ""; m = r.peers[addr].Recv() {
		r.got[addr] = append(r.got[addr], m)
	}
}

// messages plays what the peers send, in the case's order; an INVITE where it
// says nothing.
func (r *result) messages() {
	r.peers, r.got = map[string]*coretest.Peer{}, map[string][]string{}
	for _, p := range r.c.parts {
		if addr, ok := strings.CutPrefix(p.title, "sent to "); ok {
			r.peer(addr)
		}
	}
	played := false
	for _, p := range r.c.parts {
		words := strings.Fields(p.title)
		switch words[0] {
		case "send":
			played = true
			r.send(words[1:], p)
		case "reply": // from ADDR CODE REASON
			code := 0
			fmt.Sscan(words[3], &code)
			r.peer(words[2]).Send(coretest.Reply(r.last(words[2]), code, strings.Join(words[4:], " "), p.lines()...))
		case "local": // METHOD URI
			played = true
			r.local(words[1], words[2])
		case "advance":
			d, err := time.ParseDuration(words[1])
			if err != nil {
				r.fail("%v", err)
			}
			r.n.Advance(d)
		}
	}
	if !played {
		r.peer(caller).Send(coretest.Request("INVITE", "sip:bob@example.net").String())
	}
}

// send is "send [from ADDR] [over TRANSPORT] [to NUMBER OF LISTEN ADDRESS]". The
// text is "METHOD URI" and headers, or a whole message.
func (r *result) send(words []string, p part) {
	from, to, transport := caller, -1, reactor.UDP
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "from":
			from = words[i+1]
		case "to":
			fmt.Sscan(words[i+1], &to)
		case "over":
			n, ok := registry.WordValue(words[i+1])
			if !ok {
				r.fail("unknown transport %s", words[i+1])
			}
			transport = reactor.Transport(n)
		}
	}
	if to < 0 && netip.MustParseAddrPort(from).Addr().Is6() {
		to = 2
	}
	lines := p.lines()
	first := strings.Fields(lines[0])
	var msg string
	if len(first) == 2 {
		m := coretest.Request(first[0], first[1])
		m.Via = []string{"SIP/2.0/UDP " + from + ";branch=z9hG4bKrow1"}
		for _, h := range lines[1:] {
			name, body, _ := strings.Cut(h, ": ")
			switch name {
			case "Via":
				m.Via = []string{body}
			case "Call-ID":
				m.CallID = body
			case "To-tag":
				m.ToTag = body
			case "Body":
				m.Body = body
			default:
				m.Headers = append(m.Headers, h)
			}
		}
		msg = m.String()
	} else {
		msg = strings.ReplaceAll(strings.TrimSpace(p.text), "\n", "\r\n") + "\r\n\r\n"
	}
	r.peer(from).SendOver(transport, max(to, 0), msg)
}

// sent compares what the peers got.
func (r *result) sent() {
	for _, p := range r.c.parts {
		addr, ok := strings.CutPrefix(p.title, "sent to ")
		if !ok {
			continue
		}
		got := r.take(addr)
		if got == "" {
			r.fail("%s got nothing, want %s", addr, p.lines()[0])
			continue
		}
		r.message(addr, got, p.lines())
	}
	for addr := range r.peers {
		for m := r.take(addr); m != ""; m = r.take(addr) {
			r.fail("%s also got:\n%s", addr, m)
		}
	}
	for _, m := range r.n.Stray() {
		r.fail("sent to %s", m)
	}
}

// message compares a datagram: each line of want must be one of its lines, the
// first its first; a line behind "!" must not be.
func (r *result) message(addr, got string, want []string) {
	lines := strings.Split(got, "\r\n")
	for i, w := range want {
		w, not := strings.CutPrefix(w, "! ")
		has := slices.ContainsFunc(lines, func(l string) bool { return matches(l, w) })
		if i == 0 {
			has = matches(lines[0], w)
		}
		if has == not {
			r.fail("%s got the line %q: %v, want %v, in\n%s", addr, w, has, !not, got)
		}
	}
}

// logged compares the lines of the log, without the mark that the script's own
// lines have.
func (r *result) logged() {
	want, _ := r.c.get("log")
	lines := part{text: want}.lines()
	vs, _ := r.c.values()
	for _, v := range vs {
		lines = append(lines, v.want)
	}
	var got []string
	for l := range strings.SplitSeq(r.n.Logged(), "\n") {
		if l = strings.TrimSpace(strings.TrimPrefix(l, "<script>: ")); l != "" {
			got = append(got, l)
		}
	}
	r.compare("log", got, lines)
}

// typed compares the number of comparisons whose operand types were known at start.
func (r *result) typed() {
	want, ok := r.c.get("typed")
	if !ok {
		return
	}
	if got := fmt.Sprint(r.n.Server.Snapshot().Program().Typed); got != strings.TrimSpace(want) {
		r.fail("comparisons with types known at start: %s, want %s", got, strings.TrimSpace(want))
	}
}
