// Package acc is the module acc: it accounts requests and their outcome as lines
// of the log, by flags that the script sets or by its functions.
//
// A script marks a request with the flag that log_flag names before the request
// gets its transaction; events.go hears from tm how the transaction ends, and
// record.go writes the line. program.go binds what parameters name (log_extra,
// multi_leg_info) once for each configuration.
package acc

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where functions and parameters are described.
const source = "Kamailio module acc"

// Module is the descriptor of acc.
func Module() *registry.Module {
	comment := registry.Arg{Name: "comment", Kind: registry.ArgFormat}
	table := registry.Arg{Name: "table", Kind: registry.ArgFormat}
	return &registry.Module{
		Name:      "acc",
		Doc:       "Accounts requests and calls as lines of the log.",
		Requires:  []string{"tm"},
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			{
				Name: "acc_log_request", Routes: rt.AnyRoute, Args: []registry.Arg{comment}, Source: source,
				Doc:     "Accounts the request as a line of the log. The comment's first three digits, if any, are the code, the rest is the reason.",
				Compile: compileLog,
			},
			{
				Name: "acc_request", Routes: rt.AnyRoute, Args: []registry.Arg{comment, table}, Source: source,
				Doc:     "acc_log_request() and acc_db_request() at once.",
				Compile: compileBoth,
			},
			{
				Name: "acc_db_request", Routes: rt.AnyRoute, Args: []registry.Arg{comment, table}, Source: source,
				Doc:     "Accepted: there is no database to account to; a warning at start says so.",
				Compile: compileDB,
			},
		},
		Check:   check,
		Program: program,
		Prepare: prepare,
	}
}

func prepare(host, cfg any) error {
	s := host.(*core.Server)
	s.Live("acc", func() any { return newAccounts(s) })
	if c := cfg.(*Config); c.wantsDatabase() {
		s.Log().Printf(levelWarn, "acc: the script accounts to a database (db_flag, db_missed_flag or acc_db_request); "+
			"this version writes nothing to a database, only log_flag, log_missed_flag and acc_log_request() account, to the log")
	}
	if cfg.(*Config).CDREnable {
		s.Log().Printf(levelWarn, "acc: cdr_enable is set; this version writes no call detail records, only what log_flag, log_missed_flag and acc_log_request() account")
	}
	return nil
}
