package uac_test

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
)

const modules = `
debug=2
loadmodule "tm"
loadmodule "sl"
loadmodule "rr"
loadmodule "pv"
loadmodule "textops"
loadmodule "siputils"
loadmodule "xlog"
loadmodule "uac"
`

type bed struct {
	*coretest.Net
	t    *testing.T
	a, b *coretest.Peer
}

func newBed(t *testing.T, script string) *bed {
	n := modtest.New(t, script)
	return &bed{n, t, n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")}
}

func (b *bed) last(p *coretest.Peer) string {
	last := ""
	for m := p.Recv(); m != ""; m = p.Recv() {
		last = m
	}
	return last
}

func (b *bed) want(m, header, want string) {
	b.t.Helper()
	if got := coretest.Header(m, header); got != want {
		b.t.Errorf("%s of %q is %s, want %s", header, coretest.StartLine(m), got, want)
	}
}

// dialogScript replaces what the headers of the request ask for and relays.
const dialogScript = `
route {
	loose_route();
	if (!has_totag()) record_route();
	if ($hdr(X-From) != $null) $var(r) = uac_replace_from("$hdr(X-Name)", "$hdr(X-From)");
	if ($hdr(X-To) != $null) $var(r) = uac_replace_to("\"New To\"", "$hdr(X-To)");
	if (method == "INVITE" || method == "BYE") { t_relay(); exit; }
	t_relay();
}`

const (
	alice = `"Alice" <sip:alice@example.com>;tag=caller-tag`
	bob   = `<sip:bob@example.net>`
)

// upstream is a request of the callee with these headers.
func upstream(from, to, route string) string {
	return "BYE sip:alice@192.0.2.10 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKup\r\nFrom: " + from + "\r\nTo: " + to +
		"\r\nCall-ID: call-1@example.com\r\nCSeq: 9 BYE\r\nMax-Forwards: 70\r\nRoute: " + route + "\r\nContent-Length: 0\r\n\r\n"
}

// TestADialogKnowsTheReplacedAddressOnOneSideOnly: the headers of a whole dialog
// as Kamailio 5.6.3 has them, the cookies in Record-Route with them.
func TestADialogKnowsTheReplacedAddressOnOneSideOnly(t *testing.T) {
	for _, tc := range []struct {
		name, x, cookies string
		from, to         string // as the callee gets them, without tags
		backFrom, backTo string // in the reply that the caller gets
		byeFrom, byeTo   string // in a BYE of the caller, as the callee gets it
		upFrom, upTo     string // in a BYE of the callee, as the caller gets it
	}{
		{
			name: "From", x: "X-Name: \"Disp Name\"\r\nX-From: sip:new@from.example.com", cookies: ";vsf=AAAAAA8JHiMDMgoVTwgIDQheDwpDY29t",
			from: `"Disp Name" <sip:new@from.example.com>`, to: bob, backFrom: `"Alice" <sip:alice@example.com>`, backTo: bob,
			byeFrom: `"Alice" <sip:new@from.example.com>`, byeTo: bob, upFrom: bob, upTo: `"Disp Name" <sip:alice@example.com>`,
		},
		{
			name: "To", x: "X-To: sip:newto@to.example.com", cookies: ";vst=AAAAAAwKFTQKOBUCXgkdTwMVGGUuY29t",
			from: `"Alice" <sip:alice@example.com>`, to: `"New To" <sip:newto@to.example.com>`, backFrom: `"Alice" <sip:alice@example.com>`, backTo: bob,
			byeFrom: `"Alice" <sip:alice@example.com>`, byeTo: `<sip:newto@to.example.com>`, upFrom: `"New To" <sip:bob@example.net>`, upTo: `"Alice" <sip:alice@example.com>`,
		},
		{
			name: "both", x: "X-Name: Plain\r\nX-From: sip:new@from.example.com\r\nX-To: sip:newto@to.example.com",
			cookies: ";vsf=AAAAAA8JHiMDMgoVTwgIDQheDwpDY29t;vst=AAAAAAwKFTQKOBUCXgkdTwMVGGUuY29t",
			from:    `Plain <sip:new@from.example.com>`, to: `"New To" <sip:newto@to.example.com>`, backFrom: `"Alice" <sip:alice@example.com>`, backTo: bob,
			byeFrom: `"Alice" <sip:new@from.example.com>`, byeTo: `<sip:newto@to.example.com>`,
			upFrom: `"New To" <sip:bob@example.net>`, upTo: `Plain <sip:alice@example.com>`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, modules+dialogScript)
			b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20", tc.x).String())
			inv := b.b.Recv()
			b.want(inv, "From", tc.from+";tag=caller-tag")
			b.want(inv, "To", tc.to)
			rr := coretest.Header(inv, "Record-Route")
			if !strings.HasSuffix(rr, tc.cookies+">") {
				t.Errorf("Record-Route is %s, want %s at its end", rr, tc.cookies)
			}
			for _, code := range []int{180, 200} {
				b.b.Send(coretest.Reply(inv, code, "Code"))
				back := b.last(b.a)
				b.want(back, "From", tc.backFrom+";tag=caller-tag")
				b.want(back, "To", tc.backTo+";tag=callee-tag")
			}
			bye := coretest.Request("BYE", "sip:bob@192.0.2.20", "Route: "+rr).InDialog()
			bye.CSeq, bye.Via = 2, []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKbye"}
			b.a.Send(bye.String())
			down := b.b.Recv()
			b.want(down, "From", tc.byeFrom+";tag=caller-tag")
			b.want(down, "To", tc.byeTo+";tag=callee-tag")
			b.b.Send(coretest.Reply(down, 200, "OK"))
			back := b.last(b.a)
			b.want(back, "From", alice)
			b.want(back, "To", bob+";tag=callee-tag")

			b.b.Send(upstream(tc.to+";tag=callee-tag", tc.from+";tag=caller-tag", rr))
			up := b.last(b.a)
			b.want(up, "From", tc.upFrom+";tag=callee-tag")
			b.want(up, "To", tc.upTo+";tag=caller-tag")
			b.a.Send(coretest.Reply(up, 200, "OK"))
			back = b.last(b.b)
			b.want(back, "From", tc.to+";tag=callee-tag")
			b.want(back, "To", tc.from+";tag=caller-tag")
		})
	}
}

