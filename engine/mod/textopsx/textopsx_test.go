package textopsx_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const load = `
loadmodule "textops"
loadmodule "textopsx"
loadmodule "sl"
loadmodule "pv"
loadmodule "cfgutils"
`

func message() *coretest.Message {
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.20", "Foo: one;p=1;q, two;lr", `Foo: "three, a";p=3`, "Supported: path, 100rel", "X-Foo_Bar: x",
		`Authorization: Digest username="u", realm="r", nonce="n"`, "Content-Type: text/plain")
	m.Body = "hello\r\nworld\r\n"
	return m
}

// outcome is what a request leaves with after the statements: the result of the
// last one and $var(v), then the lines that went and those that came.
func outcome(t *testing.T, statements string) string {
	t.Helper()
	n := modtest.New(t, load+"route { $var(v) = \"\"; "+statements+`
	$var(r) = $rc;
	forward("192.0.2.20");
	sl_send_reply("200", "$var(r) $var(v)");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	m := message().String()
	a.Send(m)
	n.Advance(time.Second)
	result := strings.TrimSpace(strings.TrimPrefix(coretest.StartLine(a.Recv()), "SIP/2.0 200 "))
	before, after := strings.Split(m, "\r\n"), strings.Split(b.Recv(), "\r\n")
	for _, l := range before {
		if !slices.Contains(after, l) && !strings.HasPrefix(l, "Max-Forwards") {
			result += " -" + l
		}
	}
	for _, l := range after {
		if !slices.Contains(before, l) && !strings.HasPrefix(l, "Via: ") && !strings.HasPrefix(l, "Max-Forwards") {
			result += " +" + l
		}
	}
	return result
}

const (
	foo1  = "Foo: one;p=1;q, two;lr"
	foo2  = `Foo: "three, a";p=3`
	auth  = `Authorization: Digest username="u", realm="r", nonce="n"`
	short = "-Content-Length: 14 -hello -world +Content-Length: 0"
)

// TestWhatLeaves: the changes are those that Kamailio 5.6.3 makes for the same
// statements, but for the rows marked "ours".
func TestWhatLeaves(t *testing.T) {
	for _, tc := range []struct{ do, want string }{
		{`append_hf_value("foo", "new");`, "1 +foo: new"},
		{`append_hf_value("foo[1]", "new");`, "1 -" + foo1 + " +Foo: one;p=1;q,new, two;lr"},
		{`append_hf_value("foo[2]", "new");`, "1 -" + foo1 + " +" + foo1 + ",new"},
		{`append_hf_value("foo[3]", "new;x=$rU");`, "1 -" + foo2 + " +" + foo2 + ",new;x=bob"},
		{`append_hf_value("foo[-1]", "new");`, "1 -" + foo2 + " +" + foo2 + ",new"},
		{`append_hf_value("foo[-2]", "new");`, "1 -" + foo1 + " +" + foo1 + ",new"},
		{`append_hf_value("foo[9]", "new");`, "1 +foo: new"},
		{`append_hf_value("bar[-1]", "new");`, "1 +bar: new"},
		{`insert_hf_value("foo", "new");`, "1 +foo: new"},
		{`insert_hf_value("foo[1]", "new");`, "1 -" + foo1 + " +Foo: new,one;p=1;q, two;lr"},
		{`insert_hf_value("foo[3]", "new");`, "1 -" + foo2 + ` +Foo: new,"three, a";p=3`},
		{`insert_hf_value("foo[9]", "new");`, "-1"},
		{`insert_hf_value("bar[1]", "new");`, "1 +bar: new"},
		{`remove_hf_value("foo");`, "1 -" + foo1 + " +Foo:  two;lr"},
		{`remove_hf_value("foo[2]");`, "1 -" + foo1 + " +Foo: one;p=1;q"},
		{`remove_hf_value("foo[-1]");`, "1 -" + foo2},
		{`remove_hf_value("foo[*]");`, "1 -" + foo1 + " -" + foo2},
		{`remove_hf_value("foo[9]");`, "-1"},
		{`remove_hf_value("foo.p");`, "1 -" + foo1 + " +Foo: one;q, two;lr"},
		{`remove_hf_value("foo[1].q");`, "1 -" + foo1 + " +Foo: one;p=1, two;lr"},
		{`remove_hf_value("foo[2].lr");`, "1 -" + foo1 + " +Foo: one;p=1;q, two"},
		{`remove_hf_value("foo[*].p");`, "1 -" + foo1 + " -" + foo2 + ` +Foo: one;q, two;lr +Foo: "three, a"`},
		{`remove_hf_value("foo.zz");`, "-1"},
		{`remove_hf_value("bar");`, "-1"},
		{`remove_hf_value("from.tag");`, `1 -From: "Alice" <sip:alice@example.com>;tag=caller-tag +From: "Alice" <sip:alice@example.com>`},
		{`remove_hf_value2("authorization");`, "1 -" + auth},
		{`remove_hf_value2("authorization.realm");`, "1 -" + auth + ` +Authorization: Digest username="u", nonce="n"`},
		{`remove_hf_value2("authorization.username");`, "1 -" + auth + ` +Authorization: Digest  realm="r", nonce="n"`},
		{`remove_hf_value2("authorization.nonce");`, "1 -" + auth + ` +Authorization: Digest username="u", realm="r"`},
		{`remove_hf_value2("foo[2]");`, "1 -" + foo2},
		{`assign_hf_value("foo", "new");`, "1 -" + foo1 + " +Foo: new, two;lr"},
		{`assign_hf_value("foo[2]", "new");`, "1 -" + foo1 + " +Foo: one;p=1;q, new"},
		{`assign_hf_value("foo.p", "new");`, "1 -" + foo1 + " +Foo: one;p=new;q, two;lr"},
		{`assign_hf_value("foo.p", "");`, "1 -" + foo1 + " +Foo: one;p;q, two;lr"},
		{`assign_hf_value("foo.q", "new");`, "1 -" + foo1 + " +Foo: one;p=1;q=new, two;lr"},
		{`assign_hf_value("foo.zz", "new");`, "1 -" + foo1 + " +Foo: one;p=1;q;zz=new, two;lr"},
		{`assign_hf_value("foo[*].p", "new");`, "1 -" + foo1 + " -" + foo2 + ` +Foo: one;p=new;q, two;lr;p=new +Foo: "three, a";p=new`},
		{`assign_hf_value("foo[9]", "new");`, "-1"},
		{`assign_hf_value("bar.p", "new");`, "-1"},
		{`assign_hf_value("foo", "first"); assign_hf_value("foo", "second");`, "1 -" + foo1 + " +Foo: second, two;lr"}, // ours: the later one counts
		{`assign_hf_value2("authorization", "new");`, "1 -" + auth + " +Authorization: new"},
		{`assign_hf_value2("authorization.realm", "\"new\"");`, "1 -" + auth + ` +Authorization: Digest username="u", realm="new", nonce="n"`},
		{`assign_hf_value2("authorization.zz", "\"new\"");`, "1 -" + auth + " +" + auth + `,zz="new"`},
		{`include_hf_value("supported", "path");`, "1"},
		{`include_hf_value("Supported", "100REL");`, "1"},
		{`include_hf_value("supported", "timer");`, "1 -Supported: path, 100rel +Supported: path, 100rel,timer"},
		{`include_hf_value("require", "timer");`, "1 +require: timer"},
		{`include_hf_value("foo", "two");`, "1 -" + foo1 + " +" + foo1 + ",two"},
		{`exclude_hf_value("supported", "path");`, "1 -Supported: path, 100rel +Supported:  100rel"},
		{`exclude_hf_value("k", "100rel");`, "1 -Supported: path, 100rel +Supported: path"},
		{`exclude_hf_value("foo", "one");`, "1"},
		{`exclude_hf_value("foo", "two;lr");`, "1 -" + foo1 + " +Foo: one;p=1;q"},
		{`exclude_hf_value("require", "timer");`, "1"},
		{`hf_value_exists("supported", "100REL");`, "1"},
		{`hf_value_exists("supported", "timer");`, "-1"},
		{`hf_value_exists("foo", "one");`, "-1"},
		{`hf_value_exists("require", "x");`, "-1"},
		{`assign_hf_value("x-foo_bar", "new");`, "1 -X-Foo_Bar: x +X-Foo_Bar: new"},
		{`append_hf_value("foo", "x\r\nEvil: 1");`, "-1"}, // ours: one line
		{`remove_body();`, "1 " + short},
		{`remove_body(); remove_body();`, "1 " + short},
		// ours: true, where Kamailio says false after it has done its work
		{`keep_hf("Supported");`, "1 -" + foo1 + " -" + foo2 + " -X-Foo_Bar: x -" + auth},
		{`keep_hf();`, "1 -" + foo1 + " -" + foo2 + " -Supported: path, 100rel -X-Foo_Bar: x -" + auth},
		{`fnmatch("$rU", "b*");`, "1"},
		{`fnmatch("$rU", "B*");`, "-1"},
		{`fnmatch("$rU", "B*", "i");`, "1"}, // ours: as documented
		{`fnmatch("a/b", "a*");`, "1"},
		{`fnmatch("abc", "a[!x]c");`, "1"},
		{`fnmatch("abc", "a\\*");`, "-1"},
		{`fnmatch("", "*");`, "1"},
		{`hf_iterator_start("i1"); hf_iterator_next("i1"); $var(v) = $hfitname(i1) + "/" + $hfitbody(i1);`,
			"1 Via/SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKcoretest1"},
		{`hf_iterator_start("i1"); $var(v) = "<" + $hfitname(i1) + ">";`, "1 <>"},
		{`hf_iterator_next("i9");`, "-1"},
		{`hf_iterator_start("i1"); while (hf_iterator_next("i1")) { if ($hfitname(i1) == "Supported") hf_iterator_rm("i1"); }`,
			"-1 -Supported: path, 100rel"},
		{`hf_iterator_start("i1"); while (hf_iterator_next("i1")) { if ($hfitname(i1) == "Supported") { hf_iterator_append("i1", "X-A: 1\r\n"); hf_iterator_insert("i1", "X-B: 1\r\n"); } }`,
			"-1 +X-B: 1 +X-A: 1"},
		{`hf_iterator_start("i1"); while (hf_iterator_next("i1")) { $var(v) = $hfitname(i1); }`, "-1 Content-Length"},
		{`hf_iterator_start("i1"); hf_iterator_next("i1"); hf_iterator_next("i1"); hf_iterator_prev("i1"); $var(v) = $hfitname(i1);`, "1 Via"},
		{`hf_iterator_start("i1"); hf_iterator_next("i1"); hf_iterator_prev("i1");`, "-1"},
		{`hf_iterator_start("i1"); hf_iterator_end("i1"); hf_iterator_next("i1");`, "-1"}, // ours: it is ended
		{`hf_iterator_end("i7");`, "-1"},
		{`hf_iterator_start("i1"); hf_iterator_rm("i1");`, "-1"},
		{`$var(n) = "i"; hf_iterator_start("$var(n)1"); hf_iterator_next("i1");`, "1"},
		{`hf_iterator_start("a"); hf_iterator_start("b"); hf_iterator_start("c"); hf_iterator_start("d"); hf_iterator_start("e");`, "-1"},
		{`hf_iterator_start("a"); hf_iterator_start("b"); hf_iterator_start("c"); hf_iterator_start("d"); hf_iterator_end("b"); hf_iterator_start("e");`, "1"},
		{`bl_iterator_start("b1"); bl_iterator_next("b1"); $var(v) = $(blitval(b1){s.len});`, "1 7"},
		{`bl_iterator_start("b1"); while (bl_iterator_next("b1")) { if ($blitval(b1) =~ "hello") bl_iterator_rm("b1"); }`,
			"-1 -Content-Length: 14 -hello +Content-Length: 7"},
		{`bl_iterator_start("b1"); while (bl_iterator_next("b1")) { if ($blitval(b1) =~ "hello") { bl_iterator_append("b1", "zz\r\n"); bl_iterator_insert("b1", "aa\r\n"); } }`,
			"-1 -Content-Length: 14 +Content-Length: 22 +aa +zz"},
	} {
		if got := outcome(t, tc.do); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.do, got, tc.want)
		}
	}
}

// TestChangesThatAreAppliedAreSeen: msg_apply_changes().
func TestChangesThatAreAppliedAreSeen(t *testing.T) {
	const sleep = ` usleep("10"); `
	for _, tc := range []struct{ do, want string }{
		{`append_hf("X-N: 1\r\n"); msg_apply_changes(); $var(v) = $hdr(X-N);`, "1 1 +X-N: 1"},
		{`append_hf("X-N: 1\r\n"); msg_apply_changes(); append_hf("X-N: 2\r\n"); msg_apply_changes(); $var(v) = $hdrc(X-N);`, "1 2 +X-N: 1 +X-N: 2"},
		{`$ru = "sip:new@192.0.2.20"; msg_apply_changes(); $var(v) = $ou;`, "1 sip:new@192.0.2.20 -MESSAGE sip:bob@192.0.2.20 SIP/2.0 +MESSAGE sip:new@192.0.2.20 SIP/2.0"},
		{`$rU = "zed"; $du = "sip:192.0.2.30"; msg_apply_changes(); $var(v) = $ou + " " + $du;`,
			"1 sip:zed@192.0.2.20 sip:192.0.2.30 -MESSAGE sip:bob@192.0.2.20 SIP/2.0 +MESSAGE sip:zed@192.0.2.20 SIP/2.0"},
		{`remove_body(); msg_apply_changes(); $var(v) = "[" + $rb + "]" + $cl;`, "1 []0 " + short},
		// what was taken from the message before keeps its text, wherever it is kept
		{`$var(a) = $fU; $avp(b) = $tU; $xavp(c=>d) = $hdr(Supported); remove_hf("Supported"); insert_hf("X-Long: 0123456789\r\n"); msg_apply_changes();
			$var(v) = $var(a) + " " + $avp(b) + " " + $xavp(c=>d) + "[" + $hdrc(Supported) + "]";`,
			"1 alice bob path, 100rel[0] -Supported: path, 100rel +X-Long: 0123456789"},
		{`$var(a) = $fU; append_hf("X-N: 1\r\n"); $var(n) = "in " + $rm + msg_apply_changes() + $fU; $var(v) = $var(n) + $var(a);`, "1 in MESSAGE1alicealice +X-N: 1"},
		{`msg_apply_changes(); msg_apply_changes();`, "1"},
	} {
		for _, wait := range []string{"", sleep} {
			if got := outcome(t, strings.Replace(tc.do, "msg_apply_changes();", wait+"msg_apply_changes();"+wait, 1)); got != tc.want {
				t.Errorf("%s%s\n got %s\nwant %s", tc.do, wait, got, tc.want)
			}
		}
	}
}

// TestRecordRouteAndMaxForwardsAreAddedWhenItIsSent: what depends on the way that
// the message leaves by is not applied before.
func TestRecordRouteAndMaxForwardsAreAddedWhenItIsSent(t *testing.T) {
	n := modtest.New(t, load+`
loadmodule "rr"
loadmodule "maxfwd"
route {
	mf_process_maxfwd_header("10");
	record_route(";x=$fU");
	append_hf("X-N: 1\r\n");
	force_rport();
	msg_apply_changes();
	append_to_reply("X-Seen: $hdr(X-N) $hdr(Record-Route)\r\n");
	forward("192.0.2.20");
	sl_send_reply("200", "OK");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	reply := a.Ask(message().String())
	got := b.Recv()
	if rr := coretest.Headers(got, "Record-Route"); len(rr) != 1 || !strings.Contains(rr[0], ";x=alice") {
		t.Errorf("Record-Route: %q", rr)
	}
	if mf := coretest.Headers(got, "Max-Forwards"); len(mf) != 1 || mf[0] != "69" {
		t.Errorf("Max-Forwards: %q", mf)
	}
	if v := coretest.Headers(got, "Via"); len(v) != 2 || !strings.Contains(v[1], ";rport=5060") {
		t.Errorf("Via: %q", v)
	}
	if coretest.Header(reply, "X-Seen") != "1 <null>" {
		t.Errorf("the script saw %q", coretest.Header(reply, "X-Seen"))
	}
}

// TestABrokenMessageIsNotAdopted: the script goes on with the one before.
func TestABrokenMessageIsNotAdopted(t *testing.T) {
	for _, do := range []string{
		`msg_set_buffer("no message");`,
		`msg_set_buffer("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.10\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@c>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n");`,
		`remove_hf("Call-ID"); msg_apply_changes();`,
		`remove_hf("Via"); msg_apply_changes();`,
	} {
		n := modtest.New(t, load+"route { append_hf(\"X-N: 1\\r\\n\"); "+do+` sl_send_reply("200", "$rc $hdr(Supported) $hdr(X-N)"); }`)
		if got := coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(message().String())); got != "SIP/2.0 200 -1 path, 100rel <null>" {
			t.Errorf("%s: %q", do, got)
		}
	}
}

func TestAnotherMessageIsProcessed(t *testing.T) {
	n := modtest.New(t, load+`route {
	$var(old) = $rU;
	msg_set_buffer("MESSAGE sip:q@192.0.2.20 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKq\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@c>\r\nCall-ID: other\r\nCSeq: 1 MESSAGE\r\nX-Old: $fU\r\nContent-Length: 0\r\n\r\n");
	append_hf("X-Both: $var(old) $rU\r\n");
	forward();
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(message().String())
	got := b.Recv()
	if coretest.StartLine(got) != "MESSAGE sip:q@192.0.2.20 SIP/2.0" || coretest.Header(got, "X-Both") != "bob q" || coretest.Header(got, "X-Old") != "alice" ||
		coretest.Header(got, "Call-ID") != "other" {
		t.Errorf("arrived:\n%s", got)
	}
}

// TestStatusLinesAreChanged: a reply passes through.
func TestStatusLinesAreChanged(t *testing.T) {
	for _, tc := range []struct {
		do    string
		code  int
		want  string
		extra string
	}{
		{`change_reply_status("404", "Not $rr");`, 603, "404 Not Decline", "1"},
		{`change_reply_status_code("404");`, 604, "404 Decline", "1"},
		{`change_reply_status("404", "One"); change_reply_status(486, "Two");`, 603, "486 Two", "1"},
		{`change_reply_status_code("183");`, 180, "183 Decline", "1"},
		{`change_reply_status_code("200");`, 180, "180 Decline", "-1"},
		{`change_reply_status_code("404");`, 200, "200 Decline", "-1"},
		{`change_reply_status("404", "x"); append_hf("X-N: 1\r\n"); msg_apply_changes(); $var(r) = $rs;`, 603, "404 x", "404"},
		{`remove_body();`, 603, "603 Decline", "1"},
	} {
		n := modtest.New(t, load+`route { forward("192.0.2.20"); } onreply_route { `+tc.do+` if ($var(r) == 0) $var(r) = $rc; append_hf("X-R: $var(r)\r\n"); }`)
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		a.Send(message().String())
		b.Send(coretest.Reply(b.Recv(), tc.code, "Decline"))
		got := a.Recv()
		if coretest.StartLine(got) != "SIP/2.0 "+tc.want || coretest.Header(got, "X-R") != tc.extra || len(coretest.Headers(got, "Via")) != 1 {
			t.Errorf("%s: arrived:\n%s", tc.do, got)
		}
	}
}

func TestWrongArgumentsAreRefusedAtStart(t *testing.T) {
	modtest.WantRefused(t, load+`route { assign_hf_value("foo[*]", "x"); }`, "[*] needs a parameter")
	modtest.WantRefused(t, load+`route { append_hf_value("foo[*]", "x"); }`, "names no place")
	modtest.WantRefused(t, load+`route { append_hf_value("foo.p", "x"); }`, `must be like "Name"`)
	modtest.WantRefused(t, load+`route { remove_hf_value("foo[0]"); }`, `must be like "Name"`)
	modtest.WantRefused(t, load+`route { remove_hf_value("a b"); }`, `must be like "Name"`)
	modtest.WantRefused(t, load+`route { include_hf_value("foo[1]", "x"); }`, "without an index")
	modtest.WantRefused(t, load+`route { fnmatch("a", "b", "z"); }`, `flags must be "i"`)
	modtest.WantRefused(t, load+`onreply_route { change_reply_status("99", "x"); } route { drop; }`, "100 to 699")
	modtest.WantRefused(t, load+`route { change_reply_status("404", "x"); }`, "change_reply_status")
}

func TestChangesDoNotAllocate(t *testing.T) {
	for _, do := range []string{
		`append_hf_value("foo[1]", "new");`, `remove_hf_value("foo[*].p");`, `assign_hf_value("foo.p", "$rU");`, `include_hf_value("supported", "timer");`,
		`exclude_hf_value("supported", "path");`, `keep_hf("Supported");`, `fnmatch("$rU", "b*[a-z]");`, `remove_body();`,
		`hf_iterator_start("i1"); while (hf_iterator_next("i1")) { if ($hfitname(i1) == "Supported") hf_iterator_rm("i1"); }`,
		`append_hf("X-N: 1\r\n"); msg_apply_changes();`,
	} {
		n := modtest.New(t, load+"route { "+do+" forward(\"192.0.2.20\"); }")
		if got := n.Peer("192.0.2.10:5060").Allocs(message().String()); got != 0 {
			t.Errorf("%s: %v allocations", do, got)
		}
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
