// Package dialog is the module dialog: it follows calls from INVITE to BYE as a
// proxy sees them, counts them by profiles, keeps variables with them and ends
// those that have had their time.
//
// Each event loop has the dialogs of its calls (layer.go) in a slab without
// pointers (entry.go), their texts in an arena. find.go says which dialog a message
// belongs to, track.go what messages do to it, local.go and ping.go what is sent
// by itself. Profiles (profile.go) are shared by all loops. api.go is what other
// modules use.
package dialog

import (
	"slices"

	"sipedge/engine/core"
	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
)

// Module is the descriptor of dialog.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "dialog",
		Doc:       "Follows calls: counters, profiles, variables, timeouts.",
		Requires:  []string{"tm", "rr"},
		NewConfig: newConfig,
		Params:    params,
		Functions: slices.Concat(trackFunctions(), profileFunctions(), timeFunctions()),
		PVs:       vars(),
		Events:    []string{"dialog:start", "dialog:end", "dialog:failed"},
		EventDocs: map[string]string{
			"dialog:start":  "When a call has been answered, on the 2xx.",
			"dialog:end":    "When an answered call has ended, on the BYE; without a message when it has had its time.",
			"dialog:failed": "When a call has ended that nobody answered.",
		},
		Check:   check,
		Program: program,
		Prepare: prepare,
	}
}

// program binds what runs for each message of a script, also where that uses none
// of the module's functions.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	if c.rr = rr.Of(b); c.rr != nil {
		c.rr.OnLoose(c.routed)
		c.rr.OnRecordRoute(c.appendParam)
	}
	_, err := bind(b)
	return err
}

func prepare(host, cfg any) error {
	c := cfg.(*Config)
	c.live = liveOf(host.(*core.Server))
	c.numbers = map[string]int{}
	for name, withValue := range c.names {
		c.numbers[name] = c.live.profileNumber(name, withValue)
	}
	return nil
}
