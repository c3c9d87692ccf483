package sctpvm

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Report is the run as text: a line for each check.
func (r *Result) Report() string {
	var b strings.Builder
	sipp := "with SIPp"
	if !r.SIPp {
		sipp = "without SIPp, which is not here or speaks no SCTP"
	}
	fmt.Fprintf(&b, "SCTP on Linux %s in qemu, %s: %d checks, %d failed, %v from power-on to power-off\n\n", r.Kernel, sipp, len(r.Checks), len(r.Failed()), r.Took.Round(time.Second/10))
	for _, c := range r.Checks {
		word := "ok  "
		if !c.OK {
			word = "FAIL"
		}
		fmt.Fprintf(&b, "%s %s: %s\n", word, c.Name, c.Detail)
	}
	return b.String()
}

// Keep writes the report to a file.
func (r *Result) Keep(file string) error { return os.WriteFile(file, []byte(r.Report()), 0o644) }
