// Package htable is the module htable: tables of keys and values that all messages
// share, $sht(table=>key).
//
// Start with table.go, what a table holds and how it is changed; define.go reads
// modparam("htable", "htable", …), live.go keeps tables over a reload, sweep.go
// takes expired items out, scan.go looks at all items of a table, args.go reads
// what scripts write, pvs.go, funcs.go and iterator.go are what scripts call.
package htable

import "sipedge/script/registry"

// Module is the descriptor of htable.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "htable",
		Doc:       "Tables of keys and values that all messages share, with items that expire.",
		NewConfig: newConfig,
		Params:    params,
		Functions: functions,
		PVs:       pvs,
		Events:    []string{modInit, expiredPrefix + "*"},
		EventDocs: map[string]string{
			modInit:             "Once when the server starts, before it takes traffic: for values that tables are to begin with.",
			expiredPrefix + "*": "For each item of the table named in place of * whose time is over, which $shtrecord(key) and $shtrecord(value) tell.",
		},
		Check:    check,
		Prepare:  prepare,
		Commit:   commit,
		Started:  started,
		Counters: counters,
	}
}
