package avpops

import (
	"errors"

	"sipedge/script/registry"
	"sipedge/script/rt"
)

var errNoDatabase = errors.New("sipedge has no databases yet; set the AVPs in the script")

// databaseFunctions are known, so that a script that needs them is told why it
// cannot run.
func databaseFunctions() []registry.Function {
	static := func(name string) registry.Arg { return registry.Arg{Name: name, Kind: registry.ArgStatic} }
	optional := registry.Arg{Name: "dest", Kind: registry.ArgStatic, Optional: true}
	refused := func(name string, args ...registry.Arg) registry.Function {
		return registry.Function{
			Name: name, Routes: rt.AnyRoute, Args: args,
			Doc:     "Refused when the script is loaded: there are no databases yet.",
			Source:  source,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return nil, errNoDatabase },
		}
	}
	return []registry.Function{
		refused("avp_db_load", static("source"), static("name")),
		refused("avp_db_store", static("source"), static("name")),
		refused("avp_db_delete", static("source"), static("name")),
		refused("avp_db_query", registry.Arg{Name: "query", Kind: registry.ArgFormat}, optional),
	}
}