// TestCookies: the parameter of Record-Route for URIs that Kamailio 5.6.3 was
// given in place of sip:alice@example.com.
func TestCookies(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:nR@x":                  "AAAAAA8+KRtlQGV4YW1wbGUuY29t",
		"sip:nS@x":                  "AAAAAA8/KRtlQGV4YW1wbGUuY29t",
		"sip:abcdefghijklmnop@ab":   "AAAAAAAOCgcAJgIQCAcbAAhADB8tYWI-",
		"sip:abcdefghijklmnop@abc":  "AAAAAAAOCgcAJgIQCAcbAAhADB8tYWJj",
		"sip:alice@example.com":     "AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"sip:alice@example.com;x=y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAO3g9eQ--",
		"tel:+123":                  "BwwcAEpdW1BlQGV4YW1wbGUuY29t",
	} {
		b := newBed(t, modules+dialogScript)
		b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20", "X-Name: N", "X-From: "+uri).String())
		rr := coretest.Header(b.b.Recv(), "Record-Route")
		if !strings.HasSuffix(rr, ";vsf="+want+">") {
			t.Errorf("%s: %s, want %s", uri, rr, want)
		}
		b.b.Send(upstream(bob+";tag=callee-tag", "<"+uri+">;tag=caller-tag", rr))
		b.want(b.last(b.a), "To", "<sip:alice@example.com>;tag=caller-tag")
	}
}

func TestForms(t *testing.T) {
	for _, tc := range []struct{ call, from string }{
		{`uac_replace_from("sip:new@from.example.com")`, `"Alice" <sip:new@from.example.com>`},
		{`uac_replace_from("", "sip:new@from.example.com")`, `<sip:new@from.example.com>`},
		{`uac_replace_from("batman", "")`, `batman <sip:alice@example.com>`},
		{`uac_replace_from("", "")`, `<sip:alice@example.com>`},
		{`uac_replace_from("\"a \\\" b\"", "")`, `"a \" b" <sip:alice@example.com>`},
		{`uac_replace_from("a; b, <sip:x>", "")`, `"a; b, <sip:x>" <sip:alice@example.com>`},
		{`uac_replace_from("a\r\nX-Evil: 1", "")`, `"a  X-Evil: 1" <sip:alice@example.com>`},
		{`uac_replace_from("\"unended", "")`, `"\"unended" <sip:alice@example.com>`},
	} {
		b := newBed(t, modules+"route { "+tc.call+"; t_relay(); }")
		b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
		b.want(b.b.Recv(), "From", tc.from+";tag=caller-tag")
	}
}

