package siputils_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// forwarded is the message that leaves after the body, or "" for none.
func forwarded(t *testing.T, head, body, uri string, headers ...string) string {
	t.Helper()
	n := modtest.New(t, "loadmodule \"siputils\"\nloadmodule \"sl\"\n"+head+"\nroute { "+body+" forward(\"192.0.2.20\"); }")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", uri, headers...).String())
	return b.Recv()
}

func headerLine(m, name string) string {
	for _, l := range strings.Split(m, "\r\n") {
		if v, ok := strings.CutPrefix(l, name+": "); ok {
			return v
		}
	}
	return ""
}

// The results are those of Kamailio 5.6.3.
func TestContactsAreEncodedAndDecoded(t *testing.T) {
	const encode, decode = `encode_contact("enc", "10.0.0.9");`, `decode_contact_header();`
	for _, tt := range []struct{ do, contact, want string }{
		{encode, `<sip:alice@192.0.2.1:5070;transport=udp;x=y>`, `<sip:enc*alice**192.0.2.1*5070*udp@10.0.0.9>`},
		{encode, `"A" <sip:a:p@h.org>;q=0.5, <sip:b@i.org:99;transport=tcp;lr>`, `"A" <sip:enc*a*p*h.org**@10.0.0.9>;q=0.5, <sip:enc*b**i.org*99*tcp@10.0.0.9>`},
		{encode, `sip:a@h.org`, `<sip:enc*a**h.org**@10.0.0.9>`},
		{encode, `*`, `*`},
		{encode, `<sips:a@h.org;x=y?h=1>;expires=5`, `<sips:a@h.org;x=y?h=1>;expires=5`},
		{encode, `<sip:a*b@h.org>`, `<sip:a*b@h.org>`}, // could not be told apart again
		{encode, `<sip:a@[2001:db8::1]>`, `<sip:a@[2001:db8::1]>`},
		{`encode_contact("e*c", "10.0.0.9");`, `<sip:a@h.org>`, `<sip:a@h.org>`},
		{`encode_contact("enc", "a b");`, `<sip:a@h.org>`, `<sip:a@h.org>`},
		{decode, `<sip:enc*alice**192.0.2.1*5070*udp@10.0.0.9>;q=1`, `<sip:alice@192.0.2.1:5070;transport=udp>;q=1`},
		{decode, `sip:enc*alice**192.0.2.1*5070*udp@10.0.0.9;q=1`, `<sip:alice@192.0.2.1:5070;transport=udp>;q=1`},
		{decode, `<sip:plain@10.0.0.9>`, `<sip:plain@10.0.0.9>`},
		{decode, `<sip:e*a***@h>`, `<sip:e*a***@h>`},
		{decode, `<sip:e*a**h**udp*more@h>`, `<sip:e*a**h**udp*more@h>`},
	} {
		if got := headerLine(forwarded(t, "", tt.do, "sip:bob@192.0.2.20", "Contact: "+tt.contact), "Contact"); got != tt.want {
			t.Errorf("%s %s\ngot:  %s\nwant: %s", tt.do, tt.contact, got, tt.want)
		}
	}
	const dashes = `modparam("siputils", "contact_flds_separator", "-")`
	if got := headerLine(forwarded(t, dashes, encode, "sip:bob@192.0.2.20", "Contact: <sip:a@h.org:5070>"), "Contact"); got != "<sip:enc-a--h.org-5070-@10.0.0.9>" {
		t.Errorf("with another separator: %s", got)
	}
	modtest.WantRefused(t, "loadmodule \"siputils\"\nmodparam(\"siputils\", \"contact_flds_separator\", \"ab\")\nroute { drop; }", "contact_flds_separator")
}

func TestAnEncodedRequestURIIsDecoded(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:enc*alice**192.0.2.1*5070*udp@10.0.0.9": "1 sip:alice@192.0.2.1:5070;transport=udp",
		"sip:e*a**192.0.2.4**@h":                     "1 sip:a@192.0.2.4",
		"sip:e*a*p*192.0.2.4**tls@h:99;x=y":          "1 sip:a:p@192.0.2.4;transport=tls",
		"sip:e***192.0.2.4**@h":                      "1 sip:192.0.2.4",
		"sip:e*a***@h":                               "-1 sip:e*a***@h",
		"sip:plain@h":                                "-1 sip:plain@h",
		"tel:123":                                    "-1 tel:123",
	} {
		if got := reason(t, `$var(r) = decode_contact();`, "$var(r) $ru", uri); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
	if got := reason(t, `$var(r) = encode_contact("e", "h"); $var(s) = decode_contact_header();`, "$var(r) $var(s)", "sip:bob@192.0.2.1"); got != "-1 -1" {
		t.Errorf("without a Contact: %s", got)
	}
}

// reason is the reason phrase that a body makes of text; nothing of it allocates.
func reason(t *testing.T, body, text, uri string, headers ...string) string {
	t.Helper()
	n := modtest.New(t, "loadmodule \"siputils\"\nloadmodule \"sl\"\nroute { "+body+" sl_send_reply(\"200\", \""+text+"\"); }")
	return strings.TrimPrefix(coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("INVITE", uri, headers...).String())), "SIP/2.0 200 ")
}

func TestNothingOfContactsAllocates(t *testing.T) {
	for _, body := range []string{`encode_contact("enc", "10.0.0.9");`, `decode_contact();`, `tel2sip("tel:+1-2", "h", "$var(x)");`, `is_gruu();`} {
		n := modtest.New(t, "loadmodule \"siputils\"\nloadmodule \"sl\"\nroute { if (!"+strings.TrimSuffix(body, ";")+") $var(r) = 1; sl_send_reply(\"200\", \"$var(r)\"); }")
		m := coretest.Request("INVITE", "sip:e*a**192.0.2.4**@h;gr=x", "Contact: <sip:a@h.org>").String()
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 0" {
			t.Errorf("%s: %s", body, got)
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", body, got)
		}
	}
}
