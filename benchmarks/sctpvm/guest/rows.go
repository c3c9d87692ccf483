//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// row shows a row of the cookbook's index: run holds with set in the script, and does not with instead in its place.
type row struct {
	id, set, instead string
	run              func(set string) (string, error)
}

// check runs the row both ways.
func (r row) check() check {
	return check{r.id + " " + strings.ReplaceAll(r.set, "\n", ", "), func() (string, error) {
		detail, err := r.run(r.set)
		if err != nil {
			return "", err
		}
		stopAll()
		_, without := r.run(r.instead)
		if without == nil {
			return "", fmt.Errorf("holds with %q as well, so that it does not show the row", r.instead)
		}
		if detail != "" {
			detail += "; "
		}
		return fmt.Sprintf("%swith %q: %s", detail, strings.ReplaceAll(r.instead, "\n", ", "), firstLine(without.Error())), nil
	}}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimRight(s[:min(len(s), 120)], "\r")
}

// rowsBefore are the rows that are shown while the kernel has no SCTP.
func rowsBefore() []check {
	return []check{row{"SC002", "enable_sctp=1", "enable_sctp=2", func(set string) (string, error) {
		s, err := launch(listenLines + set + "\nroute { exit; }\n")
		if err != nil {
			return "", err
		}
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			select {
			case <-s.done:
				return fmt.Sprintf("exit status %d", s.cmd.ProcessState.ExitCode()), want(s.logged(), "enable_sctp=1, but this system has no SCTP")
			default:
			}
			if strings.Contains(s.logged(), " is up with ") {
				return "", fmt.Errorf("the server starts")
			}
		}
		return "", fmt.Errorf("the server neither starts nor ends")
	}}.check()}
}

// rows are the others.
func rows() (all []check) {
	// The options are read from one server that has all of these parameters and one that has none.
	var with, without map[string]int
	script := ""
	for _, o := range options {
		script += fmt.Sprintf("%s=%d\n", o.param, o.value)
	}
	for _, o := range options {
		all = append(all, check{fmt.Sprintf("%s %s=%d", o.row, o.param, o.value), func() (_ string, err error) {
			if with == nil {
				if with, err = readOptions(script); err != nil {
					return "", err
				}
				stopAll()
				if without, err = readOptions(""); err != nil {
					return "", err
				}
			}
			if with[o.param] != o.value*o.factor || without[o.param] == o.value*o.factor {
				return "", fmt.Errorf("the option is %d, and without the parameter %d", with[o.param], without[o.param])
			}
			return fmt.Sprintf("the option is %d, and without the parameter %d", with[o.param], without[o.param]), nil
		}})
	}
	for _, r := range []row{
		{"SC001", "disable_sctp=yes", "disable_sctp=no", func(set string) (string, error) {
			s, err := start(set + "\n" + answerAll)
			if err != nil {
				return "", err
			}
			if fd, err := s.sctpSocket(); err == nil {
				unix.Close(fd)
				return "", fmt.Errorf("the server has an SCTP socket")
			}
			return "", want(s.logged(), "SCTP is disabled")
		}},
		{"SC003", "sctp_children=2", "", func(set string) (string, error) {
			s, err := start(set + "\n" + answerAll)
			if err != nil {
				return "", err
			}
			return "", want(s.logged(), "sctp_children: ")
		}},
		{"SC006", "sctp_autoclose=1", "sctp_autoclose=100", func(set string) (string, error) {
			if _, err := start(set + "\n" + answerAll); err != nil {
				return "", err
			}
			p, err := listenSCTP(0, 0)
			if err != nil {
				return "", err
			}
			m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777"), soon)
			if err := first(err, want(m.text, "SIP/2.0 200")); err != nil {
				return "", err
			}
			began := time.Now()
			err = p.changed(shutdown, time.Second+while())
			return fmt.Sprintf("closed after %v", time.Since(began).Round(10*time.Millisecond)), err
		}},
		{"SC007", "sctp_send_ttl=300", "sctp_send_ttl=30000", func(set string) (string, error) {
			n, err := afterClosedWindow(set + "\n")
			if err == nil && (n == 0 || n == sentInto) {
				err = fmt.Errorf("%d of %d came", n, sentInto)
			}
			return fmt.Sprintf("%d of %d came", n, sentInto), err
		}},
		{"SC008", "sctp_send_retries=1", "sctp_send_retries=0", func(set string) (string, error) {
			n, err := afterAbort(set + "\n")
			if err == nil && n != sentInto {
				err = fmt.Errorf("%d of %d came", n, sentInto)
			}
			return fmt.Sprintf("%d of %d came", n, sentInto), err
		}},
		{"SC009", "sctp_assoc_tracking=yes", "sctp_assoc_reuse=no\nsctp_assoc_tracking=no", func(set string) (string, error) {
			if _, err := start("sctp_max_assocs=1\n" + set + "\n" + relayAll); err != nil {
				return "", err
			}
			return opensNone()
		}},
		{"SC010", "sctp_assoc_reuse=yes", "sctp_assoc_reuse=no", func(set string) (string, error) {
			if _, err := start(set + "\n" + answerAll); err != nil {
				return "", err
			}
			return replyTo()
		}},
		{"SC011", "sctp_max_assocs=1", "sctp_max_assocs=2", func(set string) (string, error) {
			if _, err := start(set + "\n" + answerAll); err != nil {
				return "", err
			}
			return "", secondIsClosed()
		}},
		{"FN012", `forward_sctp("127.0.0.1", 5090);`, `forward("127.0.0.1", 5090);`, func(set string) (string, error) {
			if _, err := start("route { " + set + " }"); err != nil {
				return "", err
			}
			return udpToSCTP(func(int) string { return "sip:b@192.0.2.1" })
		}},
		{"SP031", "force_rport();", "", func(set string) (string, error) {
			if _, err := start("sctp_assoc_reuse=no\nsctp_assoc_tracking=no\nroute { " + set + ` sl_send_reply("200", "OK"); }` + "\n"); err != nil {
				return "", err
			}
			return replyTo()
		}},
	} {
		all = append(all, r.check())
	}
	return all
}

// readOptions starts a server and reads all options from its socket.
func readOptions(params string) (map[string]int, error) {
	s, err := start(params + idle)
	if err != nil {
		return nil, err
	}
	fd, err := s.sctpSocket()
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	m := map[string]int{}
	for _, o := range options {
		if m[o.param], err = o.read(fd); err != nil {
			return nil, fmt.Errorf("%s: %w", o.param, err)
		}
	}
	return m, nil
}
