package textops_test

import (
	"slices"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const load = `
loadmodule "textops"
loadmodule "textopsx"
loadmodule "sl"
loadmodule "pv"
`

func listed() *coretest.Message {
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.20", "X-Do: X", "Foo: one;p=1;q, two;lr", `Foo: "three, a";p=3`, "X-Foo_Bar: x", "Content-Type: text/plain")
	m.Body = "hello\r\nworld\r\n"
	return m
}

// outcome is what a request leaves with after the statements: the result of the
// last one and $var(v), then the lines that went and those that came.
func outcome(t *testing.T, statements string, m *coretest.Message) string {
	t.Helper()
	n := modtest.New(t, load+"route { $var(v) = \"\"; "+statements+`
	$var(r) = $rc;
	forward("192.0.2.20");
	sl_send_reply("200", "$var(r) $var(v)");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	result := strings.TrimSpace(strings.TrimPrefix(coretest.StartLine(a.Ask(m.String())), "SIP/2.0 200 "))
	before, after := strings.Split(m.String(), "\r\n"), strings.Split(b.Recv(), "\r\n")
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

// TestWhatLeaves: the changes are those that Kamailio 5.6.3 makes for the same
// statements, but for the rows marked "ours".
func TestWhatLeaves(t *testing.T) {
	const foo1, foo2, bar = "Foo: one;p=1;q, two;lr", `Foo: "three, a";p=3`, "X-Foo_Bar: x"
	foos := "1 -" + foo1 + " -" + foo2 + " -" + bar + ` +ZZ: one;p=1;q, two;lr +ZZ: "three, a";p=3 +X-ZZ_Bar: x`
	const uri = "-MESSAGE sip:bob@192.0.2.20 SIP/2.0 +MESSAGE "
	for _, tc := range []struct{ do, want string }{
		{`search_append("Foo", "ZZ");`, "1 -" + foo1 + " +FooZZ: one;p=1;q, two;lr"},
		{`search_append("^MESSAGE", "ZZ");`, "-1"},
		{`search_append("hello", "Z$rU");`, "1 -Content-Length: 14 -hello +Content-Length: 18 +helloZ$rU"},
		{`search_append("nope", "ZZ");`, "-1"},
		{`search_append_body("hello", "ZZ");`, "1 -Content-Length: 14 -hello +Content-Length: 16 +helloZZ"},
		{`search_append_body("o$", "ZZ");`, "-1"},
		{`search_append_body("Foo", "ZZ");`, "-1"},
		{`replace("one", "ZZ");`, "1 -" + foo1 + " +Foo: ZZ;p=1;q, two;lr"},
		{`replace("MESSAGE", "ZZ");`, "1 -CSeq: 1 MESSAGE +CSeq: 1 ZZ"},
		{`replace("hello|world", "ZZ");`, "1 -Content-Length: 14 -hello +Content-Length: 11 +ZZ"},
		{`replace("nope", "ZZ");`, "-1"},
		{`replace("(o)ne", "\\1");`, "1 -" + foo1 + ` +Foo: \1;p=1;q, two;lr`},
		{`replace("one", "A"); replace("one", "B");`, "1 -" + foo1 + " +Foo: B;p=1;q, two;lr"}, // ours: the later one counts
		{`replace_body("hello", "Z$rU");`, "1 -Content-Length: 14 -hello +Content-Length: 13 +Z$rU"},
		{`replace_body("Foo", "ZZ");`, "-1"},
		{`replace_hdrs("Do", "ZZ");`, "1 -X-Do: X +X-ZZ: X"},
		{`replace_hdrs("^foo", "ZZ");`, "1 -" + foo1 + " +ZZ: one;p=1;q, two;lr"},
		{`replace_hdrs("hello", "ZZ");`, "-1"},
		{`replace_all("foo", "ZZ");`, foos},
		{`replace_all("^hello|world$", "ZZ");`, "1 -Content-Length: 14 -hello +Content-Length: 11 +ZZ"},
		{`replace_body_all("o", "ZZ");`, "1 -Content-Length: 14 -hello -world +Content-Length: 16 +hellZZ +wZZrld"},
		{`replace_body_all("^.", "ZZ");`, "1 -Content-Length: 14 -hello -world +Content-Length: 16 +ZZello +ZZorld"},
		{`replace_body_all("x*", "ZZ");`, "-1"},
		{`replace_body_atonce("^.", "ZZ");`, "1 -Content-Length: 14 -hello +Content-Length: 15 +ZZello"},
		{`replace_body_atonce("o", "ZZ");`, "1 -Content-Length: 14 -hello -world +Content-Length: 16 +hellZZ +wZZrld"},
		{`replace_str("foo", "ZZ", "f");`, "1"},
		{`replace_str("Foo", "ZZ", "f");`, "1 -" + foo1 + " +ZZ: one;p=1;q, two;lr"},
		{`replace_str("Foo", "ZZ", "a");`, foos},
		{`replace_str("FOO", "ZZ", "ai");`, foos}, // ours: as documented
		{`replace_str("o", "ZZ", "l");`, "1 -Content-Length: 14 -world +Content-Length: 15 +wZZrld"},
		{`replace_body_str("o", "ZZ", "a");`, "1 -Content-Length: 14 -hello -world +Content-Length: 16 +hellZZ +wZZrld"},
		{`replace_body_str("o", "$rU", "f");`, "1 -Content-Length: 14 -hello +Content-Length: 16 +hellbob"},
		{`replace_hdrs_str("Do", "ZZ", "f");`, "1 -X-Do: X +X-ZZ: X"},
		{`subst("/foo/ZZ/");`, "-1"},
		{`subst("/Foo/ZZ/");`, "1 -" + foo1 + " +ZZ: one;p=1;q, two;lr"},
		{`subst("/Foo/ZZ/g");`, foos},
		{`subst("/MESSAGE sip/ZZ/");`, "-1"},
		{`subst("/hello/ZZ/");`, "1 -Content-Length: 14 -hello +Content-Length: 11 +ZZ"},
		{`subst("/HEL(lo)/\\1\\1/i");`, "1 -Content-Length: 14 -hello +Content-Length: 13 +lolo"},
		{`subst("/hello.*world/ZZ/s");`, "1 -Content-Length: 14 -hello -world +Content-Length: 4 +ZZ"},
		{`subst_body("/o/Z$rU/g");`, "1 -Content-Length: 14 -hello -world +Content-Length: 20 +hellZbob +wZbobrld"},
		{`subst_body("/o/ZZ/");`, "1 -Content-Length: 14 -hello +Content-Length: 15 +hellZZ"},
		{`subst_uri("/sip:(.*)@(.*)/sip:x\\1@\\2/"); $var(v) = $ru;`, "1 sip:xbob@192.0.2.20 " + uri + "sip:xbob@192.0.2.20 SIP/2.0"},
		{`subst_uri("/nope/x/");`, "-1"},
		{`subst_uri("/sip:.*/no uri/");`, "-1"}, // ours: it must stay a URI
		{`subst_user("/b(.*)/x\\1/");`, "1 " + uri + "sip:xob@192.0.2.20 SIP/2.0"},
		{`subst_user("/b/x/g");`, "1 " + uri + "sip:xox@192.0.2.20 SIP/2.0"},
		{`subst_user("/nope/x/");`, "-1"},
		{`subst_hf("Foo", "/one/Z/", "a");`, "1 -" + foo1 + " +Foo: Z;p=1;q, two;lr"},
		{`subst_hf("Foo", "/o/Z/g", "f");`, "1 -" + foo1 + " +Foo: Zne;p=1;q, twZ;lr"},
		{`subst_hf("Foo", "/e/Z/", "l");`, "1 -" + foo2 + ` +Foo: "thrZe, a";p=3`},
		{`subst_hf("Bar", "/e/Z/", "a");`, "-1"},
		{`set_body("new $rU", "application/x");`, "1 -Content-Type: text/plain -Content-Length: 14 -hello -world +Content-Type: application/x +Content-Length: 7 +new bob"},
		{`set_body("", "application/x");`, "-1"},
		{`set_body("a\r\n", "text/html"); set_body("b\r\n", "text/plain");`, "1 -Content-Length: 14 -hello -world +Content-Length: 3 +b"},
		{`remove_hf("Content-Type"); set_body("a", "text/html"); set_body("b", "text/x");`,
			"1 -Content-Type: text/plain -Content-Length: 14 -hello -world +Content-Length: 1 +Content-Type: text/x +b"},
		{`filter_body("text/plain");`, "-1"},
		{`remove_hf_exp("^X-|^F", "^F");`, "1 -X-Do: X -" + bar},
		{`remove_hf_exp("^X-", "^X-F");`, "1 -X-Do: X"},
		{`remove_hf_exp("^Y-", "^X-F");`, "-1"},
		{`remove_hf_match("Foo", "eq", "one;p=1;q, two;lr");`, "1 -" + foo1},
		{`remove_hf_match("Foo", "ne", "one;p=1;q, two;lr");`, "1 -" + foo2},
		{`remove_hf_match("Foo", "in", "three");`, "1 -" + foo2},
		{`remove_hf_match("Foo", "re", "^.*two.*");`, "1 -" + foo1},
		{`remove_hf_match("Foo", "in", "four");`, "-1"},
		{`is_audio_on_hold();`, "-1"},
		{`regex_substring("$ru", "sip:([a-z]+)@(.*)", "1", "2", "$var(v)");`, "1 bob"},
		{`regex_substring("$ru", "sip:([a-z]+)@(.*)", "2", "3", "$var(v)");`, "1 192.0.2.20"},
		{`regex_substring("$ru", "sip:([a-z]+)@(.*)", "0", "1", "$var(v)");`, "1 sip:bob@192.0.2.20"},
		{`regex_substring("$ru", "nope(.)", "1", "2", "$var(v)");`, "-2"},
		{`regex_substring("$ru", "s(.)", "3", "4", "$var(v)");`, "-1"},
		{`append_hf("X-N: 1\r\n"); msg_apply_changes(); replace("^X-N: [0-9]", "X-N: 2"); msg_apply_changes(); $var(v) = $hdr(X-N);`, "1 2 +X-N: 2"},
	} {
		if got := outcome(t, tc.do, listed()); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.do, got, tc.want)
		}
	}
}

// TestABeginningIsNoBeginningInTheMiddle: after a match in a line the rest of the
// line has no beginning.
func TestABeginningIsNoBeginningInTheMiddle(t *testing.T) {
	m := listed()
	m.Body = "aab\r\n"
	if got := outcome(t, `replace_body_all("^a|b", "Z");`, m); got != "1 -aab +ZaZ" {
		t.Error(got)
	}
}

func TestABodyIsGivenToAMessageThatHasNone(t *testing.T) {
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.20")
	want := "1 -Content-Length: 0 +Content-Length: 3 +Content-Type: text/x +new"
	for _, do := range []string{`set_body("new", "text/x");`, `set_body("older", "text/y"); set_body("new", "text/x");`} {
		if got := outcome(t, do, m); got != want {
			t.Errorf("%s\n got %s\nwant %s", do, got, want)
		}
	}
}

const (
	session = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\n"
	here    = "c=IN IP4 10.0.0.1\r\n"
	nowhere = "c=IN IP4 0.0.0.0\r\n"
	audio   = "t=0 0\r\nm=audio 8000 RTP/AVP 0\r\n"
	video   = "m=video 8002 RTP/AVP 31\r\n"
)

func TestAudioOnHold(t *testing.T) {
	for sdp, want := range map[string]string{
		session + here + audio:                                "-1",
		session + nowhere + audio:                             "1",
		session + here + audio + nowhere:                      "1",
		session + nowhere + audio + here:                      "-1",
		session + here + audio + "a=sendonly\r\n":             "2",
		session + nowhere + audio + "a=inactive\r\n":          "2",
		session + here + "a=sendonly\r\n" + audio:             "2",
		session + here + audio + video + "a=sendonly\r\n":     "-1",
		session + here + audio + "a=sendrecv\r\n":             "-1",
		"v=0\r\n" + video + "a=sendonly\r\n" + "m=audio\r\n":  "-1",
		session + "c=IN IP6 ::\r\n" + audio:                   "1",
		session + "a=sendonly\r\n" + audio + "a=sendrecv\r\n": "-1",
	} {
		m := coretest.Request("INVITE", "sip:bob@192.0.2.20", "Content-Type: application/sdp")
		m.Body = sdp
		if got := outcome(t, `is_audio_on_hold();`, m); got != want {
			t.Errorf("%q: %s, want %s", sdp, got, want)
		}
	}
}

func TestOnePartOfAMultipartBodyIsLeft(t *testing.T) {
	m := coretest.Request("INVITE", "sip:bob@192.0.2.20", `Content-Type: multipart/mixed;boundary="bb"`)
	m.Body = "--bb\r\nContent-Type: text/plain\r\nX-Part: 1\r\n\r\nhello\r\n--bb\r\nContent-Type: application/sdp ; v=1\r\n\r\n" + session + here + audio +
		"a=sendonly\r\n--bb--\r\n"
	n := modtest.New(t, load+`route { filter_body("application/sdp"); forward("192.0.2.20"); }`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(m.String())
	head, body, _ := strings.Cut(b.Recv(), "\r\n\r\n")
	if body != strings.TrimSuffix(session+here+audio+"a=sendonly\r\n", "\r\n") || coretest.Header(head+"\r\n\r\n", "Content-Type") != "application/sdp ; v=1" {
		t.Errorf("arrived:\n%s\n\n%s", head, body)
	}
	if got := coretest.Header(head+"\r\n\r\n", "Content-Length"); got != "95" {
		t.Errorf("Content-Length: %s", got)
	}
	if got := outcome(t, `filter_body("text/html");`, m); got != "-1" {
		t.Errorf("a part that is not there: %s", got)
	}
	if got := outcome(t, `is_audio_on_hold();`, m); got != "2" {
		t.Errorf("hold in a part: %s", got)
	}
}

func TestRepliesHaveABody(t *testing.T) {
	n := modtest.New(t, load+`route {
	set_reply_body("first", "text/plain");
	set_reply_body("for $rU\r\n", "text/x-$rm");
	append_to_reply("X-A: 1\r\n");
	sl_send_reply("100", "Trying");
	sl_send_reply("480", "Gone");
}`)
	a := n.Peer("192.0.2.10:5060")
	a.Send(listed().String())
	if got := a.Recv(); coretest.Header(got, "Content-Length") != "0" {
		t.Errorf("the 100 is\n%s", got)
	}
	got := a.Recv()
	if !strings.HasSuffix(got, "\r\n\r\nfor bob\r\n") || coretest.Header(got, "Content-Type") != "text/x-MESSAGE" || coretest.Header(got, "Content-Length") != "9" ||
		coretest.Header(got, "X-A") != "1" {
		t.Errorf("the reply is\n%s", got)
	}
}

func TestChangesAreRefusedAtStart(t *testing.T) {
	modtest.WantRefused(t, load+`route { subst("/a/b"); }`, "no closing")
	modtest.WantRefused(t, load+`route { subst("/a[/b/"); }`, "subst")
	modtest.WantRefused(t, load+`route { subst("/a/\\1/"); }`, "group 1")
	modtest.WantRefused(t, load+`route { replace_str("a", "b", "x"); }`, "mode must be made of")
	modtest.WantRefused(t, load+`route { subst_hf("To", "/a/b/", "x"); }`, `"a", "f" or "l"`)
	modtest.WantRefused(t, load+`route { set_body("x", "plain"); }`, "type/subtype")
	modtest.WantRefused(t, load+`route { filter_body("plain"); }`, "type/subtype")
	modtest.WantRefused(t, load+`route { remove_hf_match("To", "xx", "b"); }`, `"eq", "ne", "in" or "re"`)
	modtest.WantRefused(t, load+`route { regex_substring("a", "b", "1", "1", "$ci"); }`, "cannot be written")
}

func TestChangesDoNotAllocate(t *testing.T) {
	for _, do := range []string{
		`replace_all("foo", "ZZ");`, `replace_str("Foo", "ZZ", "ai");`, `subst("/Foo/Z$rU/g");`, `subst_user("/b(.*)/x\\1/");`, `set_body("new $rU", "text/x");`,
		`set_reply_body("$rU", "text/x"); sl_send_reply("200", "OK");`, `remove_hf_match("Foo", "in", "three");`, `is_audio_on_hold();`,
		`regex_substring("$ru", "sip:([a-z]+)@(.*)", "1", "2", "$var(v)");`,
	} {
		n := modtest.New(t, load+"route { "+do+" forward(\"192.0.2.20\"); }")
		if got := n.Peer("192.0.2.10:5060").Allocs(listed().String()); got != 0 {
			t.Errorf("%s: %v allocations", do, got)
		}
	}
}
