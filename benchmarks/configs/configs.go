// Package configs holds the routing scripts that the load runs and the comparison with other servers use. They are plain
// Kamailio scripts: a server under test that reads that language is started with them as they are, but for the few core
// parameters (listen address, number of workers) that a run sets. The package knows scripts as text and nothing of servers.
package configs

import (
	_ "embed"
	"fmt"
	"strings"
)

// Script is the text of one routing script.
type Script string

// The scripts at hand.
var (
	//go:embed options.cfg
	options string
	//go:embed forward.cfg
	forward string
	//go:embed relay.cfg
	relay string
	//go:embed names.cfg
	names string

	// Options answers every OPTIONS from the script.
	Options = Script(options)
	// Forward is a stateless record-routing proxy that answers only OPTIONS to itself.
	Forward = Script(forward)
	// Relay is Forward with transactions: a stateful record-routing proxy.
	Relay = Script(relay)
	// Names sends requests where their URIs say, statelessly or with transactions.
	Names = Script(names)
)

// Setting is a core parameter with its value, spelt as it stands in a script.
type Setting struct{ Name, Value string }

// String is the setting as a line of a script.
func (s Setting) String() string { return s.Name + "=" + s.Value }

// With returns the script with the given core parameters set. A parameter that the script sets already has its line
// replaced; another is added behind the last parameter line, ahead of the first module. A script without any parameter line
// gets them at its end.
func (s Script) With(settings ...Setting) Script {
	lines := strings.Split(string(s), "\n")
	for _, set := range settings {
		at, last := -1, -1
		for i, line := range lines {
			name, ok := parameterName(line)
			if !ok {
				continue
			}
			last = i
			if name == set.Name {
				at = i
			}
		}
		switch {
		case at >= 0:
			lines[at] = set.String()
		case last >= 0:
			lines = append(lines[:last+1], append([]string{set.String()}, lines[last+1:]...)...)
		default:
			lines = append(lines, set.String())
		}
	}
	return Script(strings.Join(lines, "\n"))
}

// Listen is the setting that makes a server listen on one UDP port of the loopback interface.
func Listen(port int) Setting {
	return Setting{"listen", fmt.Sprintf("udp:127.0.0.1:%d", port)}
}

// ListenStreams is Listen for UDP and TCP on the same port.
func ListenStreams(port int) Setting {
	return Setting{"listen", fmt.Sprintf("127.0.0.1:%d", port)}
}

// parameterName reads the name off a line "name=value" that begins in the first column; statements are indented.
func parameterName(line string) (string, bool) {
	name, _, ok := strings.Cut(line, "=")
	if !ok || name == "" || strings.ContainsAny(name, " \t#\"(") {
		return "", false
	}
	return name, true
}

// ModParam returns the script with a module parameter set, ahead of its first routing block; value is spelt as in a script.
func (s Script) ModParam(module, name, value string) Script {
	line := fmt.Sprintf("modparam(%q, %q, %s)\n\n", module, name, value)
	head, tail, ok := strings.Cut(string(s), "request_route {")
	if !ok {
		return s
	}
	return Script(head + line + "request_route {" + tail)
}
