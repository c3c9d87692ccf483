package main

import (
	"fmt"
	"io"

	"sipedge/engine/log"
	"sipedge/script/diag"
)

// printDiagnostics prints errors and warnings with their lines; remarks too
// where they are wanted.
func printDiagnostics(w io.Writer, diags *diag.List, remarks bool) {
	shown := diag.NewList(diags.Set)
	for _, d := range diags.Items {
		if d.Severity != diag.Info || remarks {
			shown.Items = append(shown.Items, d)
		}
	}
	fmt.Fprint(w, shown)
	if more := diags.Errors() - diag.MaxErrors; more > 0 {
		fmt.Fprintf(w, "too many errors, %d more\n", more)
	}
}

// logRemarks logs what a script's author may want to know: parameters that do
// nothing here and the like.
func logRemarks(w *log.Writer, diags *diag.List) {
	for _, d := range diags.Items {
		if d.Severity == diag.Info {
			w.Printf(log.LevelInfo, "%s", diags.Line(d))
		}
	}
}

// logDiagnostics logs everything that a reload has found.
func logDiagnostics(w *log.Writer, diags *diag.List) {
	if diags == nil {
		return
	}
	levels := map[diag.Severity]int{diag.Error: log.LevelErr, diag.Warning: log.LevelWarn, diag.Info: log.LevelInfo}
	for _, d := range diags.Items {
		w.Printf(levels[d.Severity], "%s", diags.Line(d))
	}
}
