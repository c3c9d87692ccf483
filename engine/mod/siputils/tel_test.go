package siputils_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// The results are those of Kamailio 5.6.3.
func TestTelURIsBecomeSIPURIs(t *testing.T) {
	for uri, want := range map[string]string{
		"tel:+1-201-555":                    "1 sip:+1201555@h.org;user=phone",
		"tel:5-55;phone-context=+1":         "1 sip:555;phone-context=+1@h.org;user=phone",
		"tel:123;phone-context=example.com": "1 sip:123;phone-context=example.com@h.org;user=phone",
		"tel:+1(201)5;isub=1;ext=2":         "1 sip:+12015;isub=1;ext=2@h.org;user=phone",
		"tel:+1;Ext=5;ISUB=3":               "1 sip:+1;ext=5;isub=3@h.org;user=phone",
		"sip:a@b":                           "2 old",
		"x":                                 "2 old",
	} {
		if got := reason(t, `$var(x) = "old"; $var(r) = tel2sip("`+uri+`", "h.org", "$var(x)");`, "$var(r) $var(x)", "sip:bob@192.0.2.1"); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
	if got := reason(t, `$var(x) = "old"; $var(r) = tel2sip("tel:+1", "h h", "$var(x)");`, "$var(r) $var(x)", "sip:bob@192.0.2.1"); got != "-1 old" {
		t.Errorf("a host that is none: %s", got)
	}
}

func TestGRUUs(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:a@b;gr=x;ob": "1", "sip:a@b;gr": "2", "sip:a@b;gr=": "2", "sip:a@b": "-1", "sip:a@b;gruu=x": "-1",
	} {
		if got := reason(t, `$var(r) = is_gruu();`, "$var(r)", uri); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
		if got := reason(t, `$var(r) = is_gruu("`+uri+`");`, "$var(r)", "sip:bob@192.0.2.1"); got != want {
			t.Errorf("by argument, %s: %s, want %s", uri, got, want)
		}
	}
}

// coretest's clock stands at 2 January 2030, 03:04:05.
func TestTheDateMayNotBeTooOld(t *testing.T) {
	for date, want := range map[string]string{
		"Wed, 02 Jan 2030 03:03:35 GMT": "1", "Wed, 02 Jan 2030 03:03:05 GMT": "1", "Wed, 02 Jan 2030 03:03:04 GMT": "-4",
		"Wed, 02 Jan 2030 04:04:05 GMT": "1", "nonsense": "-1",
	} {
		if got := reason(t, `$var(r) = hdr_date_check("60");`, "$var(r)", "sip:bob@192.0.2.1", "Date: "+date); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
	if got := reason(t, `$var(r) = hdr_date_check("60");`, "$var(r)", "sip:bob@192.0.2.1"); got != "-1" {
		t.Errorf("without a date: %s", got)
	}
}

// An OPTIONS for the server itself is answered, others are not (RFC 3261 §11.2).
func TestOptionsForUsAreAnswered(t *testing.T) {
	const script = `
loadmodule "siputils"
loadmodule "sl"
modparam("siputils", "options_support", "path")
route { if (!options_reply()) sl_send_reply("404", "Not Ours"); }`
	n := modtest.New(t, script)
	a := n.Peer("192.0.2.10:5060")
	ours := coretest.Request("OPTIONS", "sip:192.0.2.1").String()
	got := a.Ask(ours)
	for _, want := range []string{"SIP/2.0 200 OK\r\n", "\r\nAccept: */*\r\n", "\r\nAccept-Encoding: \r\n", "\r\nAccept-Language: en\r\n", "\r\nSupported: path\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := a.Allocs(ours); got != 0 {
		t.Errorf("%v allocations", got)
	}
	for _, m := range []*coretest.Message{coretest.Request("OPTIONS", "sip:bob@192.0.2.1"), coretest.Request("INVITE", "sip:192.0.2.1")} {
		if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 404 Not Ours" {
			t.Errorf("%s %s: %s", m.Method, m.URI, got)
		}
	}
	modtest.WantRefused(t, "loadmodule \"siputils\"\nmodparam(\"siputils\", \"options_accept\", \"a\\r\\nb\")\nroute { drop; }", "options_accept")
}
