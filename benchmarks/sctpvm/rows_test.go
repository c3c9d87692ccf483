package sctpvm

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

// sctpRows are the rows of the cookbook's index about SCTP: its parameters, forward_sctp() and the rule of rport.
func sctpRows(t *testing.T) (ids []string) {
	t.Helper()
	f, err := os.Open("../../engine/params/testdata/cookbook-index.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		if l[1] == "param-sctp" || l[0] == "FN012" || l[0] == "SP031" {
			ids = append(ids, l[0])
		}
	}
	return ids
}

// shown says which rows a run has shown, and which not.
func shown(checks []Check, rows []string) (yes, no []string) {
	for _, id := range rows {
		if slices.ContainsFunc(checks, func(c Check) bool { return c.OK && strings.HasPrefix(c.Name, id+" ") }) {
			yes = append(yes, id)
		} else {
			no = append(no, id)
		}
	}
	return yes, no
}

func TestARowThatNoCheckShowsIsNoticed(t *testing.T) {
	rows := sctpRows(t)
	if len(rows) != 24 {
		t.Errorf("%d rows: %v", len(rows), rows)
	}
	yes, no := shown([]Check{{Name: "SC001 disable_sctp=yes", OK: true}, {Name: "SC002 enable_sctp=1"}, {Name: "SC0031", OK: true}}, []string{"SC001", "SC002", "SC003"})
	if !slices.Equal(yes, []string{"SC001"}) || !slices.Equal(no, []string{"SC002", "SC003"}) {
		t.Errorf("%v, %v", yes, no)
	}
}
