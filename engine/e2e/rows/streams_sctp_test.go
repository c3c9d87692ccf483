package rows

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sipedge/benchmarks/sctpvm"
)

// The rows of SCTP need a kernel that has it: a virtual machine runs the server with each
// of them and without it (benchmarks/sctpvm/guest/rows.go), all in one run, before the
// other cases, whose times it would spoil. Where there is no such machine they stay open.

// sctpCases are the cases of the rows of SCTP.
func sctpCases(t *testing.T) (cases []streamCase) {
	r, err := sctpvm.Run(context.Background(), "^(SC0|FN012|SP031)")
	var m *sctpvm.Missing
	if errors.As(err, &m) {
		t.Logf("no virtual machine for SCTP here: %s", m.What)
		return nil
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, c := range r.Checks {
		id, with, _ := strings.Cut(c.Name, " ")
		if !strings.HasPrefix(id, "SC0") && id != "FN012" && id != "SP031" {
			t.Errorf("%s: %s", c.Name, c.Detail)
			continue
		}
		cases = append(cases, streamCase{row: id, set: with, instead: "nothing", shows: "in the virtual machine: " + c.Name, run: func(e *edge, set string) {
			// The check in the machine fails when the row makes no difference.
			if !c.OK || set != with {
				e.fatal("%s", c.Detail)
			}
		}})
	}
	return cases
}
