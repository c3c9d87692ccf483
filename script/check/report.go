package check

import (
	"fmt"

	"sipedge/script/diag"
	"sipedge/script/value"
)

const intKind = value.Int

// Report adds an error at pos; suggestion is the name that was probably meant,
// "" for none.
func Report(diags *diag.List, code diag.Code, pos diag.Pos, suggestion, format string, args ...any) {
	d := diags.Errorf(code, pos, "%s", fmt.Sprintf(format, args...))
	if d != nil {
		d.Suggestion = suggestion
	}
}

// Warn adds a warning at pos.
func Warn(diags *diag.List, code diag.Code, pos diag.Pos, format string, args ...any) {
	diags.Warnf(code, pos, "%s", fmt.Sprintf(format, args...))
}

// Inform adds a remark at pos: something that is not as in the reference.
func Inform(diags *diag.List, code diag.Code, pos diag.Pos, format string, args ...any) {
	diags.Infof(code, pos, "%s", fmt.Sprintf(format, args...))
}

func suggest(name string, candidates []string) string { return diag.Suggest(name, candidates) }
