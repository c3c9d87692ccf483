package acc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// stamp is the time at which every wire begins, as the lines have it.
const stamp = "1893553445"

const modules = `
debug=2
loadmodule "tm"
loadmodule "sl"
loadmodule "rr"
loadmodule "pv"
loadmodule "textops"
loadmodule "siputils"
loadmodule "acc"
`

// flags has the parameters that the script of the observations had.
const flags = modules + `
modparam("acc", "log_flag", 1)
modparam("acc", "log_missed_flag", 2)
modparam("acc", "failed_transaction_flag", 3)
modparam("tm", "fr_timer", 1500)
modparam("acc", "log_extra", "ruri=$ru;av=$avp(x);hdr=$hdr(X-Test)")
`

// marks sets the flags that the header X-Mode asks for, as in the observations.
const marks = `
route {
	if (method == "ACK" && !has_totag()) { t_relay(); exit; }
	if ($hdr(X-Mode) !~ "N") setflag(1);
	if ($hdr(X-Mode) =~ "M") setflag(2);
	if ($hdr(X-Mode) =~ "F") setflag(3);
	if ($hdr(X-Mode) =~ "L") { $avp(ls) = "one"; $avp(ld) = "uno"; $avp(ls) = "two"; $avp(ld) = "due"; }
	$avp(x) = "avp;val";
	if ($hdr(X-Mode) =~ "R") { t_newtran(); t_reply("486", "Nope"); exit; }
	if ($hdr(X-Mode) =~ "G") t_on_failure("f");
	if ($hdr(X-Mode) =~ "P") { t_newtran(); setflag(4); setflag(3); }
	loose_route();
	if ($hdr(X-Mode) =~ "B") { append_branch("sip:second@192.0.2.20"); }
	t_relay();
}
failure_route[f] { setflag(2); t_reply("404", "From Failure"); }
`

type bed struct {
	*coretest.Net
	a, b *coretest.Peer
}

