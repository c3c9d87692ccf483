package claim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// kept is what a file of results holds of one claim. Text and bar are kept with it: a figure says nothing about a claim that has
// changed since.
type kept struct {
	ID, Text, Bar string
	State         string
	Figure        string
	Detail, Table string    `json:",omitempty"`
	When          time.Time // when the check began
	Seconds       float64   // how long it took
}

// Join puts the results of this run among those that the file holds, for the claims that there are now and in their order, and
// writes the file anew. A claim that neither this run nor the file knows as it stands is Unchecked. A file that is not there is
// as good as an empty one.
func Join(path string, claims []Claim, results []Result) ([]Result, error) {
	older, err := load(path)
	if err != nil {
		return nil, err
	}
	now := map[string]Result{}
	for _, r := range results {
		now[r.Claim.ID] = r
	}
	var joined []Result
	for _, c := range claims {
		r, ok := now[c.ID]
		if !ok {
			r = Result{Claim: c, Outcome: Outcome{State: Unchecked}}
			if k, ok := older[c.ID]; ok && k.Text == c.Text && k.Bar == c.Bar {
				r.Outcome = Outcome{State: stateOf(k.State), Figure: k.Figure, Detail: k.Detail, Table: k.Table}
				r.When, r.Took = k.When, time.Duration(k.Seconds*float64(time.Second))
			}
		}
		joined = append(joined, r)
	}
	return joined, save(path, joined)
}

func load(path string) (map[string]kept, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []kept
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w; remove it to begin anew", path, err)
	}
	older := map[string]kept{}
	for _, k := range list {
		older[k.ID] = k
	}
	return older, nil
}

func save(path string, results []Result) error {
	list := []kept{}
	for _, r := range results {
		if r.Outcome.State == Unchecked {
			continue
		}
		list = append(list, kept{ID: r.Claim.ID, Text: r.Claim.Text, Bar: r.Claim.Bar, State: r.Outcome.State.String(), Figure: r.Outcome.Figure,
			Detail: r.Outcome.Detail, Table: r.Outcome.Table, When: r.When.UTC().Truncate(time.Second), Seconds: r.Took.Round(time.Second / 10).Seconds()})
	}
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// stateOf is the state with that name; NotHeld for a name that there is none of.
func stateOf(name string) State {
	for _, s := range []State{Held, NotHere} {
		if s.String() == name {
			return s
		}
	}
	return NotHeld
}
