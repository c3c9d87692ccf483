package sctpvm

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
)

var (
	logTo = flag.String("sctplog", "", "file that keeps the log of the run")
	only  = flag.String("sctponly", "", "make only checks whose names match this regular expression, which has no blanks")
)

// The server over the kernel's SCTP: calls both ways, every parameter, what fails and what is bounded.
func TestSCTPInAVirtualMachine(t *testing.T) {
	r, err := Run(context.Background(), *only)
	var m *Missing
	if errors.As(err, &m) {
		t.Skipf("no virtual machine for SCTP here: %s", m.What)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.Report())
	if bad := r.Failed(); len(bad) > 0 {
		t.Errorf("%d of %d checks failed; the console:\n%s", len(bad), len(r.Checks), r.Console)
	}
	if *only == "" {
		rows := sctpRows(t)
		yes, no := shown(r.Checks, rows)
		fmt.Printf("rows of SCTP covered / in all: %d / %d\n", len(yes), len(rows))
		if len(no) > 0 {
			t.Errorf("no check shows %v", no)
		}
	}
	if *logTo != "" && !t.Failed() {
		if err := r.Keep(*logTo); err != nil {
			t.Error(err)
		}
	}
}
