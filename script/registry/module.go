package registry

import (
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Module is what loadmodule enables: one descriptor per engine/mod directory.
// Its configuration is a struct per snapshot; live state is kept by the server
// under the module's name and survives a reload.
type Module struct {
	Name string
	// Aliases are other names under which scripts load it (older names of the module).
	Aliases []string
	Doc     string
	// Requires are modules that have to be loaded too.
	Requires []string
	// NewConfig returns a pointer to the module's configuration with all defaults set; nil for none.
	NewConfig       func() any
	Params          []Param
	Functions       []Function
	PVs             []PV
	Transformations []Transformation
	Selects         []Select
	// Events are the event_route names that the module runs, e.g. "htable:mod-init".
	Events []string

	// Check looks at a new snapshot's configuration without touching live
	// state (also for sipedge -c). Prepare builds beside the running snapshot
	// what the new one needs, Commit makes it current, Abort gives it up. host
	// is the server (*core.Server), cfg what NewConfig made.
	Check func(cfg any) error
	// Program runs once for each program, before its blocks are compiled.
	Program func(b Build, cfg any) error
	Prepare func(host, cfg any) error
	Commit  func(host, cfg any)
	Abort   func(host, cfg any)
	// Stop ends the module's live state when the server stops.
	Stop func(host any)
}

// Build is what Compile and Bind functions may use while a program is built.
type Build interface {
	// Config is the configuration of a module ("" for the core) of the snapshot being built.
	Config(module string) any
	// Host is the server (*core.Server) for which the program is built; nil for a bare check.
	Host() any
	// Const interns a string into the program's constants.
	Const(s string) value.Value
	// AVP interns an AVP name.
	AVP(name string) rt.AVPName
	// VarSlot is the slot of $var(name).
	VarSlot(name string) int
	// Flag resolves a flag's declared name.
	Flag(name string) (int, bool)
	// Format compiles a text with pseudo-variables in it.
	Format(text string) (rt.Expr, error)
	// Var binds a pseudo-variable given as in a script without the leading $ ("ru", "avp(x)[1]").
	Var(spec string) (*Var, error)
	// Regex compiles a POSIX extended regular expression (case-insensitive where fold).
	Regex(text string, fold bool) (Matcher, error)
	// RegexCached is Regex at run time, through a bounded cache shared by all loops.
	RegexCached(text []byte, fold bool) (Matcher, error)
	// Route looks up a routing block for functions that arm or run one; the
	// returned index is stable for the program.
	Route(kind rt.RouteKind, name string) bool
}
