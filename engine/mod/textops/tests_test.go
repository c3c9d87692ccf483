package textops_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// holds runs a condition on a request and reports whether it was true; allocs
// are the allocations of one run.
func holds(t *testing.T, condition string, m *coretest.Message) (answer string, allocs float64) {
	t.Helper()
	n := modtest.New(t, `
loadmodule "textops"
loadmodule "siputils"
loadmodule "pv"
loadmodule "sl"
route {
	if (`+condition+`) {
		sl_send_reply("200", "yes");
	} else {
		sl_send_reply("200", "no");
	}
}`)
	a := n.Peer("192.0.2.10:5060")
	answer = coretest.StartLine(a.Ask(m.String()))
	return answer[len("SIP/2.0 200 "):], a.Allocs(m.String())
}

func message() *coretest.Message {
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.1;transport=udp;x", "Privacy: id;critical", "X-Own: one",
		"X-Own: two", "k: timer, 100rel", "c: text/plain;charset=utf-8", "Folded: a\r\n b")
	m.Body = "hello\r\nWORLD\r\n"
	return m
}

func TestConditions(t *testing.T) {
	for condition, want := range map[string]string{
		`is_method("MESSAGE")`:                      "yes",
		`is_method("INVITE|MESSAGE")`:               "yes",
		`is_method("INVITE | message")`:             "yes",
		`is_method("INVITE|FROBNICATE")`:            "no",
		`is_present_hf("From")`:                     "yes",
		`is_present_hf("f")`:                        "yes",
		`is_present_hf("Supported")`:                "yes",
		`is_present_hf("x-own")`:                    "yes",
		`is_present_hf("X-Ow")`:                     "no",
		`is_present_hf("Subject")`:                  "no",
		`is_present_hf_pv("X-$(ru{s.substr,1,2})")`: "no",
		`is_present_hf_re("^x-")`:                   "yes",
		`is_present_hf_re("^y-")`:                   "no",
		`is_privacy("id")`:                          "yes",
		`is_privacy("critical")`:                    "yes",
		`is_privacy("user")`:                        "no",
		`search("^x-own: *t")`:                      "yes",
		`search("one.*two")`:                        "no",
		`search("^hello.$")`:                        "yes",
		`search("MESSAGE sip:bob")`:                 "yes",
		`search_body("^world")`:                     "yes",
		`search_body("X-Own")`:                      "no",
		`search_str("$ru", "TRANSPORT=udp")`:        "yes",
		`search_hf("X-Own", "two")`:                 "yes",
		`search_hf("X-Own", "two", "f")`:            "no",
		`search_hf("X-Own", "two", "l")`:            "yes",
		`search_hf("X-Own", "^o", "f")`:             "yes",
		`has_body()`:                                "yes",
		`has_body("text/plain")`:                    "yes",
		`has_body("Text/PLAIN")`:                    "yes",
		`has_body("application/sdp")`:               "no",
		`starts_with("$rU", "bo")`:                  "yes",
		`starts_with("$rU", "bobby")`:               "no",
		`ends_with("$rU", "ob")`:                    "yes",
		`cmp_str("$rU", "Bob")`:                     "no",
		`cmp_istr("$rU", "Bob")`:                    "yes",
		`str_find("$rU", "o")`:                      "yes",
		`str_ifind("$rU", "OB")`:                    "yes",
		`str_ifind("$rU", "x")`:                     "no",
		`in_list("$rU", "alice,bob", ",")`:          "yes",
		`in_list("$rU", "alice, bob ,c", ",")`:      "yes",
		`in_list_prefix("$rU", "x, bo", ",")`:       "yes",
		`remove_hf_idx("Subject", "7")`:             "yes", // 2: there is no such header
		`in_list("$rU", "alice,bo", ",")`:           "no",
		`in_list_prefix("$rU", "x,bo", ",")`:        "yes",
		`cmp_str("12", 12)`:                         "yes",
	} {
		got, allocs := holds(t, condition, message())
		if got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
		if allocs != 0 {
			t.Errorf("%s: %v allocations", condition, allocs)
		}
	}
}

func TestUnknownMethodsAreTold(t *testing.T) {
	m := coretest.Request("FROBNICATE", "sip:bob@192.0.2.1")
	for condition, want := range map[string]string{
		`is_method("FROBNICATE")`: "yes", `is_method("INVITE|frobnicate")`: "yes", `is_method("FROB")`: "no", `is_method("INVITE")`: "no",
		`has_body()`: "no",
	} {
		if got, _ := holds(t, condition, m); got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
}

func TestIsMethodOfAReplyIsItsCSeqs(t *testing.T) {
	n := modtest.New(t, `
loadmodule "textops"
route { forward("192.0.2.20"); }
onreply_route {
	if (is_method("BYE|INVITE")) append_hf("X-Seen: yes\r\n");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for method, want := range map[string]string{"INVITE": "yes", "OPTIONS": ""} {
		a.Send(coretest.Request(method, "sip:bob@192.0.2.20").String())
		b.Send(coretest.Reply(b.Recv(), 200, "OK"))
		if got := coretest.Header(a.Recv(), "X-Seen"); got != want {
			t.Errorf("%s: %q, want %q", method, got, want)
		}
	}
}
