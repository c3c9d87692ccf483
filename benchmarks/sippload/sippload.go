// Package sippload runs SIPp against a server under test or straight against another SIPp, reads its statistics, and
// examines the traces of both ends to say of each failed call whose failure it was.
//
// A run is a Spec given to Run: a number of calling processes, each with one UDP source port of its own, a number of
// answering ones, and the server between them, or none for a baseline. One process per source port is on purpose: SIPp's
// own mode for several sockets opens one per call. Everything stays on the loopback interface, and every run is bounded in
// calls and in time.
//
// Start at Run (run.go); process.go is one SIPp process, drops.go watches its socket, stats.go reads SIPp's statistics, trace.go its message traces, examine.go finds the culprit.
package sippload

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

//go:embed scenarios/*.xml
var scenarios embed.FS

// Scenario is one kind of call: what each end sends, and the order of the messages on the wire.
type Scenario struct {
	Name string

	caller, callee string   // files below scenarios
	losers         []string // of the callees beside each callee, whose branches of the call are to end
	steps          []step
}

// The scenarios at hand.
var (
	// Invite is a whole call: INVITE, 180, 200, ACK, BYE, 200.
	Invite = Scenario{
		Name: "INVITE–180–200–ACK–BYE", caller: "uac_invite.xml", callee: "uas_invite.xml",
		steps: []step{
			{byCaller: true, what: key{method: "INVITE", cseq: 1}},
			{what: key{status: 200, method: "INVITE", cseq: 1}},
			{byCaller: true, what: key{method: "ACK", cseq: 1}},
			{byCaller: true, what: key{method: "BYE", cseq: 2}},
			{what: key{status: 200, method: "BYE", cseq: 2}},
		},
	}
	// InviteRobust is Invite with some time between ACK and BYE, and a callee that can do without the ACK: for lossy networks.
	InviteRobust = Scenario{Name: Invite.Name, caller: "uac_invite_robust.xml", callee: "uas_invite_robust.xml", steps: Invite.steps}
	// Fork is Invite to three callees at once, of which one answers, one is busy, and one rings until it is cancelled.
	Fork = Scenario{
		Name: "forked " + Invite.Name, caller: "uac_fork.xml", callee: "uas_fork_answer.xml", losers: []string{"uas_fork_busy.xml", "uas_fork_ring.xml"},
		steps: Invite.steps,
	}
	// Options is one OPTIONS and its 200.
	Options = Scenario{
		Name: "OPTIONS–200", caller: "uac_options.xml", callee: "uas_options.xml",
		steps: []step{
			{byCaller: true, what: key{method: "OPTIONS", cseq: 1}},
			{what: key{status: 200, method: "OPTIONS", cseq: 1}},
		},
	}
)

// Spec describes one run.
type Spec struct {
	Scenario Scenario
	Calls    int     // in all
	Rate     float64 // calls per second over all callers
	Callers  int     // calling processes, each with one source port
	Callees  int     // answering processes, each with one port; caller i calls callee i mod Callees
	Server   string  // host:port of the server under test; empty for a run straight from caller to callee
	Answers  bool    // the server itself answers: there are no callees
	Loss     float64 // share of the datagrams that the network loses ahead of the server and behind it, in each direction

	CallerBy, CalleeBy Transport // of each side
}

// Transport is how a SIPp process sends, as its option -t has it.
type Transport string

// The transports. A process has one connection to its peer, or one for each call.
const (
	UDP        Transport = ""
	TCP        Transport = "t1"
	TCPPerCall Transport = "tn"
)

// args are the arguments of a process.
func (t Transport) args() []string {
	switch t {
	case UDP:
		return nil
	case TCPPerCall:
		return []string{"-t", string(t), "-max_socket", strconv.Itoa(maxSockets)}
	}
	return []string{"-t", string(t)}
}

// Result is what a run showed.
type Result struct {
	Spec            Spec
	Caller, Callee  Stats         // sums over the processes of each side
	Losers          []Stats       // sums over the processes of each kind of callee whose branches end
	Lost            int           // datagrams that the lossy network has lost
	Elapsed         time.Duration // from the first message sent to the last received by a caller
	Response        Percentiles   // from a caller's first request to its final answer
	SourcePorts     int           // different ports that callers really sent from
	Failures        []Failure     // calls that did not run through, each with its culprit; at least one per call that SIPp counts as failed
	Drops           uint64        // datagrams dropped at full sockets of SIPp
	ServerPortDrops uint64        // datagrams dropped at full sockets of the server
}

// Failed is the number of calls that did not run through, at either end.
func (r Result) Failed() int { return len(r.Failures) }

// FailedBy counts the failures with the given culprit.
func (r Result) FailedBy(c Culprit) int {
	n := 0
	for _, f := range r.Failures {
		if f.Culprit == c {
			n++
		}
	}
	return n
}

// Rate is the rate that the run really had, in calls per second.
func (r Result) Rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Caller.Created) / r.Elapsed.Seconds()
}

// ErrNoSIPp says that SIPp is not on this machine.
var ErrNoSIPp = errors.New("sipp is not installed (package sip-tester)")

// Find returns the path of SIPp.
func Find() (string, error) {
	path, err := exec.LookPath("sipp")
	if err != nil {
		return "", ErrNoSIPp
	}
	return path, nil
}

// check refuses a run that cannot work or has no bound.
func (s Spec) check() error {
	switch {
	case s.Calls < 1 || s.Calls > maxCalls:
		return fmt.Errorf("%d calls, want 1 to %d", s.Calls, maxCalls)
	case s.Rate <= 0:
		return fmt.Errorf("rate of %v calls per second", s.Rate)
	case s.Callers < 1 || s.Callers > s.Calls || s.Callers+s.Callees*(1+len(s.Scenario.losers)) > maxProcesses:
		return fmt.Errorf("%d callers and %d callees for %d calls, want at least one caller and at most %d processes", s.Callers, s.Callees, s.Calls, maxProcesses)
	case s.Loss > 0 && (s.CallerBy != UDP || s.CalleeBy != UDP):
		return errors.New("only datagrams can be lost")
	case s.Server == "" && (s.CallerBy == UDP) != (s.CalleeBy == UDP):
		return errors.New("caller and callee have no transport in common, and there is no server between them")
	case s.Loss < 0 || s.Loss >= 1:
		return fmt.Errorf("loss of %v, want 0 to below 1", s.Loss)
	case len(s.Scenario.losers) > 0 && s.Server == "":
		return errors.New("a forked call needs a server that forks")
	case s.Answers && (s.Server == "" || s.Callees != 0):
		return errors.New("a server that answers itself needs an address and no callees")
	case !s.Answers && s.Callees < 1:
		return errors.New("nobody to call: no callees")
	}
	return nil
}

// writeScenarios puts the scenario files where SIPp can read them. They are written for UDP: an end on TCP says so in its Contact, and
// the caller in the URI of a callee on TCP.
func writeScenarios(dir string, spec Spec) error {
	sc := spec.Scenario
	for i, name := range append([]string{sc.caller, sc.callee}, sc.losers...) {
		b, err := scenarios.ReadFile("scenarios/" + name)
		if err != nil {
			return err
		}
		by := spec.CalleeBy
		text := string(b)
		if i == 0 {
			if by = spec.CallerBy; spec.CalleeBy != UDP {
				text = strings.ReplaceAll(text, "[remote_port] SIP/2.0", "[remote_port];transport=tcp SIP/2.0")
			}
		}
		if by != UDP {
			text = contact.ReplaceAllString(text, "$1;transport=tcp>")
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

var contact = regexp.MustCompile(`(Contact: <[^>]*)>`)
