package check

import (
	"fmt"

	"sipedge/script/diag"
	"sipedge/script/value"
)

const intKind = value.Int

// Report adds an error at pos; suggestion is the name that was probably meant,
// "" for none.
func Report(diags *diag.List, pos diag.Pos, suggestion, format string, args ...any) {
	d := diags.Errorf(pos, "%s", fmt.Sprintf(format, args...))
	if d != nil {
		d.Suggestion = suggestion
	}
}

// Warn adds a warning at pos.
func Warn(diags *diag.List, pos diag.Pos, format string, args ...any) {
	diags.Warnf(pos, "%s", fmt.Sprintf(format, args...))
}

// Inform adds a remark at pos: something that is not as in the reference.
func Inform(diags *diag.List, pos diag.Pos, format string, args ...any) {
	diags.Infof(pos, "%s", fmt.Sprintf(format, args...))
}

func suggest(name string, candidates []string) string { return diag.Suggest(name, candidates) }
