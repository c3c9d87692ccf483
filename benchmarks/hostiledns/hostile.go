// Package hostiledns measures what names with bad name servers cost everybody else. A name server of the tests answers for a
// zoo of names, quickly, slowly, never, wrongly; requests to these names go through sipedge beside others that have nothing to
// do with them. What is looked at: that the others lose nothing and are not late; that each request to a bad name gets its final
// answer in time, with the status that it should have; and what the name servers were asked.
//
// Start at Measure.
package hostiledns

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/engine/dns/dnstest"
)

// Plan says how much to measure.
type Plan struct {
	Sipedge string // path of the program
	For     time.Duration
	Beside  int // how many bad names get requests at the same time; 0 is one
	// Only are the labels of the behaviours to measure; none are all.
	Only []string
	// Settings are core parameters for the server besides.
	Settings []configs.Setting
	Done     func(Row) // after each; may be nil
}

const (
	// badRate is how many requests a second go to each bad name, otherRate how many go elsewhere meanwhile.
	badRate   = 100
	otherRate = 500
	// freshRate is badRate where each request names another name: more than all look-ups that may wait, times the time for which
	// a silent server is waited for.
	freshRate = 300
	// FinalLimit is how long a request to a bad name may wait for its final answer.
	FinalLimit = 10 * time.Second
	// LateLimit is how late the other requests' answers may be, 99 of 100 of them.
	LateLimit = 10 * time.Millisecond
	// MaxOutstanding is how many queries for a name may wait at a time, MaxTargets how many targets of SRV records may be
	// looked up.
	MaxOutstanding = 2
	MaxTargets     = 8
	// turns is how often a group is measured whose other requests were late: the machine may have been busy. Nothing else is
	// forgiven.
	turns = 3
	// queryTime is how long the server waits for an answer to a query, as resolv.conf says here.
	queryTime = 5 * time.Second
	// domain is where the names are.
	domain = "zoo.test"
	// goodName leads to the gateway, and so does newName, which has to be asked for each time; a part of the other requests
	// names them.
	goodName = "gw.good.test"
	newName  = "new.good.test"
)

// Row is what was seen of one behaviour.
type Row struct {
	Label, What string
	Want        int // status
	Sent        int
	Statuses    map[int]int // of final answers
	Longest     time.Duration
	Outstanding int // queries for the name, at most, at a time
	Targets     int // SRV targets that were looked up
	Queries     int

	Beside        int // bad names at the same time
	Others, Lost  int
	P50, P99, Max time.Duration // of the other requests
	// Calm is the p99 of the same requests through a second server, at the same time, that
	// meets no bad name: what the machine makes of them.
	Calm time.Duration
	Turn int // in which this was measured, from 1
}

// limit is how late the other requests' answers may be: where the machine itself has them later than LateLimit, twice as late
// as that.
func (r Row) limit() time.Duration { return max(LateLimit, 2*r.Calm) }

// Held says whether the behaviour cost nobody anything, and why not.
func (r Row) Held() (bool, string) {
	var wrong []string
	fail := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	fail(r.Lost > 0, "%d of %d other requests lost", r.Lost, r.Others)
	fail(r.P99 > r.limit(), "others' p99 %v, calm %v", r.P99.Round(time.Microsecond), r.Calm.Round(time.Microsecond))
	answered := 0
	for _, n := range r.Statuses {
		answered += n
	}
	fail(answered != r.Sent, "%d of %d requests without a final answer", r.Sent-answered, r.Sent)
	fail(r.Statuses[r.Want] != answered, "statuses %v, want %d", r.Statuses, r.Want)
	fail(r.Longest > FinalLimit, "a final answer after %v", r.Longest.Round(time.Millisecond))
	fail(r.Outstanding > MaxOutstanding, "%d queries outstanding", r.Outstanding)
	fail(r.Targets > MaxTargets, "%d SRV targets looked up", r.Targets)
	fail(r.Sent == 0 || r.Others == 0 || r.Queries == 0, "nothing was sent, or asked")
	return len(wrong) == 0, strings.Join(wrong, "; ")
}

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) ([]Row, error) {
	var chosen []dnstest.Named
	for _, n := range dnstest.Zoo() {
		if len(plan.Only) == 0 || contains(plan.Only, n.Label) {
			chosen = append(chosen, n)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no behaviour is called %v", plan.Only)
	}
	var rows []Row
	for len(chosen) > 0 {
		n := min(max(plan.Beside, 1), len(chosen))
		group, err := plan.patiently(ctx, chosen[:n])
		if err != nil {
			return rows, err
		}
		for _, r := range group {
			if plan.Done != nil {
				plan.Done(r)
			}
		}
		rows, chosen = append(rows, group...), chosen[n:]
	}
	return rows, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// patiently measures a group again when nothing but the lateness of the others was wrong.
func (plan Plan) patiently(ctx context.Context, group []dnstest.Named) (best []Row, err error) {
	for turn := 1; turn <= turns; turn++ {
		rows, err := plan.measure(ctx, group)
		if err != nil {
			return nil, err
		}
		late := false
		for i := range rows {
			rows[i].Turn = turn
			was := rows[i]
			if was.P99 = 0; was.P99 == 0 {
				if ok, _ := was.Held(); !ok {
					return rows, nil
				}
			}
			late = late || rows[i].P99 > LateLimit
		}
		if best == nil || rows[0].P99 < best[0].P99 {
			best = rows
		}
		if !late {
			break
		}
	}
	return best, nil
}

// measure is one run with a server and a name server of its own.
func (plan Plan) measure(ctx context.Context, group []dnstest.Named) ([]Row, error) {
	dir, err := os.MkdirTemp("", "sipedge-dns-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	names, err := dnstest.New()
	if err != nil {
		return nil, err
	}
	defer names.Close()
	// A little less than the client waits: its repetition is not a second one beside the first.
	names.SetHolds(queryTime - 100*time.Millisecond)
	names.Handle(goodName, dnstest.Fast("@ 60 IN A 127.0.0.1"))
	names.Handle(newName, dnstest.TTL(0))
	for _, n := range group {
		names.HandleNamed(n, domain)
	}
	conf := filepath.Join(dir, "resolv.conf")
	text := fmt.Sprintf("nameserver [%v]:%d\noptions timeout:%d attempts:2\n", names.Addr().Addr(), names.Addr().Port(), int(queryTime.Seconds()))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	ports, err := servers.FreePorts(2)
	if err != nil {
		return nil, err
	}
	settings := append([]configs.Setting{{Name: "auto_aliases", Value: "no"}, {Name: "disable_tcp", Value: "yes"}, {Name: "dns_resolv_conf", Value: strconv.Quote(conf)}}, plan.Settings...)
	var both [2]*servers.Server // the one that is measured, and the calm one
	for i := range both {
		if both[i], err = servers.Start(ctx, servers.Sipedge(plan.Sipedge), dir, ports[i], configs.Names, settings...); err != nil {
			return nil, err
		}
		defer both[i].Stop()
	}
	t, err := newTraffic(both[0].Addr(), both[1].Addr(), group)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.run(ctx, plan.For); err != nil {
		return nil, err
	}
	if !both[0].Alive() || !both[1].Alive() {
		return nil, fmt.Errorf("the server ended")
	}
	return t.rows(group, names), nil
}
