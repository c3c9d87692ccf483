// Package tmx is the module tmx: more of transactions than tm has. Functions that
// suspend, continue and drop a transaction or answer another one (funcs.go), and
// variables that read the request or the reply from another block of
// the transaction (pvs.go, nested.go).
//
// t_cancel_branches(), t_cancel_callid(), t_uac_send(), t_is_failure_route() and its
// kin, $T_branch_idx and $T_reply_code are in module tm here.
package tmx

import (
	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where functions and variables are described.
const source = "Kamailio module tmx"

const levelErr = -1

// Module is the descriptor of tmx.
func Module() *registry.Module {
	format := func(names ...string) (all []registry.Arg) {
		for _, n := range names {
			all = append(all, registry.Arg{Name: n, Kind: registry.ArgFormat})
		}
		return all
	}
	return &registry.Module{
		Name:     "tmx",
		Doc:      "Suspends, continues and drops transactions; reads them from other blocks.",
		Requires: []string{"tm"},
		Functions: []registry.Function{
			{
				Name: "t_suspend", Routes: rt.RequestRoute | rt.FailureRoute, Stateful: true, Bare: true, Source: source, Compile: compileSuspend,
				Doc: "Keeps the transaction beyond the script, which should exit; t_continue() goes on with it. $T(id_index) and $T(id_label) name it.",
			},
			{
				Name: "t_continue", Routes: rt.AnyRoute, Args: format("index", "label", "route"), Source: source, Compile: compileContinue,
				Doc: "Goes on with a suspended transaction in route[name].",
			},
			{
				Name: "t_drop", Routes: rt.RequestRoute, Stateful: true, Bare: true, Source: source, Compile: compileDrop,
				Args: []registry.Arg{{Name: "code", Kind: registry.ArgFormat, Optional: true}},
				Doc:  "Ends script and transaction without an answer. False where there is no transaction.",
			},
			{
				Name: "t_flush_flags", Routes: rt.RequestRoute | rt.FailureRoute, Stateful: true, Bare: true, Source: source, Compile: compileFlush,
				Doc: "Gives the transaction the message's flags, for events that happen before the script ends.",
			},
			{
				Name: "t_reply_callid", Routes: rt.AnyRoute, Args: format("callid", "cseq", "code", "reason"), Source: source, Compile: compileReplyCallID,
				Doc: "Answers the request with this Call-ID and CSeq number. Where it is dealt with on another loop, true means that it has been asked to.",
			},
			{
				Name: "t_reuse_branch", Routes: rt.EventRoute, Stateful: true, Bare: true, Source: source, Compile: compileReuse,
				Doc: "In event_route[tm:branch-failure:name]: makes the failed branch's URI and branch flags those of the request again, for t_relay().",
			},
			{
				Name: "t_precheck_trans", Routes: rt.RequestRoute, Bare: true, Source: source,
				Doc: "False: a request whose first copy is still in its script is absorbed before this script runs.",
				Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
					return func(*rt.Ctx) int32 { return -1 }, nil
				},
			},
		},
		Params: []registry.Param{{
			Name: "precheck_trans", Type: registry.ParamBool, Default: "yes", Reloadable: true, Source: source,
			Doc: "Accepted.", Note: "accepted; a copy of a request whose script still runs is always absorbed",
			Field: func(cfg any) any { return &cfg.(*config).precheck },
		}},
		NewConfig: func() any { return &config{precheck: true} },
		PVs:       vars(),
	}
}

// config takes what has no effect.
type config struct{ precheck bool }

func api(p *core.Proc) *tm.API { return tm.APIOf(p) }
