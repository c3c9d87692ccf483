package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const tortureDir = "../../../shared/spec/torture"

// tortureOutcome is what the running server has to do with each message of RFC
// 4475 and RFC 5118 over UDP: "fwd" (it arrives at the next hop), a status code
// (answered with it), "drop", or several of these where the RFC leaves a choice.
var tortureOutcome = map[string]string{
	"rfc4475/wsinv.dat":            "fwd",
	"rfc4475/intmeth.dat":          "fwd",
	"rfc4475/esc01.dat":            "fwd",
	"rfc4475/escnull.dat":          "fwd",
	"rfc4475/esc02.dat":            "fwd",
	"rfc4475/lwsdisp.dat":          "fwd",
	"rfc4475/longreq.dat":          "fwd",
	"rfc4475/dblreq.dat":           "fwd",
	"rfc4475/semiuri.dat":          "fwd",
	"rfc4475/transports.dat":       "fwd",
	"rfc4475/mpart01.dat":          "fwd",
	"rfc4475/unreason.dat":         "relay",
	"rfc4475/noreason.dat":         "relay",
	"rfc4475/badinv01.dat":         "400",
	"rfc4475/clerr.dat":            "400",
	"rfc4475/ncl.dat":              "400",
	"rfc4475/scalar02.dat":         "400",
	"rfc4475/scalarlg.dat":         "drop",
	"rfc4475/quotbal.dat":          "400",
	"rfc4475/ltgtruri.dat":         "400 fwd",
	"rfc4475/lwsruri.dat":          "400",
	"rfc4475/lwsstart.dat":         "400 fwd",
	"rfc4475/trws.dat":             "400 fwd",
	"rfc4475/escruri.dat":          "400 fwd",
	"rfc4475/baddate.dat":          "fwd",
	"rfc4475/regbadct.dat":         "400 fwd",
	"rfc4475/badaspec.dat":         "400 fwd",
	"rfc4475/baddn.dat":            "400 fwd",
	"rfc4475/baddn.terminated.dat": "400 fwd",
	"rfc4475/badvers.dat":          "505",
	"rfc4475/mismatch01.dat":       "400",
	"rfc4475/mismatch02.dat":       "501 400",
	"rfc4475/bigcode.dat":          "drop",
	"rfc4475/badbranch.dat":        "400 fwd",
	"rfc4475/insuf.dat":            "400",
	"rfc4475/unkscm.dat":           "416",
	"rfc4475/novelsc.dat":          "416",
	"rfc4475/unksm2.dat":           "fwd",
	"rfc4475/bext01.dat":           "420",
	"rfc4475/invut.dat":            "fwd",
	"rfc4475/regaut01.dat":         "fwd",
	"rfc4475/multi01.dat":          "400",
	"rfc4475/mcl01.dat":            "400",
	"rfc4475/bcast.dat":            "drop",
	"rfc4475/zeromf.dat":           "483",
	"rfc4475/cparam01.dat":         "fwd",
	"rfc4475/cparam02.dat":         "fwd",
	"rfc4475/regescrt.dat":         "fwd",
	"rfc4475/sdp01.dat":            "fwd",
	"rfc4475/inv2543.dat":          "fwd",

	"rfc5118/ipv6-good.dat":                     "fwd",
	"rfc5118/ipv6-bad.dat":                      "400",
	"rfc5118/port-ambiguous.dat":                "fwd",
	"rfc5118/port-unambiguous.dat":              "fwd",
	"rfc5118/via-received-param-with-delim.dat": "fwd",
	"rfc5118/via-received-param-no-delim.dat":   "fwd",
	"rfc5118/ipv6-in-sdp.dat":                   "fwd",
	"rfc5118/mult-ip-in-header.dat":             "fwd",
	"rfc5118/mult-ip-in-sdp.dat":                "fwd",
	"rfc5118/ipv4-mapped-ipv6.dat":              "fwd",
	"rfc5118/ipv6-bug-abnf-3-colons.dat":        "400 fwd",
	"rfc5118/ipv6-correct-abnf-2-colons.dat":    "fwd",
}

// tortureDifferences are outcomes that differ from index.csv on purpose, each
// with its reason.
var tortureDifferences = map[string]string{}

