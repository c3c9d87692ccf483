package registry

import "sipedge/script/diag"

// Warner is a Build that takes warnings: about what runs, but is probably not
// meant so. The compiler is one.
type Warner interface {
	Warnf(code diag.Code, pos diag.Pos, format string, args ...any)
}

// Warn gives b a warning about the place pos of the script (Actual.Pos). A
// Build that takes none does not mind.
func Warn(b Build, code diag.Code, pos diag.Pos, format string, args ...any) {
	if w, ok := b.(Warner); ok {
		w.Warnf(code, pos, format, args...)
	}
}
