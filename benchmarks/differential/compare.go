package main

import (
	"context"
	"fmt"
	"os"

	"sipedge/benchmarks/servers"
)

// pair is what both servers made of a script.
type pair struct {
	Case     Case
	Sipedge  observation
	Kamailio observation
	// Twin are the lines of the script's twin, as Kamailio logged them; nil without one, or where Kamailio refuses it.
	Twin []string
}

// compare lets both servers judge and run the scripts.
func compare(ctx context.Context, sipedge, kamailio servers.Kind, cases []Case) ([]pair, error) {
	dir, err := os.MkdirTemp("", "differential-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ends, err := newClient()
	if err != nil {
		return nil, err
	}
	defer ends.close()
	a, err := observe(ctx, dir, ends, sipedge, cases, checkSipedge(sipedge))
	if err != nil {
		return nil, err
	}
	// All scripts in one configuration need more memory than Kamailio gives a process, MB.
	b, err := observe(ctx, dir, ends, kamailio.With("-M", "256"), cases, checkKamailio(kamailio))
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, len(cases))
	for i, c := range cases {
		pairs[i] = pair{Case: c, Sipedge: a[i], Kamailio: b[i]}
	}
	for i := range pairs {
		pairs[i].Twin = twinOf(pairs, pairs[i].Case.Twin)
	}
	return pairs, nil
}

// twinOf finds the lines of a twin.
func twinOf(pairs []pair, t *twin) []string {
	if t == nil {
		return nil
	}
	for _, p := range pairs {
		if lines := p.Kamailio.Lines; p.Case.Name == t.Case && len(lines) >= t.First+t.Lines {
			return lines[t.First : t.First+t.Lines]
		}
	}
	return nil
}

// observe asks one server for its verdict on each script, then runs those together that it accepts.
func observe(ctx context.Context, dir string, ends *client, kind servers.Kind, cases []Case, check checker) ([]observation, error) {
	said, err := verdicts(ctx, dir, cases, check)
	if err != nil {
		return nil, err
	}
	var accepted []Case
	for i, c := range cases {
		if said[i].Accepts && !c.Alone {
			accepted = append(accepted, c)
		}
	}
	ran, err := ends.run(ctx, dir, kind, accepted)
	if err != nil {
		return nil, fmt.Errorf("the scripts that %s accepts one by one: %w", kind.Name, err)
	}
	found := make([]observation, len(cases))
	for i, c := range cases {
		found[i] = ran[c.tag()]
		found[i].Verdict = said[i]
		if said[i].Accepts && !c.Alone && len(found[i].Lines) == 0 {
			// A script that says nothing would be equal to any other: its last line at least says how it ended.
			found[i].Lines = []string{"nothing was logged"}
		}
	}
	return found, nil
}
