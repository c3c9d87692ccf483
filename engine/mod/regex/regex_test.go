package regex_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const head = `
loadmodule "regex"
loadmodule "sl"
modparam("regex", "file", "testdata/groups")
`

// result runs a call on a request and returns its return code.
func result(t *testing.T, params, call string) string {
	t.Helper()
	n := modtest.New(t, head+params+`
route {
	$var(bad) = "["; $var(p) = "^A.c$"; $var(one) = 1;
	`+call+`;
	sl_send_reply("200", "$rc");
}`)
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:alice@192.0.2.1").String()
	answer := coretest.StartLine(a.Ask(m))
	if got := a.Allocs(m); got != 0 && !strings.HasSuffix(answer, "-4") {
		t.Errorf("%s: %v allocations", call, got)
	}
	return strings.TrimPrefix(answer, "SIP/2.0 200 ")
}

func TestPatterns(t *testing.T) {
	for _, tc := range []struct{ params, call, want string }{
		{"", `pcre_match("abc", "b")`, "1"},
		{"", `pcre_match("ABC", "b")`, "-1"},
		{"", `pcre_match("ABC", "(?i)b")`, "1"},
		{"", `pcre_match("abc", "c$$")`, "1"},
		{"", `pcre_match("abc", "b$$")`, "-1"},
		{"", `pcre_match("", "^$$")`, "1"},
		{"", `pcre_match("$rU", "^ali\\w+$$")`, "1"},
		{"", `pcre_match($rU, "(?<!x)x|^a")`, "refused"},
		{"", `pcre_match("Abc", "$var(p)")`, "1"},
		{"", `pcre_match("Abc", $var(p))`, "1"},
		{"", `pcre_match("abc", $var(bad))`, "-4"},
		{"", `pcre_match("a\nb", "a.b")`, "-1"},
		{`modparam("regex", "pcre_dotall", 1)`, `pcre_match("a\nb", "a.b")`, "1"},
		{"", `pcre_match("a\nb", "^b")`, "-1"},
		{`modparam("regex", "pcre_multiline", 1)`, `pcre_match("a\nb", "^b")`, "1"},
		{`modparam("regex", "pcre_caseless", 1)`, `pcre_match("ABC", "b")`, "1"},
		{`modparam("regex", "pcre_extended", 1)`, `pcre_match("ab c", "a b [ ] c # comment")`, "1"},
		{`modparam("regex", "pcre_extended", 1)`, `pcre_match("a #", "a\\ \\# # comment")`, "1"},
	} {
		if tc.want == "refused" {
			modtest.WantRefused(t, head+"route { "+tc.call+"; }", "look-behind")
			continue
		}
		if got := result(t, tc.params, tc.call); got != tc.want {
			t.Errorf("%s %s: %s, want %s", tc.params, tc.call, got, tc.want)
		}
	}
}

// TestGroups: groups are counted from 0, whatever their lines say.
func TestGroups(t *testing.T) {
	for call, want := range map[string]string{
		`pcre_match_group("friendly-scanner")`:         "1",
		`pcre_match_group("SipSak", 0)`:                "1",
		`pcre_match_group("SipSakX", "0")`:             "-1",
		`pcre_match_group(" ^ignored", "0")`:           "-1",
		`pcre_match_group("1234", "1")`:                "1",
		`pcre_match_group("0049900123456", $var(one))`: "1",
		`pcre_match_group("900123", "$var(one)")`:      "-1",
		`pcre_match_group("", "2")`:                    "-1",
		`pcre_match_group("1234", $var(one) + 5)`:      "-4",
		`pcre_match_group("1234", "$rU")`:              "-4",
	} {
		if got := result(t, "", call); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

func TestWhatCannotBeIsRefusedAtStart(t *testing.T) {
	for call, want := range map[string]string{
		`pcre_match($rU, "(a)\\1")`:  `uses a back reference \1, which cannot be matched in linear time`,
		`pcre_match($rU, "a(?=b)")`:  "uses look-ahead (?=…)",
		`pcre_match($rU, "a(?!b)")`:  "uses look-ahead (?!…)",
		`pcre_match($rU, "(?>a)")`:   "uses an atomic group",
		`pcre_match($rU, "a++")`:     "uses a possessive repetition ++",
		`pcre_match($rU, "(a")`:      `the pattern "(a" is no regular expression: missing closing )`,
		`pcre_match_group($rU, "3")`: "there is no group 3; the file has 3, counted from 0",
		`pcre_match_group($rU, "x")`: `the group must be a number from 0 to`,
	} {
		modtest.WantRefused(t, head+"route { "+call+"; }", want)
	}
	modtest.WantRefused(t, "loadmodule \"regex\"\nroute { pcre_match_group($rU); }", `set the parameter "file" of module regex`)
	modtest.WantRefused(t, head+"modparam(\"regex\", \"max_groups\", 2)\nroute { drop; }", "testdata/groups:12: more than 2 groups; raise max_groups")
	modtest.WantRefused(t, head+"modparam(\"regex\", \"group_max_size\", 10)\nroute { drop; }", "testdata/groups:5: group 0 is larger than 10 bytes")
	modtest.WantRefused(t, "loadmodule \"regex\"\nmodparam(\"regex\", \"file\", \"testdata/none\")\nroute { drop; }", "testdata/none: no such file")

	bad := filepath.Join(t.TempDir(), "groups")
	if err := os.WriteFile(bad, []byte("^early\n[0]\n^good\n(a)\\1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`groups:1: the pattern "^early" stands before the first group`, `groups:4: the pattern "(a)\\1" uses a back reference`} {
		modtest.WantRefused(t, "loadmodule \"regex\"\nmodparam(\"regex\", \"file\", \""+bad+"\")\nroute { drop; }", want)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
