package ipops_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// result runs statements on a request and returns what $var(out) holds then.
func result(t *testing.T, body string) string {
	t.Helper()
	n := modtest.New(t, `
loadmodule "ipops"
loadmodule "sl"
route {
	`+body+`
	sl_send_reply("200", "-$var(out)");
}`)
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:alice@192.0.2.1").String()
	answer := coretest.StartLine(a.Ask(m))
	if got := a.Allocs(m); got != 0 {
		t.Errorf("%s: %v allocations", body, got)
	}
	return strings.TrimPrefix(answer, "SIP/2.0 200 -")
}

// TestKindsOfTexts: is_ip, is_pure_ip, is_ipv4, is_ipv6, is_ipv6_reference,
// ip_type, is_ip_rfc1918 and detailed_ip_type, with the results of Kamailio 5.6.3.
func TestKindsOfTexts(t *testing.T) {
	for in, want := range map[string]string{
		"1.2.3.4":               "1 1 1 -1 -1 1 -1 PUBLIC",
		"10.255.0.1":            "1 1 1 -1 -1 1 1 PRIVATE",
		"172.15.0.1":            "1 1 1 -1 -1 1 -1 PUBLIC",
		"172.31.0.1":            "1 1 1 -1 -1 1 1 PRIVATE",
		"192.168.0.1":           "1 1 1 -1 -1 1 1 PRIVATE",
		"0.1.2.3":               "1 1 1 -1 -1 1 -1 PRIVATE",
		"100.127.0.1":           "1 1 1 -1 -1 1 -1 SHARED",
		"127.1.1.1":             "1 1 1 -1 -1 1 -1 LOOPBACK",
		"169.254.9.9":           "1 1 1 -1 -1 1 -1 LINK-LOCAL",
		"192.0.0.9":             "1 1 1 -1 -1 1 -1 RESERVED",
		"203.0.113.1":           "1 1 1 -1 -1 1 -1 TEST-NET",
		"192.88.99.7":           "1 1 1 -1 -1 1 -1 6TO4-RELAY",
		"224.0.0.9":             "1 1 1 -1 -1 1 -1 MULTICAST",
		"254.0.0.1":             "1 1 1 -1 -1 1 -1 RESERVED",
		"255.255.255.255":       "1 1 1 -1 -1 1 -1 BROADCAST",
		"::":                    "1 1 -1 1 -1 2 -1 UNSPECIFIED",
		"0:0:0:0:0:0:0:1":       "1 1 -1 1 -1 2 -1 LOOPBACK",
		"::ffff:10.0.0.1":       "1 1 -1 1 -1 2 -1 IPV4MAP",
		"::10.0.0.1":            "1 1 -1 1 -1 2 -1 RESERVED",
		"100::7":                "1 1 -1 1 -1 2 -1 DISCARD",
		"2001::7":               "1 1 -1 1 -1 2 -1 TEREDO",
		"2001:2::7":             "1 1 -1 1 -1 2 -1 BMWG",
		"2001:1f::7":            "1 1 -1 1 -1 2 -1 ORCHID",
		"2001:DB8::7":           "1 1 -1 1 -1 2 -1 DOCUMENTATION",
		"2002::7":               "1 1 -1 1 -1 2 -1 6TO4",
		"2a00::7":               "1 1 -1 1 -1 2 -1 GLOBAL-UNICAST",
		"fd00::7":               "1 1 -1 1 -1 2 -1 UNIQUE-LOCAL-UNICAST",
		"febf::7":               "1 1 -1 1 -1 2 -1 LINK-LOCAL-UNICAST",
		"fec0::7":               "1 1 -1 1 -1 2 -1 RESERVED",
		"ff02::7":               "1 1 -1 1 -1 2 -1 MULTICAST",
		"[::1]":                 "1 -1 -1 -1 1 3 -1 LOOPBACK",
		"[1.2.3.4]":             "-1 -1 -1 -1 -1 -1 -1 none",
		"example.com":           "-1 -1 -1 -1 -1 -1 -1 none",
		"":                      "-1 -1 -1 -1 -1 -1 -1 none",
		" 1.2.3.4":              "-1 -1 -1 -1 -1 -1 -1 none",
		"01.2.3.4":              "-1 -1 -1 -1 -1 -1 -1 none",
		"[::1]:5060":            "-1 -1 -1 -1 -1 -1 -1 none",
		"::1%eth0":              "-1 -1 -1 -1 -1 -1 -1 none",
		"1:2:3:4:5:6:7::":       "1 1 -1 1 -1 2 -1 RESERVED",
		"1:2:3:4:5:6:7:8:9":     "-1 -1 -1 -1 -1 -1 -1 none",
		"1:2:3:4:5:6:7:1.2.3.4": "-1 -1 -1 -1 -1 -1 -1 none",
		"1:2:3:4:5:6:1.2.3.4":   "1 1 -1 1 -1 2 -1 RESERVED",
		"1::2::3":               "-1 -1 -1 -1 -1 -1 -1 none",
		"fe80::00001":           "-1 -1 -1 -1 -1 -1 -1 none",
	} {
		got := result(t, `$var(a) = "`+in+`"; $var(t) = "none";
	is_ip($var(a)); $var(1) = $rc; is_pure_ip("$var(a)"); $var(2) = $rc; is_ipv4("$var(a)"); $var(3) = $rc; is_ipv6("$var(a)"); $var(4) = $rc;
	is_ipv6_reference("$var(a)"); $var(5) = $rc; ip_type("$var(a)"); $var(6) = $rc; is_ip_rfc1918("$var(a)"); $var(7) = $rc;
	detailed_ip_type("$var(a)", "$var(t)");
	$var(out) = "" + $var(1) + " " + $var(2) + " " + $var(3) + " " + $var(4) + " " + $var(5) + " " + $var(6) + " " + $var(7) + " " + $var(t);`)
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestDetailedTypesOfOneFamily(t *testing.T) {
	for _, tc := range []struct{ call, want string }{
		{`detailed_ipv4_type("10.0.0.1", "$var(t)")`, "1 PRIVATE"},
		{`detailed_ipv4_type("::1", "$var(t)")`, "-1 none"},
		{`detailed_ipv6_type("[fe80::1]", $var(t))`, "1 LINK-LOCAL-UNICAST"},
		{`detailed_ipv6_type("10.0.0.1", "$var(t)")`, "-1 none"},
	} {
		if got := result(t, `$var(t) = "none"; `+tc.call+`; $var(out) = "" + $rc + " " + $var(t);`); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.call, got, tc.want)
		}
	}
}