// TestTorture sends every torture message to the running server; after each it
// must still answer.
func TestTorture(t *testing.T) {
	index, err := os.Open(filepath.Join(tortureDir, "index.csv"))
	if err != nil {
		t.Skip("the torture messages are not beside the tree")
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	next := newPeer(t)
	s := start(t, fmt.Sprintf(`
loadmodule "sl"
loadmodule "maxfwd"
loadmodule "textops"
force_rport=yes
route {
	if (is_method("OPTIONS") && $rU == "probe") { sl_send_reply("200", "OK"); exit; }
	if (!mf_process_maxfwd_header("70")) { sl_send_reply("483", "Too Many Hops"); exit; }
	forward("127.0.0.1", %d);
}`, next.addr().Port))
	held, differ := 0, 0
	for _, row := range rows[1:] {
		file := row[0]
		want, ok := tortureOutcome[file]
		if !ok {
			t.Errorf("%s: no outcome in the table", file)
			continue
		}
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(tortureDir, file))
			if err != nil {
				t.Fatal(err)
			}
			got, out := tortureRun(t, s, next, raw)
			switch {
			case slices.Contains(strings.Fields(want), got):
				held++
			case tortureDifferences[file] != "":
				differ++
				t.Logf("%s instead of %s: %s", got, want, tortureDifferences[file])
			default:
				t.Errorf("outcome %s, want %s\n%s", got, want, out)
			}
			tortureForwarded(t, file, raw, got, out)
		})
	}
	if len(rows)-1 != len(tortureOutcome) {
		t.Errorf("%d messages in the index, %d in the table", len(rows)-1, len(tortureOutcome))
	}
	if differ > 2 {
		t.Errorf("%d differences, at most 2 are accepted", differ)
	}
	fmt.Printf("PROOF torture: %d of %d as the index says, %d explained differences\n", held, len(rows)-1, differ)
}

// tortureRun sends one message and a probe behind it, and tells what came of it.
func tortureRun(t *testing.T, s *server, next *peer, raw []byte) (outcome, out string) {
	t.Helper()
	a := newPeer(t)
	malformed := s.Stats().Total["malformed"]
	reply := bytes.HasPrefix(raw, []byte("SIP/"))
	if reply {
		// As it is: its top Via is not ours and nothing of it may leave. Then with
		// our Via and the next hop's on top, as it would come back to us.
		a.send(s.addr, string(raw))
		a.none(s)
		next.none(s)
		line, rest, _ := bytes.Cut(raw, []byte("\r\n"))
		if !bytes.Contains(raw, []byte("255.255.255.255")) {
			raw = fmt.Appendf(nil, "%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKours\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKnext\r\n%s", line, s.addr, next.addr(), rest)
		}
	}
	if _, err := a.WriteToUDP(raw, s.addr); err != nil {
		t.Fatal(err)
	}
	probe := request{method: "OPTIONS", uri: "sip:probe@127.0.0.1", callID: "probe", from: a}
	a.send(s.addr, probe.String())
	m := a.recv(5 * time.Second)
	if m == "" {
		t.Fatal("the server does not answer any more")
	}
	outcome = "drop"
	if header(m, "Call-ID") != "probe" {
		outcome, out = strings.Fields(m)[1], m
		a.want("SIP/2.0 200")
	}
	// the next hop's own probe is behind anything that was forwarded to it
	next.send(s.addr, request{method: "OPTIONS", uri: "sip:probe@127.0.0.1", callID: "next", from: next}.String())
	m = next.recv(5 * time.Second)
	if header(m, "Call-ID") != "next" {
		if outcome != "drop" {
			t.Errorf("answered with %s and forwarded too", outcome)
		}
		outcome, out = "fwd", m
		if reply {
			outcome = "relay"
		}
		next.want("SIP/2.0 200")
	}
	if outcome == "drop" && !reply && s.Stats().Total["malformed"] == malformed {
		t.Errorf("dropped without being counted")
	}
	return outcome, out
}

// tortureForwarded holds what the index demands of the forwarded form.
func tortureForwarded(t *testing.T, file string, raw []byte, outcome, out string) {
	t.Helper()
	if outcome != "fwd" && outcome != "relay" {
		return
	}
	contains := func(s string) {
		t.Helper()
		if !strings.Contains(out, s) {
			t.Errorf("%q is missing in what was forwarded:\n%s", s, out)
		}
	}
	lacks := func(s string) {
		t.Helper()
		if strings.Contains(out, s) {
			t.Errorf("%q was forwarded:\n%s", s, out)
		}
	}
	line, _, _ := strings.Cut(out, "\r\n")
	switch filepath.Base(file) {
	case "wsinv.dat":
		contains(headerLines(raw, "NewFangledHeader"))
		contains(headerLines(raw, "UnknownHeaderWithUnusualValue"))
	case "dblreq.dat":
		lacks("INVITE")
	case "mpart01.dat":
		_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		contains(string(body))
	case "unreason.dat":
		first, _, _ := strings.Cut(string(raw), "\r\n")
		contains(first + "\r\n")
	case "inv2543.dat":
		contains("Max-Forwards: 70\r\n")
	case "escruri.dat":
		lacks("?Route=")
	case "ltgtruri.dat":
		if strings.Contains(line, "<") {
			t.Errorf("the brackets were forwarded: %q", line)
		}
	case "lwsstart.dat", "trws.dat":
		if strings.Contains(line, "  ") || strings.HasSuffix(line, " ") {
			t.Errorf("surplus spaces were forwarded: %q", line)
		}
	}
}

// headerLines is a header as it stands in a message, with its folds.
func headerLines(msg []byte, name string) string {
	_, rest, _ := strings.Cut(string(msg), "\r\n"+name)
	var b strings.Builder
	b.WriteString(name)
	for line := range strings.SplitAfterSeq(rest, "\r\n") {
		if b.Len() > len(name) && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}
