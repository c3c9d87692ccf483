package uac_redirect_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const modules = `
debug=2
loadmodule "tm"
loadmodule "sl"
loadmodule "pv"
loadmodule "acc"
loadmodule "uac_redirect"
`

func at(user, params string) string { return "<sip:" + user + "@192.0.2.30>" + params }

type bed struct {
	*coretest.Net
	a, b, c *coretest.Peer
}

func newBed(t *testing.T, script string) *bed {
	n := modtest.New(t, script)
	return &bed{n, n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060"), n.Peer("192.0.2.30:5060")}
}

// users are the users of the INVITEs that the redirected calls reached, sorted.
func users(p *coretest.Peer) string {
	var all []string
	for m := p.Recv(); m != ""; m = p.Recv() {
		if uri, ok := strings.CutPrefix(coretest.StartLine(m), "INVITE sip:"); ok {
			all = append(all, strings.Split(uri, "@")[0])
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// TestRedirections: where Kamailio 5.6.3 sent the same calls.
func TestRedirections(t *testing.T) {
	three := []string{at("a", ";q=0.5"), at("b", ";q=0.9"), at("c", ";q=0.1")}
	for _, tc := range []struct {
		name, params, filter, max string
		code                      int
		contacts                  []string
		want                      string
	}{
		{"all", "", "", "*", 302, append(slices.Clone(three), at("d", "")), "a b c d"},
		{"at most two", "", "", "2", 302, three, "a b"},
		{"one of each branch", "", "", "2:1", 302, three, "b"},
		{"two of each branch", "", "", "3:2", 302, three, "a b"},
		{"no bound", "", "", "*:*", 302, three, "a b c"},
		{"without q last", "", "", "1", 302, []string{at("d", ""), at("c", ";q=0.1")}, "c"},
		{"in one header", "", "", "*", 301, []string{at("a", ";q=0.2") + ", " + at("b", ";q=0.9")}, "a b"},
		{"denied", "", `set_deny_filter("evil", "");`, "*", 302, []string{at("evil", ""), at("good", "")}, "good"},
		{"accepted before denied", "", `set_accept_filter("good", ""); set_deny_filter(".*", "");`, "*", 302, []string{at("evil", ""), at("good", ""), at("x", "")}, "good"},
		{"the default deny filter", `modparam("uac_redirect", "deny_filter", "evil")`, "", "*", 302, []string{at("evil", ""), at("good", "")}, "good"},
		{"the default is taken away", `modparam("uac_redirect", "deny_filter", "evil")`, `set_deny_filter("good", "reset_default");`, "*", 302, []string{at("evil", ""), at("good", "")}, "evil"},
		{"what was added is taken away", `modparam("uac_redirect", "deny_filter", "evil")`, `set_deny_filter("good", ""); set_deny_filter("x", "reset_added");`, "*", 302,
			[]string{at("evil", ""), at("good", ""), at("x", "")}, "good"},
		{"all is taken away", `modparam("uac_redirect", "deny_filter", "evil")`, `set_deny_filter("good", ""); set_deny_filter("x", "reset_all");`, "*", 302,
			[]string{at("evil", ""), at("good", ""), at("x", "")}, "evil good"},
		{"denied by default", `modparam("uac_redirect", "default_filter", "deny") modparam("uac_redirect", "accept_filter", "good")`, "", "*", 302, []string{at("evil", ""), at("good", "")}, "good"},
		{"no Contact", "", "", "*", 302, nil, "302"},
		{"no redirection", "", "", "*", 486, []string{at("a", "")}, "486"},
		{"all are denied", "", `set_deny_filter(".", "");`, "*", 302, []string{at("a", "")}, "302"},
		{"a star", "", "", "*", 302, []string{"*"}, "302"},
		{"nonsense", "", "", "*", 302, []string{"<sip:a b>", "<sip:[::>", ">>,,"}, "302"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, modules+tc.params+`
route { `+tc.filter+` t_on_failure("follow"); t_relay(); }
failure_route[follow] { if (get_redirects("`+tc.max+`")) t_relay(); }`)
			b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
			var headers []string
			for _, k := range tc.contacts {
				headers = append(headers, "Contact: "+k)
			}
			b.b.Send(coretest.Reply(b.b.Recv(), tc.code, "Moved", headers...))
			got := users(b.c)
			if got == "" {
				b.a.Recv() // 100
				got = strings.Fields(b.a.Recv() + " none none")[1]
			}
			if got != tc.want {
				t.Errorf("reached %q, want %q", got, tc.want)
			}
			if n := b.Server.Stats().Total["panics"]; n != 0 {
				t.Errorf("%d panics", n)
			}
		})
	}
}

// A redirection that leads to another one is followed, and the first one's
// Contacts are not tried again.
func TestASecondRedirectionIsFollowed(t *testing.T) {
	b := newBed(t, modules+`
route { t_on_failure("follow"); t_relay(); }
failure_route[follow] { t_on_failure("follow"); if (get_redirects("*")) t_relay(); }`)
	b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 302, "Moved", "Contact: "+at("one", "")))
	m := b.c.Recv()
	b.c.Send(coretest.Reply(m, 302, "Moved", "Contact: "+at("two", "")))
	if got := users(b.c); got != "two" {
		t.Errorf("reached %q, want two", got)
	}
}

func TestFollowedContactsAreAccounted(t *testing.T) {
	b := newBed(t, modules+`modparam("acc", "log_extra", "ruri=$ru")
route { t_on_failure("follow"); t_relay(); }
failure_route[follow] { if (get_redirects("3:2", "redirected")) t_relay(); }`)
	b.a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 302, "Moved", "Contact: "+at("a", ";q=0.5"), "Contact: "+at("b", ";q=0.9"), "Contact: "+at("c", ";q=0.1")))
	log := b.Logged()
	for _, u := range []string{"a", "b"} {
		if want := fmt.Sprintf("code=;reason=redirected;ruri=sip:%s@192.0.2.30", u); !strings.Contains(log, want) {
			t.Errorf("logged\n%s\nwant %s", log, want)
		}
	}
	if strings.Contains(log, "sip:c@") {
		t.Error("a Contact that was not followed is accounted")
	}
}

func TestWrongScriptsAreRefused(t *testing.T) {
	for script, want := range map[string]string{
		`failure_route[x] { get_redirects("many"); }`:         `max is "total" or "total:branch"`,
		`failure_route[x] { get_redirects("-1"); }`:           `max is "total" or "total:branch"`,
		`failure_route[x] { set_deny_filter("[", ""); }`:      "set_deny_filter",
		`failure_route[x] { set_deny_filter("a", "reset"); }`: "reset_all",
		`modparam("uac_redirect", "default_filter", "maybe")`: "default_filter is accept or deny",
		`modparam("uac_redirect", "deny_filter", "[")`:        "deny_filter",
		`modparam("uac_redirect", "acc_function", "acc")`:     "acc_function is",
	} {
		modtest.WantRefused(t, modules+script+" route { forward(); }", want)
	}
	modtest.WantRefused(t, modules+`route { get_redirects("*"); }`, "get_redirects")
	modtest.WantRefused(t, `loadmodule "tm" loadmodule "uac_redirect" route { forward(); } failure_route[x] { get_redirects("*", "why"); }`, "module acc, which is not loaded")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