func TestComparisons(t *testing.T) {
	for _, tc := range []struct{ a, b, want string }{
		{"1.2.3.4", "1.2.3.4", "1 1"},
		{"1.2.3.4", "1.2.3.5", "-1 -1"},
		{"::1", "[0:0::1]", "1 -1"},
		{"[::1]", "[0::1]", "1 -1"},
		{"FE80::1", "fe80:0::1", "1 1"},
		{"1.2.3.4", "::ffff:1.2.3.4", "-1 -1"},
		{"x", "x", "-1 -1"},
		{"", "", "-1 -1"},
	} {
		got := result(t, `compare_ips("`+tc.a+`", "`+tc.b+`"); $var(1) = $rc; compare_pure_ips("`+tc.a+`", "`+tc.b+`"); $var(out) = "" + $var(1) + " " + $rc;`)
		if got != tc.want {
			t.Errorf("%q %q: %s, want %s", tc.a, tc.b, got, tc.want)
		}
	}
}

func TestSubnets(t *testing.T) {
	for _, tc := range []struct {
		ip, list string
		constant bool // the list is one that may stand in a script
		want     string
	}{
		{"10.0.1.5", "10.0.1.99/24", true, "1"},
		{"10.0.2.5", "10.0.1.0/24", true, "-1"},
		{"10.0.1.5", "10.0.1.5", true, "1"},
		{"192.168.0.9", "10.0.0.0/16 , 192.168.0.0/24 ", true, "1"},
		{"10.0.0.1", "0.0.0.0/0", true, "1"},
		{"10.0.0.1", "::/0", true, "-1"},
		{"::ffff:10.0.0.1", "10.0.0.0/8", true, "-1"},
		{"2001:db8:0:7::1", "2001:db8::/61", true, "1"},
		{"2001:db8:0:8::1", "2001:db8::/61", true, "-1"},
		{"[2001:db8::1]", "2001:db8::/32", true, "-1"},
		{"host", "0.0.0.0/0", true, "-1"},
		{"192.168.0.9", "bad,192.168.0.0/24", false, "1"},
		{"10.0.0.1", "10.0.0.1/33", false, "-1"},
		{"10.0.0.1", "", false, "-1"},
		// Kamailio takes what is no number of bits for 0, which is every address.
		{"192.0.2.7", "10.0.0.0/x", false, "-1"},
		{"192.0.2.7", "10.0.0.0/", false, "-1"},
		{"192.0.2.7", "10.0.0.0/-1", false, "-1"},
	} {
		if got := result(t, `$var(i) = "`+tc.ip+`"; $var(n) = "`+tc.list+`"; is_in_subnet("$var(i)", "$var(n)"); $var(out) = $rc;`); got != tc.want {
			t.Errorf("%s in %q: %s, want %s", tc.ip, tc.list, got, tc.want)
		}
		if !tc.constant {
			modtest.WantRefused(t, "loadmodule \"ipops\"\nroute { is_in_subnet($si, \""+tc.list+"\"); }", "expected networks such as")
		} else if got := result(t, `$var(i) = "`+tc.ip+`"; is_in_subnet($var(i), "`+tc.list+`"); $var(out) = $rc;`); got != tc.want {
			t.Errorf("%s in constant %q: %s, want %s", tc.ip, tc.list, got, tc.want)
		}
	}
}

func TestHostName(t *testing.T) {
	if got := result(t, `$var(out) = $HN(n);`); got == "" || got == "0" {
		t.Error("the machine has no name")
	}
	modtest.WantRefused(t, "loadmodule \"ipops\"\nroute { $var(x) = $HN(x); }", "unknown key; expected n, f, d or i")
}

func TestResultMustBeWritable(t *testing.T) {
	modtest.WantRefused(t, "loadmodule \"ipops\"\nroute { detailed_ip_type($si, \"$si\"); }", "$si cannot be written")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