func TestWhatIsNotReplaced(t *testing.T) {
	for _, tc := range []struct{ name, call, headers, want string }{
		{"twice", `uac_replace_from("sip:a@b"); $var(r) = uac_replace_from("sip:c@d")`, "X: 1", "-1 <sip:a@b>"},
		{"no URI", `$var(r) = uac_replace_from("$hdr(X)")`, "X: a b", "-1 <sip:alice@example.com>"},
		{"a URI with brackets", `$var(r) = uac_replace_from("$hdr(X)")`, "X: sip:a@b>;x=\"", "-1 <sip:alice@example.com>"},
	} {
		b := newBed(t, modules+`route { $var(r) = 0; `+tc.call+`; append_hf("X-Result: $var(r)\r\n"); t_relay(); }`)
		b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20", strings.Fields(tc.headers + " X-None: 1")[0]+" "+strings.TrimPrefix(tc.headers, "X:")).String())
		m := b.b.Recv()
		if got := coretest.Header(m, "X-Result") + " " + strings.TrimPrefix(strings.TrimSuffix(coretest.Header(m, "From"), ";tag=caller-tag"), `"Alice" `); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	// A request within a dialog, restore_mode auto.
	b := newBed(t, modules+`route { $var(r) = uac_replace_from("sip:a@b"); append_hf("X-Result: $var(r)\r\n"); t_relay(); }`)
	b.a.Send(coretest.Request("BYE", "sip:bob@192.0.2.20").InDialog().String())
	m := b.b.Recv()
	b.want(m, "X-Result", "-1")
	b.want(m, "From", alice)
}

func TestRestoreModes(t *testing.T) {
	const script = `
route {
	if (has_totag()) { loose_route(); RESTORE t_relay(); exit; }
	record_route();
	uac_replace_from("sip:new@from.example.com");
	t_relay();
}`
	for _, tc := range []struct{ mode, restore, back, bye string }{
		{"auto", "", "alice@example.com", "new@from.example.com"},
		{"manual", "", "alice@example.com", "alice@example.com"},
		{"manual", "uac_restore_from();", "alice@example.com", "new@from.example.com"},
		{"manual", "uac_restore_to();", "alice@example.com", "alice@example.com"},
		{"none", "", "new@from.example.com", "alice@example.com"},
	} {
		for _, password := range []string{"", "secret"} {
			b := newBed(t, modules+`modparam("uac", "restore_mode", "`+tc.mode+`") modparam("uac", "restore_passwd", "`+password+`")`+strings.Replace(script, "RESTORE", tc.restore, 1))
			b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
			inv := b.b.Recv()
			b.b.Send(coretest.Reply(inv, 200, "OK"))
			b.want(b.last(b.a), "From", `"Alice" <sip:`+tc.back+`>;tag=caller-tag`)
			rr := coretest.Header(inv, "Record-Route")
			if (tc.mode == "none") == strings.Contains(rr, "vsf=") || password != "" && strings.Contains(rr, "AAAAA") {
				t.Errorf("%s, password %q: Record-Route is %s", tc.mode, password, rr)
			}
			bye := coretest.Request("BYE", "sip:bob@192.0.2.20", "Route: "+rr).InDialog()
			bye.Via = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKbye"}
			b.a.Send(bye.String())
			b.want(b.b.Recv(), "From", `"Alice" <sip:`+tc.bye+`>;tag=caller-tag`)
		}
	}
}

// The replies are changed, too, where the transaction was there before.
func TestReplacingBehindTheTransactionIsRestoredInReplies(t *testing.T) {
	for _, script := range []string{
		`route { record_route(); t_newtran(); uac_replace_from("sip:new@from.example.com"); t_relay(); }`,
		`route { record_route(); t_on_branch("b"); t_relay(); } branch_route[b] { uac_replace_from("sip:new@from.example.com"); }`,
	} {
		b := newBed(t, modules+script)
		b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
		inv := b.b.Recv()
		b.want(inv, "From", `"Alice" <sip:new@from.example.com>;tag=caller-tag`)
		if !strings.Contains(coretest.Header(inv, "Record-Route"), ";vsf=") {
			t.Errorf("Record-Route is %s", coretest.Header(inv, "Record-Route"))
		}
		b.b.Send(coretest.Reply(inv, 200, "OK"))
		b.want(b.last(b.a), "From", alice)
	}
}

// A cookie that somebody has made up changes nothing.
func TestMadeUpCookiesAreLeftAlone(t *testing.T) {
	for _, cookie := range []string{"x", "====", "AAAA", "AAAAAA", strings.Repeat("A", 3000), "fn5-", "AAAAAA8JHiMDMgoVTwgIDQheDwpDCgo-"} {
		b := newBed(t, modules+dialogScript)
		b.a.Send(coretest.Request("BYE", "sip:bob@192.0.2.20", "Route: <sip:192.0.2.1;lr;ftag=caller-tag;vsf="+cookie+">").InDialog().String())
		b.want(b.b.Recv(), "From", alice)
		if n := b.Server.Stats().Total["panics"]; n != 0 {
			t.Errorf("%s: %d panics", cookie, n)
		}
	}
}

func md5Hex(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
func shaHex(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// authScript answers challenges.
const authScript = `
modparam("uac", "credential", "bob:example.com:sec:ret")
modparam("uac", "auth_realm_avp", "$avp(realm)")
modparam("uac", "auth_username_avp", "$avp(user)")
modparam("uac", "auth_password_avp", "$avp(pass)")
route { $avp(realm) = "re"; $avp(user) = "al"; $avp(pass) = "pw"; t_on_failure("auth"); t_relay(); }
failure_route[auth] { if (uac_auth()) t_relay(); }`

func param(credentials, name string) string {
	for _, p := range strings.Split(strings.TrimPrefix(credentials, "Digest "), ", ") {
		if k, v, _ := strings.Cut(p, "="); k == name {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}

// TestChallenges: the first row's credentials are those of Kamailio 5.6.3.
func TestChallenges(t *testing.T) {
	const uri = "sip:bob@192.0.2.20"
	ha1, ha2 := md5Hex("al:re:pw"), md5Hex("INVITE:"+uri)
	for _, tc := range []struct {
		name, challenge string
		code            int
		want            string // the credentials, CNONCE and RESPONSE for what they should be; "" for none
		response        func(cnonce string) string
	}{
		{"MD5", `Digest realm="re", nonce="abc"`, 401,
			`Digest username="al", realm="re", nonce="abc", uri="` + uri + `", response="RESPONSE", algorithm=MD5`,
			func(string) string { return md5Hex(ha1 + ":abc:" + ha2) }},
		{"proxy, with qop", `Digest realm="re", nonce="abc", qop="auth", opaque="op"`, 407,
			`Digest username="al", realm="re", nonce="abc", uri="` + uri + `", opaque="op", qop=auth, nc=00000001, cnonce="CNONCE", response="RESPONSE", algorithm=MD5`,
			func(c string) string { return md5Hex(ha1 + ":abc:00000001:" + c + ":auth:" + ha2) }},
		{"MD5-sess", `Digest realm="re", nonce="abc", algorithm=MD5-sess, qop="auth-int,auth"`, 401,
			`Digest username="al", realm="re", nonce="abc", uri="` + uri + `", qop=auth, nc=00000001, cnonce="CNONCE", response="RESPONSE", algorithm=MD5-sess`,
			func(c string) string {
				return md5Hex(md5Hex(ha1+":abc:"+c) + ":abc:00000001:" + c + ":auth:" + ha2)
			}},
		{"SHA-256", `Digest realm="re", nonce="abc", algorithm=SHA-256, qop="auth"`, 401,
			`Digest username="al", realm="re", nonce="abc", uri="` + uri + `", qop=auth, nc=00000001, cnonce="CNONCE", response="RESPONSE", algorithm=SHA-256`,
			func(c string) string {
				return shaHex(shaHex("al:re:pw") + ":abc:00000001:" + c + ":auth:" + shaHex("INVITE:"+uri))
			}},
		{"of the parameter", `Digest realm="example.com", nonce="abc"`, 401,
			`Digest username="bob", realm="example.com", nonce="abc", uri="` + uri + `", response="RESPONSE", algorithm=MD5`,
			func(string) string { return md5Hex(md5Hex("bob:example.com:sec:ret") + ":abc:" + ha2) }},
		{"the second challenge", "Basic realm=\"re\"\r\nWWW-Authenticate: Digest realm=\"re\", nonce=\"abc\"", 401,
			`Digest username="al", realm="re", nonce="abc", uri="` + uri + `", response="RESPONSE", algorithm=MD5`,
			func(string) string { return md5Hex(ha1 + ":abc:" + ha2) }},
		{"another realm", `Digest realm="other", nonce="abc"`, 401, "", nil},
		{"Basic", `Basic realm="re"`, 401, "", nil},
		{"an algorithm that nobody knows", `Digest realm="re", nonce="abc", algorithm=ROT13`, 401, "", nil},
		{"auth-int alone", `Digest realm="re", nonce="abc", qop="auth-int"`, 401, "", nil},
		{"no nonce", `Digest realm="re"`, 401, "", nil},
		{"no challenge", ``, 486, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, modules+authScript)
			b.a.Send(coretest.Request("INVITE", uri).String())
			name, answer := "WWW-Authenticate", "Authorization"
			if tc.code == 407 {
				name, answer = "Proxy-Authenticate", "Proxy-Authorization"
			}
			b.b.Send(coretest.Reply(b.b.Recv(), tc.code, "Auth", name+": "+tc.challenge))
			m := b.last(b.b)
			if tc.want == "" {
				if strings.HasPrefix(m, "INVITE") {
					t.Errorf("answered with %s", coretest.Header(m, answer))
				}
				if got := coretest.StartLine(b.last(b.a)); got != fmt.Sprintf("SIP/2.0 %d Auth", tc.code) {
					t.Errorf("the caller got %q", got)
				}
				return
			}
			got := coretest.Header(m, answer)
			cnonce := param(got, "cnonce")
			want := strings.NewReplacer("CNONCE", cnonce, "RESPONSE", tc.response(cnonce)).Replace(tc.want)
			if !strings.HasPrefix(m, "INVITE "+uri+" ") || got != want {
				t.Errorf("%s\n got %s\nwant %s", coretest.StartLine(m), got, want)
			}
			b.b.Send(coretest.Reply(m, 200, "OK"))
			if got := coretest.StartLine(b.last(b.a)); got != "SIP/2.0 200 OK" {
				t.Errorf("the caller got %q", got)
			}
		})
	}
}

// The credentials for a realm are replaced, as in Kamailio 5.6.3; those for another stay
// (RFC 3261 §22.3: one proxy behind another).
func TestASecondChallengeReplacesTheCredentials(t *testing.T) {
	b := newBed(t, modules+strings.Replace(authScript, "if (uac_auth()) t_relay();", `if (uac_auth()) { t_on_failure("auth"); t_relay(); }`, 1))
	b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	m := b.b.Recv()
	for _, tc := range []struct{ realm, nonce, want string }{
		{"re", "one", "re one"}, {"re", "two", "re two"}, {"example.com", "three", "re two, example.com three"}, {"re", "four", "example.com three, re four"},
	} {
		b.b.Send(coretest.Reply(m, 407, "Auth", `Proxy-Authenticate: Digest realm="`+tc.realm+`", stale=true, nonce="`+tc.nonce+`"`))
		m = b.last(b.b)
		var got []string
		for _, h := range coretest.Headers(m, "Proxy-Authorization") {
			got = append(got, param(h, "realm")+" "+param(h, "nonce"))
		}
		if s := strings.Join(got, ", "); s != tc.want {
			t.Errorf("nonce %s: credentials %q, want %q", tc.nonce, s, tc.want)
		}
	}
}

// The credentials are for the URI of the branch that was challenged, and the
// request goes there once more, alone.
func TestTheChallengedBranchIsAnswered(t *testing.T) {
	b := newBed(t, modules+strings.Replace(authScript, "t_relay(); }", `append_branch("sip:second@192.0.2.20"); t_relay(); }`, 1))
	b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	one, two := b.b.Recv(), b.b.Recv()
	b.b.Send(coretest.Reply(two, 401, "Auth", `WWW-Authenticate: Digest realm="re", nonce="abc"`))
	b.b.Send(coretest.Reply(one, 486, "Busy"))
	var invites []string
	for m := b.b.Recv(); m != ""; m = b.b.Recv() {
		if strings.HasPrefix(m, "INVITE") {
			invites = append(invites, m)
		}
	}
	if len(invites) != 1 || !strings.HasPrefix(invites[0], "INVITE sip:second@192.0.2.20 ") || param(coretest.Header(invites[0], "Authorization"), "uri") != "sip:second@192.0.2.20" {
		t.Errorf("sent %q", invites)
	}
}

// TestTheResponseIsThatOfKamailio: for a request that Kamailio 5.6.3 was challenged for.
func TestTheResponseIsThatOfKamailio(t *testing.T) {
	b := newBed(t, modules+strings.Replace(authScript, `t_on_failure("auth"); t_relay();`, `$du = "sip:192.0.2.20"; t_on_failure("auth"); t_relay();`, 1))
	b.a.Send(coretest.Request("INVITE", "sip:bob@example.net").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 401, "Auth", `WWW-Authenticate: Digest realm="re", nonce="abc"`))
	b.want(b.last(b.b), "Authorization", `Digest username="al", realm="re", nonce="abc", uri="sip:bob@example.net", response="7eb0c71959c68a146a630b6eb2036b7f", algorithm=MD5`)
}

// With mode 1 the passwords are the hashes that a database keeps in their place; the
// response to the first challenge is that of Kamailio 5.6.3.
func TestPasswordsMayBeHashes(t *testing.T) {
	const uri, md5Hash = "sip:bob@192.0.2.20", "0123456789abcdef0123456789abcdef"
	for _, tc := range []struct{ function, password, challenge, want string }{
		{`uac_auth("1")`, md5Hash, `Digest realm="re", nonce="abc"`, md5Hex(md5Hash + ":abc:" + md5Hex("INVITE:"+uri))},
		{`uac_auth_mode("1")`, md5Hash, `Digest realm="re", nonce="abc"`, md5Hex(md5Hash + ":abc:" + md5Hex("INVITE:"+uri))},
		{`uac_auth("$avp(mode)")`, md5Hash, `Digest realm="re", nonce="abc"`, md5Hex(md5Hash + ":abc:" + md5Hex("INVITE:"+uri))},
		{`uac_auth("0")`, md5Hash, `Digest realm="re", nonce="abc"`, md5Hex(md5Hex("al:re:"+md5Hash) + ":abc:" + md5Hex("INVITE:"+uri))},
		{`uac_auth("1")`, shaHex("x"), `Digest realm="re", nonce="abc", algorithm=SHA-256`, shaHex(shaHex("x") + ":abc:" + shaHex("INVITE:"+uri))},
		{`uac_auth("1")`, md5Hash, `Digest realm="re", nonce="abc", algorithm=SHA-256`, ""},
		{`uac_auth("1")`, "secret", `Digest realm="re", nonce="abc"`, ""},
		{`uac_auth("1")`, strings.ToUpper(md5Hash), `Digest realm="re", nonce="abc"`, ""},
	} {
		b := newBed(t, modules+strings.NewReplacer(`$avp(pass) = "pw"`, `$avp(mode) = 1; $avp(pass) = "`+tc.password+`"`, "uac_auth()", tc.function).Replace(authScript))
		b.a.Send(coretest.Request("INVITE", uri).String())
		b.b.Send(coretest.Reply(b.b.Recv(), 401, "Auth", "WWW-Authenticate: "+tc.challenge))
		m := b.last(b.b)
		if got := param(coretest.Header(m, "Authorization"), "response"); got != tc.want {
			t.Errorf("%s, password %s, %s: response %s, want %s", tc.function, tc.password, tc.challenge, got, tc.want)
		}
		if tc.want == "" {
			b.WaitLog("must be a hash in")
		}
	}
}

// sendScript sends what the script says and shows what comes of it.
const sendScript = `
route {
	BODY
	if (uac_req_send()) sl_send_reply("200", "sent"); else sl_send_reply("500", "not sent");
}
event_route[uac:reply] { xlog("event $uac_req(evcode) $uac_req(evtype) $uac_req(evparam) $rm"); }`

const usual = `$uac_req(method) = "MESSAGE"; $uac_req(ruri) = "sip:x@192.0.2.20"; $uac_req(furi) = "sip:me@example.com"; $uac_req(turi) = "sip:you@example.com"; $uac_req(evroute) = 1;`

func TestRequestsOfTheScriptsOwn(t *testing.T) {
	b := newBed(t, modules+strings.Replace(sendScript, "BODY", usual+`$uac_req(hdrs) = "Content-Type: text/plain\r\nX-A: b\r\n"; $uac_req(body) = "hello"; $uac_req(callid) = "mine"; $uac_req(evparam) = "par"; $uac_req(ouri) = "sip:192.0.2.20:5060"; $uac_req(ruri) = "sip:x@elsewhere.example.com"; $uac_req(sock) = "udp:198.51.100.1:5060";`, 1))
	if got := coretest.StartLine(b.a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 sent" {
		t.Fatal(got)
	}
	m := b.b.Recv()
	for name, want := range map[string]string{"To": "<sip:you@example.com>", "CSeq": "10 MESSAGE", "Max-Forwards": "70", "Call-ID": "mine", "Content-Length": "5", "X-A": "b", "Content-Type": "text/plain"} {
		b.want(m, name, want)
	}
	if !strings.HasPrefix(m, "MESSAGE sip:x@elsewhere.example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5060;") || !strings.HasSuffix(m, "\r\n\r\nhello") || !strings.HasPrefix(coretest.Header(m, "From"), "<sip:me@example.com>;tag=") {
		t.Errorf("sent:\n%s", m)
	}
	b.b.Send(coretest.Reply(m, 180, "Ringing"))
	b.b.Send(coretest.Reply(m, 404, "Not Found"))
	b.WaitLog("event 404 1 par MESSAGE")
	b.Advance(time.Minute)
	if s := tm.LoopStats(b.Server, 0); s.Alive != 0 {
		t.Errorf("%d transactions are left", s.Alive)
	}
	if strings.Contains(b.Logged(), "event 180") {
		t.Error("a provisional reply is no event")
	}
}

func TestNobodyAnswersARequestOfTheScriptsOwn(t *testing.T) {
	b := newBed(t, modules+strings.Replace(sendScript, "BODY", usual, 1))
	b.a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	b.Advance(time.Minute)
	b.WaitLog("event 408 2 <null> MESSAGE")
}

func TestRequestsOfTheScriptsOwnAreAuthenticated(t *testing.T) {
	b := newBed(t, modules+strings.Replace(sendScript, "BODY", usual+`$uac_req(auser) = "al"; $uac_req(apasswd) = "pw"; $uac_req(callid) = "mine";`, 1))
	b.a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	one := b.b.Recv()
	const challenge = `WWW-Authenticate: Digest realm="re", nonce="abc"`
	b.b.Send(coretest.Reply(one, 401, "Auth", challenge))
	two := b.b.Recv()
	b.want(two, "CSeq", "11 MESSAGE")
	b.want(two, "Call-ID", "mine")
	b.want(two, "From", coretest.Header(one, "From"))
	b.want(two, "Authorization", `Digest username="al", realm="re", nonce="abc", uri="sip:x@192.0.2.20", response="`+
		md5Hex(md5Hex("al:re:pw")+":abc:"+md5Hex("MESSAGE:sip:x@192.0.2.20"))+`", algorithm=MD5`)
	b.b.Send(coretest.Reply(two, 401, "Auth", challenge)) // wrong: it ends there
	if m := b.b.Recv(); m != "" {
		t.Errorf("sent again: %s", m)
	}
}

// A nonce that was too old is no wrong password: the new one is used, once (RFC 7616 §3.3).
func TestAStaleNonceIsAnsweredOnceMore(t *testing.T) {
	b := newBed(t, modules+strings.Replace(sendScript, "BODY", usual+`$uac_req(hdrs) = "X-A: b\r\n"; $uac_req(auser) = "al"; $uac_req(apasswd) = "pw";`, 1))
	b.a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	m := b.b.Recv()
	for i, nonce := range []string{"one", "two"} {
		b.b.Send(coretest.Reply(m, 401, "Auth", `WWW-Authenticate: Digest realm="re", stale=TRUE, nonce="`+nonce+`"`))
		m = b.b.Recv()
		b.want(m, "CSeq", fmt.Sprint(11+i, " MESSAGE"))
		b.want(m, "X-A", "b")
		if got := coretest.Headers(m, "Authorization"); len(got) != 1 || param(got[0], "nonce") != nonce {
			t.Errorf("%s: credentials %q", nonce, got)
		}
	}
	b.b.Send(coretest.Reply(m, 401, "Auth", `WWW-Authenticate: Digest realm="re", stale=true, nonce="three"`))
	if m := b.b.Recv(); m != "" {
		t.Errorf("sent again: %s", m)
	}
}

func TestTheEventRouteMayWaitAndStartsEmpty(t *testing.T) {
	b := newBed(t, modules+strings.Replace(strings.Replace(sendScript, "BODY", `if ($uac_req(method) != $null) { sl_send_reply("500", "left over"); exit; } `+usual, 1),
		"event $uac_req(evcode)", "method $uac_req(method) status $rs event $uac_req(evcode)", 1))
	for range 2 {
		if got := coretest.StartLine(b.a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 sent" {
			t.Error(got)
		}
	}
	b.b.Send(coretest.Reply(b.b.Recv(), 200, "OK"))
	b.WaitLog("method <null> status 200 event 200 1")
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	for _, tc := range []struct{ set, log string }{
		{`$uac_req(method) = "A B";`, "method"},
		{`$uac_req(method) = $null;`, "method"},
		{`$uac_req(ruri) = "";`, "ruri"},
		{`$uac_req(ruri) = "sip:x@y\r\nX: 1";`, "ruri"},
		{`$uac_req(furi) = "sip:x@y>;a=\"";`, "furi"},
		{`$uac_req(ouri) = "nonsense uri";`, "ouri"},
		{`$uac_req(callid) = "a\r\nb";`, "callid"},
		{`$uac_req(hdrs) = "A: b\r\n\r\nbody";`, "hdrs"},
		{`$uac_req(hdrs) = "no header";`, "hdrs"},
		{`$uac_req(hdrs) = "Via: x";`, "Via already"},
		{`$uac_req(sock) = "udp:10.9.9.9:5060";`, "no listen address"},
		{`$uac_req(auser) = "a\"b";`, "auser"},
		{`$uac_req(all) = $null;`, "method"},
	} {
		b := newBed(t, modules+strings.Replace(sendScript, "BODY", usual+tc.set, 1))
		if got := coretest.StartLine(b.a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 500 not sent" {
			t.Errorf("%s: %q", tc.set, got)
		}
		if m := b.b.Recv(); m != "" {
			t.Errorf("%s: sent %s", tc.set, m)
		}
		b.WaitLog(tc.log)
	}
}

func TestWrongScriptsAreRefused(t *testing.T) {
	for script, want := range map[string]string{
		`modparam("uac", "restore_mode", "sometimes") route { forward(); }`: "restore_mode is auto, manual or none",
		`modparam("uac", "credential", "a:b") route { forward(); }`:         `credential takes "username:realm:password"`,
		`modparam("uac", "auth_realm_avp", "$avp(x)") route { forward(); }`: "belong together",
		`modparam("uac", "reg_db_url", "mysql://x") route { forward(); }`:   "makes no registrations from a database",
		`modparam("uac", "rr_to_store_param", "vsf") route { forward(); }`:  "must differ",
		`route { uac_replace_from("not a uri"); }`:                          "is no URI",
		`route { $var(x) = $uac_req(metod); }`:                              "has method, ruri",
		`route { $uac_req(evcode) = 1; }`:                                   "uac_req",
		`route { uac_auth(); }`:                                             "uac_auth",
		`route { forward(); } failure_route[x] { uac_auth("2"); }`:          "mode must be",
	} {
		modtest.WantRefused(t, modules+script, want)
	}
	modtest.WantRefused(t, `loadmodule "tm" loadmodule "uac" route { uac_replace_from("sip:a@b"); }`, "needs the module rr")
	modtest.WantRefused(t, `loadmodule "tm" loadmodule "uac" route { uac_restore_from(); }`, "needs the module rr")
	modtest.New(t, `loadmodule "tm" loadmodule "uac" modparam("uac", "restore_mode", "none") route { uac_replace_from("sip:a@b"); t_relay(); }`)
}

func TestReplacingAllocatesNothing(t *testing.T) {
	b := newBed(t, modules+`route { record_route(); uac_replace_from("N", "sip:new@from.example.com"); forward("192.0.2.20"); }`)
	if n := b.a.Allocs(coretest.Request("INVITE", "sip:bob@192.0.2.20").String()); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