func newBed(t *testing.T, script string) *bed {
	n := modtest.New(t, script)
	return &bed{n, n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")}
}

func request(method, mode string, headers ...string) *coretest.Message {
	m := coretest.Request(method, "sip:bob@192.0.2.20", append(headers, "X-Mode: "+mode)...)
	m.CallID = "id"
	return m
}

// lines are the accounting lines of the log.
func (b *bed) lines() string {
	var all []string
	for l := range strings.SplitSeq(b.Logged(), "\n") {
		if strings.HasPrefix(l, "ACC: ") {
			all = append(all, strings.TrimPrefix(l, "ACC: "))
		}
	}
	return strings.Join(all, "\n")
}

// line is a line as Kamailio 5.6.3 writes it for these requests.
func line(what, method, to string, code int, reason string) string {
	return fmt.Sprintf("%s: timestamp=%s;method=%s;from_tag=caller-tag;to_tag=%s;call_id=id;code=%d;reason=%s;ruri=sip:bob@192.0.2.20;av=avp;val;hdr=",
		what, stamp, method, to, code, reason)
}

// TestLinesAreThoseOfKamailio: what Kamailio 5.6.3 logged for the same calls.
func TestLinesAreThoseOfKamailio(t *testing.T) {
	body := func(r string) string {
		return strings.Replace(r, "Content-Length: 0\r\n\r\n", "Content-Length: 5\r\n\r\nv=0\r\n", 1)
	}
	for _, tc := range []struct {
		name, params, mode, method string
		code                       int
		reason                     string
		ring                       func(string) string
		want                       []string
	}{
		{name: "answered", code: 200, reason: "OK", want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK")}},
		{name: "with its own reason", code: 202, reason: "Fine", want: []string{line("transaction answered", "INVITE", "callee-tag", 202, "Fine")}},
		{name: "a BYE", method: "BYE", code: 200, reason: "OK fine", want: []string{line("transaction answered", "BYE", "callee-tag", 200, "OK fine")}},
		{name: "without the flag", mode: "N", code: 200, reason: "OK"},
		{name: "a failure", code: 486, reason: "Busy"},
		{name: "a missed call", mode: "M", code: 486, reason: "Busy M", want: []string{line("call missed", "INVITE", "callee-tag", 486, "Busy M")}},
		{name: "a failure that is asked for", mode: "F", code: 486, reason: "Busy F", want: []string{line("transaction answered", "INVITE", "callee-tag", 486, "Busy F")}},
		{name: "both", mode: "MF", code: 486, reason: "Busy", want: []string{line("call missed", "INVITE", "callee-tag", 486, "Busy"), line("transaction answered", "INVITE", "callee-tag", 486, "Busy")}},
		{name: "missed, not accounted", mode: "NM", code: 487, reason: "x", want: []string{line("call missed", "INVITE", "callee-tag", 487, "x")}},
		{name: "only calls are missed", mode: "M", method: "OPTIONS", code: 404, reason: "NF"},
		{name: "answered after all", mode: "M", code: 200, reason: "OK", want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK")}},
		{name: "ringing is no early media", params: `modparam("acc", "early_media", 1)`, code: 200, reason: "OK",
			ring: func(m string) string { return coretest.Reply(m, 180, "Ringing") },
			want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK")}},
		{name: "early media", params: `modparam("acc", "early_media", 1)`, code: 200, reason: "OK",
			ring: func(m string) string { return body(coretest.Reply(m, 183, "Progress")) },
			want: []string{line("transaction answered", "INVITE", "callee-tag", 183, "Progress"), line("transaction answered", "INVITE", "callee-tag", 200, "OK")}},
		{name: "early media that is not asked for", code: 200, reason: "OK",
			ring: func(m string) string { return body(coretest.Reply(m, 183, "Progress")) },
			want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK")}},
		{name: "a code that is filtered", params: `modparam("acc", "failed_filter", "404, 487")`, mode: "F", code: 404, reason: "NF"},
		{name: "another code than those filtered", params: `modparam("acc", "failed_filter", "404,487")`, mode: "F", code: 486, reason: "Busy",
			want: []string{line("transaction answered", "INVITE", "callee-tag", 486, "Busy")}},
		{name: "flags behind t_newtran()", mode: "NP", code: 404, reason: "NF"},
		{name: "legs", params: `modparam("acc", "multi_leg_info", "lsrc=$avp(ls);ldst=$avp(ld)")`, mode: "L", code: 200, reason: "OK",
			want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK") + ";lsrc=two;ldst=due;lsrc=one;ldst=uno"}},
		{name: "no legs", params: `modparam("acc", "multi_leg_info", "lsrc=$avp(ls);ldst=$avp(ld)")`, code: 200, reason: "OK",
			want: []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK") + ";lsrc=;ldst="}},
		{name: "the failure_route answers", mode: "G", code: 486, reason: "Busy"},
		{name: "the failure_route answers a missed call", mode: "GM", code: 486, reason: "Busy",
			want: []string{line("call missed", "INVITE", "callee-tag", 486, "Busy")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, flags+tc.params+marks)
			method := tc.method
			if method == "" {
				method = "INVITE"
			}
			b.a.Send(request(method, tc.mode).String())
			m := b.b.Recv()
			if tc.ring != nil {
				b.b.Send(tc.ring(m))
			}
			b.b.Send(coretest.Reply(m, tc.code, tc.reason))
			if got, want := b.lines(), strings.Join(tc.want, "\n"); got != want {
				t.Errorf("logged\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A reply that is made here has the tag that it was sent with and the usual phrase.
func TestRepliesOfOurOwn(t *testing.T) {
	for _, tc := range []struct {
		name, mode string
		code       int
		phrase     string
		want       []string
	}{
		{"t_reply", "RMF", 486, "Busy Here", []string{"call missed", "transaction answered"}},
		{"t_reply without the flags", "R", 486, "", nil},
		{"t_reply in a failure_route", "GF", 404, "Not Found", []string{"transaction answered"}},
		{"nobody answers", "MF", 408, "Request Timeout", []string{"call missed", "transaction answered"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, flags+marks)
			b.a.Send(request("INVITE", tc.mode).String())
			if m := b.b.Recv(); tc.name != "nobody answers" && m != "" {
				b.b.Send(coretest.Reply(m, 486, "Busy"))
			}
			at := stamp
			if tc.name == "nobody answers" {
				b.Advance(2 * time.Second)
				at = "1893553446"
			}
			last := ""
			for m := b.a.Recv(); m != ""; m = b.a.Recv() {
				last = m
			}
			_, tag, _ := strings.Cut(coretest.Header(last, "To"), "tag=")
			var want []string
			for _, w := range tc.want {
				want = append(want, strings.Replace(line(w, "INVITE", tag, tc.code, tc.phrase), stamp, at, 1))
			}
			if got := b.lines(); got != strings.Join(want, "\n") {
				t.Errorf("logged\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

// Kamailio 5.6.3 accounts the first 2xx of a call and no further one: neither its
// copies, which come until the ACK does, nor that of another phone.
func TestOneAnswerIsAccountedOnce(t *testing.T) {
	b := newBed(t, flags+marks)
	b.a.Send(request("INVITE", "B").String())
	one, two := b.b.Recv(), b.b.Recv()
	for range 3 {
		b.b.Send(coretest.Reply(one, 200, "OK"))
		b.b.Send(strings.Replace(coretest.Reply(two, 200, "OK"), "callee-tag", "other-tag", 1))
	}
	if got, want := b.lines(), line("transaction answered", "INVITE", "callee-tag", 200, "OK"); got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
	answers := 0
	for m := b.a.Recv(); m != ""; m = b.a.Recv() {
		if strings.HasPrefix(m, "SIP/2.0 200") {
			answers++
		}
	}
	if answers != 6 {
		t.Errorf("the caller got %d of 6 answers", answers)
	}
}

func TestACKsAndCANCELsAreAccountedWhereAskedFor(t *testing.T) {
	for _, report := range []string{"0", "1"} {
		b := newBed(t, flags+`modparam("acc", "report_ack", `+report+`) modparam("acc", "report_cancels", `+report+")\n"+marks)
		inv := request("INVITE", "")
		b.a.Send(inv.String())
		b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
		ack := *inv
		ack.Method, ack.ToTag, ack.Via = "ACK", "callee-tag", []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKack"}
		b.a.Send(ack.String())
		b.a.Send(ack.String()) // a copy

		other := request("INVITE", "N")
		other.CallID, other.Via = "other", []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKother"}
		b.a.Send(other.String())
		b.b.Recv()
		b.b.Recv()
		b.b.Send(coretest.Reply(b.b.Recv(), 180, "Ringing"))
		cancel := *other
		cancel.Method, cancel.Headers = "CANCEL", nil
		b.a.Send(cancel.String())
		ok := ""
		for m := b.a.Recv(); m != ""; m = b.a.Recv() {
			if strings.Contains(m, "CSeq: 1 CANCEL") {
				ok = m
			}
		}
		_, tag, _ := strings.Cut(coretest.Header(ok, "To"), "tag=")
		want := []string{line("transaction answered", "INVITE", "callee-tag", 200, "OK")}
		if report == "1" {
			want = append(want, line("request acknowledged", "ACK", "callee-tag", 200, "OK"),
				strings.Replace(line("transaction answered", "CANCEL", tag, 200, "OK"), "call_id=id", "call_id=other", 1))
		}
		if got := b.lines(); got != strings.Join(want, "\n") {
			t.Errorf("logged\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	}
}

// The ACK is accounted as Kamailio 5.6.3 does it: the flag is that of the INVITE.
func TestTheFlagOfTheINVITECountsForItsACK(t *testing.T) {
	for _, tc := range []struct {
		invite, ack string
		want        int
	}{{"N", "N", 0}, {"", "N", 1}, {"N", "", 0}, {"", "", 1}} {
		b := newBed(t, flags+`modparam("acc", "report_ack", 1)`+marks)
		b.a.Send(request("INVITE", tc.invite).String())
		b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
		b.a.Send(ackOf("callee-tag", tc.ack))
		if got := strings.Count(b.lines(), "request acknowledged"); got != tc.want {
			t.Errorf("INVITE %q, ACK %q: %d ACKs accounted, want %d:\n%s", tc.invite, tc.ack, got, tc.want, b.lines())
		}
	}
}

// The AVPs are the INVITE's, as in Kamailio 5.6.3, the headers the ACK's; the script of
// the ACK goes on with its own AVPs.
func TestTheLineOfAnACKHasTheAVPsOfTheINVITE(t *testing.T) {
	b := newBed(t, modules+`
modparam("acc", "log_flag", 1)
modparam("acc", "report_ack", 1)
modparam("acc", "log_extra", "av=$avp(x);n=$avp(n);m=$avp(only);mode=$hdr(X-Mode)")
modparam("acc", "multi_leg_info", "leg=$avp(l)")
route {
	if (method == "INVITE") { setflag(1); $avp(x) = "invite"; $avp(n) = 7; $avp(l) = "older"; $avp(l) = "newer"; t_relay(); exit; }
	$avp(x) = "ac"; $avp(x) = $avp(x) + "k"; $avp(only) = "ack only"; $avp(l) = "first"; $avp(l) = "second";
	t_relay();
	acc_log_request("then");
}`)
	b.a.Send(request("INVITE", "I").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
	b.a.Send(ackOf("callee-tag", "A"))
	got := strings.Split(b.lines(), "\n")
	if len(got) != 3 {
		t.Fatalf("logged %q", got)
	}
	if _, fields, _ := strings.Cut(got[1], "reason=OK;"); fields != "av=invite;n=7;m=;mode=A;leg=newer;leg=older" {
		t.Errorf("the ACK's line: %s", got[1])
	}
	if _, fields, _ := strings.Cut(got[2], "reason=then;"); fields != "av=ack;n=;m=ack only;mode=A;leg=second;leg=first" {
		t.Errorf("the line behind it: %s", got[2])
	}
}

// Both INVITEs of a call that was forked before it came here are answered.
func TestEachAnswerOfACallForkedUpstreamHasItsACK(t *testing.T) {
	b := newBed(t, flags+`modparam("acc", "report_ack", 1)`+marks)
	for _, branch := range []string{"one", "two"} {
		inv := request("INVITE", "")
		inv.Via = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" + branch}
		b.a.Send(inv.String())
		b.b.Send(strings.Replace(coretest.Reply(b.b.Recv(), 200, "OK"), "callee-tag", branch, 1))
	}
	for range 2 { // and copies
		b.a.Send(ackOf("one", ""))
		b.a.Send(ackOf("two", ""))
	}
	var want []string
	for _, what := range []string{"transaction answered INVITE", "request acknowledged ACK"} {
		i := strings.LastIndexByte(what, ' ')
		want = append(want, line(what[:i], what[i+1:], "one", 200, "OK"), line(what[:i], what[i+1:], "two", 200, "OK"))
	}
	if got := b.lines(); got != strings.Join(want, "\n") {
		t.Errorf("logged\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestTheACKOfAnAnswerThatWasMadeHere(t *testing.T) {
	b := newBed(t, flags+`modparam("acc", "report_ack", 1)
route { if (method == "INVITE") { setflag(1); t_newtran(); t_reply("200", "OK"); exit; } t_relay(); }`)
	b.a.Send(request("INVITE", "").String())
	ok := b.a.Recv()
	for ok != "" && !strings.HasPrefix(ok, "SIP/2.0 200") {
		ok = b.a.Recv()
	}
	_, tag, _ := strings.Cut(coretest.Header(ok, "To"), "tag=")
	b.a.Send(ackOf(tag, ""))
	if got := b.lines(); !strings.Contains(got, "request acknowledged") || tag == "" {
		t.Errorf("tag %q, logged\n%s", tag, got)
	}
}

// ackOf is the ACK of a 2xx with this To tag.
func ackOf(tag, mode string) string {
	m := request("ACK", mode)
	m.ToTag, m.Via = tag, []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKack" + tag}
	return m.String()
}

func TestTheTagsAreExchangedUpstream(t *testing.T) {
	for params, want := range map[string]string{
		"": "from_tag=caller-tag;to_tag=callee-tag", `modparam("acc", "detect_direction", 1)`: "from_tag=callee-tag;to_tag=caller-tag",
	} {
		b := newBed(t, flags+params+marks)
		b.a.Send(request("BYE", "", "Route: <sip:192.0.2.1;lr;ftag=zz>").InDialog().String())
		b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
		if got := b.lines(); !strings.Contains(got, want) {
			t.Errorf("logged\n%s\nwant %s", got, want)
		}
	}
}

// The line has the URI of the branch that has answered.
func TestTheURIIsThatOfTheBranch(t *testing.T) {
	b := newBed(t, flags+marks)
	b.a.Send(request("INVITE", "B").String())
	one, two := b.b.Recv(), b.b.Recv()
	b.b.Send(coretest.Reply(two, 200, "OK"))
	b.b.Send(coretest.Reply(one, 486, "Busy"))
	if got := b.lines(); strings.Count(got, "\n") != 0 || !strings.Contains(got, "ruri=sip:second@192.0.2.20;") {
		t.Errorf("logged\n%s", got)
	}
}

func TestAServerForwardsAndAccountsEachFailureOfAFork(t *testing.T) {
	b := newBed(t, flags+`
route { setflag(2); t_on_failure("next"); t_relay(); }
failure_route[next] { setflag(2); seturi("sip:voicemail@192.0.2.20"); t_relay(); }`)
	b.a.Send(request("INVITE", "").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 480, "Away"))
	for m := b.b.Recv(); m != ""; m = b.b.Recv() {
		if strings.HasPrefix(m, "INVITE") {
			b.b.Send(coretest.Reply(m, 486, "Busy"))
		}
	}
	got := strings.Split(b.lines(), "\n")
	if len(got) != 2 || !strings.Contains(got[0], "code=480;reason=Away;ruri=sip:bob@192.0.2.20;") || !strings.Contains(got[1], "code=486;reason=Busy;ruri=sip:voicemail@192.0.2.20;") {
		t.Errorf("logged %q", got)
	}
}

func TestAccountingByFunction(t *testing.T) {
	const want = "request accounted: timestamp=" + stamp + ";method=OPTIONS;from_tag=caller-tag;to_tag=;call_id=id;code="
	for _, tc := range []struct{ params, call, want string }{
		{"", `acc_log_request("404 gone away")`, want + "404;reason=gone away"},
		{"", `acc_log_request("just text")`, want + ";reason=just text"},
		{"", `acc_log_request("$rU was")`, want + ";reason=bob was"},
		{"", `acc_log_request("200")`, want + "200;reason="},
		{"", `acc_request("200 both", "acc")`, want + "200;reason=both"},
		{"", `acc_db_request("200 both", "acc")`, ""},
		{`modparam("acc", "log_level", 3)`, `acc_log_request("200")`, ""},
		{`modparam("acc", "time_mode", 1)`, `acc_log_request("200")`, strings.Replace(want, stamp, stamp+";time_exten=0", 1) + "200;reason="},
		{`modparam("acc", "time_mode", 2)`, `acc_log_request("200")`, strings.Replace(want, stamp, stamp+";time_attr="+stamp+".000", 1) + "200;reason="},
		{`modparam("acc", "time_mode", 3)`, `acc_log_request("200")`, strings.Replace(want, stamp, stamp+";time_attr=2030-01-02 03:04:05", 1) + "200;reason="},
		{`modparam("acc", "time_mode", 3) modparam("acc", "time_attr", "tat") modparam("acc", "time_format", "%H:%M")`, `acc_log_request("200")`,
			strings.Replace(want, stamp, stamp+";tat=03:04", 1) + "200;reason="},
		{`modparam("acc", "time_mode", 1) modparam("acc", "time_exten", "tex")`, `acc_log_request("200")`, strings.Replace(want, stamp, stamp+";tex=0", 1) + "200;reason="},
		{`modparam("acc", "log_extra", "n=$(rU{s.substr,0,1});ip=$si")`, `acc_log_request("200")`, want + "200;reason=;n=b;ip=192.0.2.10"},
	} {
		b := newBed(t, modules+tc.params+"\nroute { "+tc.call+"; sl_send_reply(\"200\", \"OK\"); }")
		if got := coretest.StartLine(b.a.Ask(request("OPTIONS", "").String())); got != "SIP/2.0 200 OK" {
			t.Fatalf("%s: %q", tc.call, got)
		}
		if got := b.lines(); got != tc.want {
			t.Errorf("%s %s: logged\n%s\nwant\n%s", tc.params, tc.call, got, tc.want)
		}
	}
}

// Nobody on the network can make up lines or the usual fields.
func TestValuesFromTheNetworkAreEscaped(t *testing.T) {
	b := newBed(t, flags+marks)
	inv := request("INVITE", "", "X-Test: a\x1bb")
	inv.CallID = "id;code=603"
	b.a.Send(inv.String())
	b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK;from_tag=forged"))
	got := b.lines()
	for _, want := range []string{`call_id=id\x3bcode=603;code=200;reason=OK\x3bfrom_tag=forged;ruri`, `hdr=a\x1bb`} {
		if !strings.Contains(got, want) {
			t.Errorf("logged\n%s\nwant %s", got, want)
		}
	}
}

func TestTheReasonHeaderIsTheReasonWhereAskedFor(t *testing.T) {
	b := newBed(t, flags+`modparam("acc", "reason_from_hf", 1)`+marks)
	b.a.Send(request("INVITE", "").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK", `Reason: SIP;cause=600;text="because"`))
	if got, want := b.lines(), `reason=SIP;cause=600;text="because";ruri`; !strings.Contains(got, want) {
		t.Errorf("logged\n%s\nwant %s", got, want)
	}
}

func TestFlagsBehindTheTransactionCountWherePrepared(t *testing.T) {
	for _, params := range []string{`modparam("acc", "acc_prepare_always", 1)`, `modparam("acc", "acc_prepare_flag", 5)`} {
		b := newBed(t, flags+params+`
route { setflag(5); t_newtran(); setflag(1); t_relay(); }`)
		b.a.Send(request("INVITE", "").String())
		b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
		if got := b.lines(); !strings.HasPrefix(got, "transaction answered") {
			t.Errorf("%s: logged %q", params, got)
		}
	}
}

func TestAccountingToADatabaseIsAcceptedWithAWarning(t *testing.T) {
	for _, s := range []string{
		`modparam("acc", "db_flag", 1) modparam("acc", "db_url", "mysql://u:p@h/d") route { forward(); }`,
		`modparam("acc", "db_missed_flag", 2) modparam("acc", "db_extra", "x=$ru") route { forward(); }`,
		`route { acc_db_request("200", "acc"); }`,
	} {
		n := modtest.New(t, modules+s)
		n.WaitLog("this version writes nothing to a database")
	}
}

func TestCallDetailRecordsAreWarnedOf(t *testing.T) {
	modtest.New(t, modules+`modparam("acc", "cdr_enable", 1) route { forward(); }`).WaitLog("writes no call detail records")
}

// Nothing of log_extra is left out silently.
func TestTooManyFieldsAreRefused(t *testing.T) {
	for _, n := range []int{256, 257} {
		script := modules + `modparam("acc", "log_extra", "` + strings.Repeat("f=$ru;", n) + `") route { acc_log_request("200"); sl_send_reply("200", "OK"); }`
		if n > 256 {
			modtest.WantRefused(t, script, "log_extra has 257 fields; at most 256")
			continue
		}
		b := newBed(t, script)
		b.a.Send(request("OPTIONS", "").String())
		if got := strings.Count(b.lines(), ";f=sip:bob@192.0.2.20"); got != n {
			t.Errorf("%d of %d fields", got, n)
		}
	}
}

func TestWrongParametersAreRefused(t *testing.T) {
	for script, want := range map[string]string{
		`modparam("acc", "log_extra", "a=$nosuch")`:  "log_extra, a: unknown pseudo-variable",
		`modparam("acc", "log_extra", "a")`:          `log_extra takes "name=$variable;…", not "a"`,
		`modparam("acc", "log_extra", "a=text")`:     "not \"a=text\"",
		`modparam("acc", "multi_leg_info", "a=$ru")`: "takes an AVP such as $avp(x), not $ru",
		`modparam("acc", "failed_filter", "200")`:    "takes codes from 300 to 699",
		`modparam("acc", "time_attr", "a=b")`:        "must be names",
		`modparam("acc", "log_flag", 32)`:            "takes a number from -1 to 31",
		`modparam("acc", "time_mode", 5)`:            "takes a number from 0 to 4",
	} {
		modtest.WantRefused(t, modules+script+" route { forward(); }", want)
	}
	modtest.WantRefused(t, `loadmodule "tm" loadmodule "acc" modparam("acc", "detect_direction", 1) route { forward(); }`, "detect_direction needs the module rr")
	modtest.WantRefused(t, `loadmodule "acc" route { forward(); }`, "tm")
}

// An accounted transaction allocates no more than one that is not.
func TestAccountingAllocatesNothing(t *testing.T) {
	const relay = `route { %s if (method == "OPTIONS") { acc_log_request("200"); sl_send_reply("200", "OK"); exit; } t_relay(); }`
	b := newBed(t, flags+fmt.Sprintf(relay, "setflag(1);"))
	m := request("OPTIONS", "").String()
	b.a.Send(m)
	if n := b.a.Allocs(m); n != 0 {
		t.Errorf("acc_log_request: %v allocations", n)
	}
	cost := func(mark string) uint64 {
		b := newBed(t, flags+fmt.Sprintf(relay, mark))
		var last uint64
		for i := range 20 {
			inv := request("BYE", "")
			inv.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa%d", i)}
			in := b.a.Mallocs(inv.String())
			last = in + b.b.Mallocs(coretest.Reply(b.b.Recv(), 200, "OK"))
			b.Advance(10 * time.Second)
		}
		return last
	}
	if with, without := cost("setflag(1);"), cost(""); with > without {
		t.Errorf("%d heap objects for a transaction that is accounted, %d for one that is not", with, without)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
