package tm

import (
	"fmt"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Config is the module's configuration in one snapshot. Times are in milliseconds.
type Config struct {
	// MaxBreadth is sipedge's own; 0 for no header of ours.
	MaxBreadth int64

	FR, FRInv, Wait, Delete, Retr1, Retr2, MaxInv, MaxNonInv, UnixTxTimeout                                                                                                                           int64
	Blst503Def, Blst503Min, Blst503Max, BlstAdd, BlstLookup, CancelBMethod, UnmatchedCancel, DefaultCode, LocalACKMode, FailureReplyMode, FakedReplyPrio, RichRedirect, ExecTimeCheck, ReplyRelayMode int64
	NoisyCTimer, RestartFR, AutoInv100, AggregateChallenges, ReparseInvite, Blst503, ReparseOnDNS, RURIMatching, Via1Matching, CallIDMatching                                                         bool
	PassProvisional, Disable6xx, LocalCancelReason, E2ECancelReason, Remap503, FailureExecMode, Relay100, EnableUACFR, DNSReuse                                                                       bool
	AutoInv100Reason, ACExtraHdrs, OnSLReply, ContactsAVP, ContactFlowsAVP, XAVPContact, FRAVP, FRInvAVP, DefaultReason, EventCallback                                                                string

	// blocks are the routing blocks that the script arms, by the numbers that
	// transactions keep.
	blocks []blockName
}

type blockName struct {
	kind rt.RouteKind
	name string
}

// blockNumber is the number of a block, entered on first use: index + 1.
func (c *Config) blockNumber(kind rt.RouteKind, name string) uint32 {
	for i, b := range c.blocks {
		if b.kind == kind && b.name == name {
			return uint32(i) + 1
		}
	}
	c.blocks = append(c.blocks, blockName{kind, name})
	return uint32(len(c.blocks))
}

func newConfig() any {
	return &Config{
		FR:                  defaultFR,
		FRInv:               defaultFRInv,
		Wait:                defaultWait,
		Delete:              200,
		Retr1:               defaultRetr1,
		Retr2:               defaultRetr2,
		MaxInv:              defaultMaxInv,
		MaxNonInv:           defaultMaxNonInv,
		NoisyCTimer:         true,
		RestartFR:           true,
		AutoInv100:          true,
		AutoInv100Reason:    defaultTryingText,
		UnixTxTimeout:       500,
		AggregateChallenges: true,
		ReparseInvite:       true,
		Blst503Max:          3600,
		BlstAdd:             1,
		BlstLookup:          -9,
		CancelBMethod:       1,
		ReparseOnDNS:        true,
		RURIMatching:        true,
		Via1Matching:        true,
		DefaultCode:         500,
		DefaultReason:       "Server Internal Error",
		LocalCancelReason:   true,
		E2ECancelReason:     true,
		Remap503:            true,
		ExecTimeCheck:       5000,
		FailureReplyMode:    3,
		ReplyRelayMode:      1,
	}
}

func intParam(name string, field func(*Config) *int64, min, max int64, def, doc, note string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamInt, Min: min, Max: max, Default: def, Reloadable: true,
		Doc: doc, Source: "Kamailio module tm", Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func boolParam(name string, field func(*Config) *bool, def, doc, note string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamBool, Default: def, Reloadable: true,
		Doc: doc, Source: "Kamailio module tm", Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func textParam(name string, field func(*Config) *string, def string, reloadable bool, doc, note string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamString, Default: def, Reloadable: reloadable,
		Doc: doc, Source: "Kamailio module tm", Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

// params are the parameters in the order of Kamailio's documentation.
var params = []registry.Param{
	intParam("fr_timer", func(c *Config) *int64 { return &c.FR }, 1, 1073741824, "30000",
		"Time in ms in which a branch has to get a final reply, or an INVITE any reply (RFC 3261 Timers B, F); also how long an ACK is awaited (Timer H).", ""),
	intParam("fr_inv_timer", func(c *Config) *int64 { return &c.FRInv }, 1, 1073741824, "120000",
		"Time in ms in which an INVITE's branch has to get a final reply once a provisional one has come (Timer C).", ""),
	intParam("wt_timer", func(c *Config) *int64 { return &c.Wait }, 1, 1073741824, "5000",
		"Time in ms for which an ended transaction absorbs what comes late (Timers D, I, J, K, L).", ""),
	intParam("delete_timer", func(c *Config) *int64 { return &c.Delete }, 0, 1073741824, "200",
		"Nothing: a transaction goes when its wait time is over.", "accepted; a transaction is freed when its wait time is over"),
	intParam("retr_timer1", func(c *Config) *int64 { return &c.Retr1 }, 1, 1073741824, "500",
		"First pause in ms before a request, or a failure, is repeated (T1).", ""),
	intParam("retr_timer2", func(c *Config) *int64 { return &c.Retr2 }, 1, 1073741824, "4000",
		"Longest pause in ms between repetitions (T2). The INVITE's own pauses go on doubling (RFC 3261 §17.1.1.2).", ""),
	intParam("max_inv_lifetime", func(c *Config) *int64 { return &c.MaxInv }, 1, 1073741824, "180000",
		"Longest life in ms of an INVITE transaction before its final reply.", ""),
	intParam("max_noninv_lifetime", func(c *Config) *int64 { return &c.MaxNonInv }, 1, 1073741824, "32000",
		"Longest life in ms of other transactions before their final reply.", ""),
	boolParam("noisy_ctimer", func(c *Config) *bool { return &c.NoisyCTimer }, "yes",
		"Whether a caller whose INVITE has rung out is told so with a 408.", "accepted; a caller whose call rings out is always told"),
	boolParam("restart_fr_on_each_reply", func(c *Config) *bool { return &c.RestartFR }, "yes",
		"Whether every provisional reply begins fr_inv_timer anew; else only the first does.", ""),
	boolParam("auto_inv_100", func(c *Config) *bool { return &c.AutoInv100 }, "yes",
		"Whether an INVITE that is relayed is answered with 100 at once.", ""),
	textParam("auto_inv_100_reason", func(c *Config) *string { return &c.AutoInv100Reason }, "trying -- your call is important to us", true,
		"Reason phrase of that 100.", ""),
	intParam("unix_tx_timeout", func(c *Config) *int64 { return &c.UnixTxTimeout }, 0, 1073741824, "500",
		"Nothing: there is no UNIX socket on the way of a message.", "accepted; there is no UNIX socket on the way of a message"),
	boolParam("aggregate_challenges", func(c *Config) *bool { return &c.AggregateChallenges }, "yes",
		"Whether a 401 or 407 carries the challenges of all branches (RFC 3261 §16.7 step 7).", ""),
	boolParam("reparse_invite", func(c *Config) *bool { return &c.ReparseInvite }, "yes",
		"Nothing: CANCEL and ACK are always made from the request as it was sent (RFC 3261 §9.1).", "accepted; CANCEL and ACK are always made from the request as it was sent"),
	textParam("ac_extra_hdrs", func(c *Config) *string { return &c.ACExtraHdrs }, "", true,
		"Prefix of the names of headers that CANCEL and ACK take over from the request.", ""),
	boolParam("blst_503", func(c *Config) *bool { return &c.Blst503 }, "no",
		"Whether whoever answers with 503 is put on the list of failed destinations (use_dst_blacklist).", ""),
	intParam("blst_503_def_timeout", func(c *Config) *int64 { return &c.Blst503Def }, 0, 1073741824, "0",
		"For how many seconds, where the 503 has no Retry-After; 0 not at all.", ""),
	intParam("blst_503_min_timeout", func(c *Config) *int64 { return &c.Blst503Min }, 0, 1073741824, "0",
		"Least number of seconds, where its Retry-After asks for less.", ""),
	intParam("blst_503_max_timeout", func(c *Config) *int64 { return &c.Blst503Max }, 0, 1073741824, "3600",
		"Largest number of seconds, where its Retry-After asks for more.", ""),
	intParam("blst_methods_add", func(c *Config) *int64 { return &c.BlstAdd }, -2147483648, 2147483647, "1",
		"Methods whose time-out, or 503, puts a destination on the list: a sum of 1 INVITE, 2 CANCEL, 4 ACK, 8 BYE, 16 INFO, 32 REGISTER, 64 SUBSCRIBE, 128 NOTIFY, 256 MESSAGE, 512 OPTIONS, 1024 PRACK, 2048 UPDATE, 4096 REFER, 8192 PUBLISH, 524288 others.", ""),
	intParam("blst_methods_lookup", func(c *Config) *int64 { return &c.BlstLookup }, -2147483648, 2147483647, "-9",
		"Methods that are not sent to a destination on the list, a sum of bits as in blst_methods_add: all but BYE.", ""),
	intParam("cancel_b_method", func(c *Config) *int64 { return &c.CancelBMethod }, 0, 2, "1",
		"How a branch without a provisional reply is cancelled: 0 it is ended with 487 at once, 1 the CANCEL waits for the first provisional reply (RFC 3261 §9.1) while the request goes on being repeated, 2 it is sent at once, which RFC 3261 does not allow, and the request is not repeated any more.", ""),
	boolParam("reparse_on_dns_failover", func(c *Config) *bool { return &c.ReparseOnDNS }, "yes",
		"Whether the request to the next address of a name is a copy of the one before, but for its Via; else it is made anew of the request as the script has left it, with a Record-Route of its own. What a branch_route has done to a branch is never lost.", ""),
	textParam("on_sl_reply", func(c *Config) *string { return &c.OnSLReply }, "", true,
		"Accepted; the main onreply_route gets every reply.", "accepted; the main onreply_route gets every reply"),
	textParam("contacts_avp", func(c *Config) *string { return &c.ContactsAVP }, "", false,
		"The AVP in which t_load_contacts() keeps the branches for t_next_contacts(); with none the functions do nothing.", ""),
	textParam("contact_flows_avp", func(c *Config) *string { return &c.ContactFlowsAVP }, "", false,
		"Accepted; for flows of one instance (RFC 5626).", "accepted; flows of one instance are tried like other contacts"),
	textParam("xavp_contact", func(c *Config) *string { return &c.XAVPContact }, "", false,
		"As contacts_avp, by its newer name.", ""),
	textParam("fr_timer_avp", func(c *Config) *string { return &c.FRAVP }, "", false,
		"AVP whose value in seconds is fr_timer for the transaction.", ""),
	textParam("fr_inv_timer_avp", func(c *Config) *string { return &c.FRInvAVP }, "", false,
		"AVP whose value in seconds is fr_inv_timer for the transaction.", ""),
	intParam("max_breadth", func(c *Config) *int64 { return &c.MaxBreadth }, 0, 65535, "0",
		"Max-Breadth that a request without one gets (RFC 5393 §5 wants 60; Kamailio sends none): how many branches it may have at a time in the whole network. 0 gives it none. A request that has one is always held to it; a fork that needs more is answered with 440.", ""),
	intParam("unmatched_cancel", func(c *Config) *int64 { return &c.UnmatchedCancel }, 0, 2, "0",
		"What t_relay() does with a CANCEL of nobody: 0 sends it on by a transaction, so that the INVITE is known to be cancelled when it comes after its CANCEL; 1 sends it on statelessly (RFC 3261 §16.10); 2 drops it.", ""),
	boolParam("ruri_matching", func(c *Config) *bool { return &c.RURIMatching }, "yes",
		"Whether requests without the magic cookie have to have the same Request-URI to be of one transaction (RFC 2543).", ""),
	boolParam("via1_matching", func(c *Config) *bool { return &c.Via1Matching }, "yes",
		"Whether they have to have the same top Via.", ""),
	boolParam("callid_matching", func(c *Config) *bool { return &c.CallIDMatching }, "no",
		"Whether a reply has to have its request's Call-ID.", ""),
	boolParam("pass_provisional_replies", func(c *Config) *bool { return &c.PassProvisional }, "no",
		"Whether the modules that sent a request of their own hear of provisional replies.", ""),
	intParam("default_code", func(c *Config) *int64 { return &c.DefaultCode }, 300, 699, "500",
		"Code of a reply whose computed code is none.", ""),
	textParam("default_reason", func(c *Config) *string { return &c.DefaultReason }, "Server Internal Error", true,
		"Reason phrase of such a reply.", ""),
	boolParam("disable_6xx_block", func(c *Config) *bool { return &c.Disable6xx }, "no",
		"Whether a 6xx is like any other failure: the other branches go on, new ones may be added.", ""),
	intParam("local_ack_mode", func(c *Config) *int64 { return &c.LocalACKMode }, 0, 2, "0",
		"Where the ACK of a 2xx to an INVITE of our own goes: 0 by the dialog's route set, 1 and 2 where the INVITE went.", ""),
	intParam("failure_reply_mode", func(c *Config) *int64 { return &c.FailureReplyMode }, 0, 3, "3",
		"Which failures count when a branch of a later fork fails: 0 all, 1 those of the last fork, 2 and 3 none of the earlier ones once a new fork was made.", ""),
	intParam("faked_reply_prio", func(c *Config) *int64 { return &c.FakedReplyPrio }, -32000, 32000, "0",
		"Added to the rank of a failure that nobody has sent, such as a 408; 2000 lets every received failure win.", ""),
	boolParam("local_cancel_reason", func(c *Config) *bool { return &c.LocalCancelReason }, "yes",
		"Whether the CANCELs that a branch's final reply causes say so in a Reason header (RFC 3326).", ""),
	boolParam("e2e_cancel_reason", func(c *Config) *bool { return &c.E2ECancelReason }, "yes",
		"Whether the Reason headers of a received CANCEL are passed on.", ""),
	boolParam("remap_503_500", func(c *Config) *bool { return &c.Remap503 }, "yes",
		"Whether a 503 goes upstream as a 500 (RFC 3261 §16.7 step 6).", ""),
	boolParam("failure_exec_mode", func(c *Config) *bool { return &c.FailureExecMode }, "no",
		"Whether a failure_route also runs when the script sent a request that could not be sent at all.", "accepted; a request that could not be sent at all is answered at once"),
	boolParam("relay_100", func(c *Config) *bool { return &c.Relay100 }, "no",
		"Whether a 100 is passed upstream, as a stateless proxy would.", ""),
	intParam("rich_redirect", func(c *Config) *int64 { return &c.RichRedirect }, 0, 3, "0",
		"Accepted; Contact headers of a 3xx carry URI and q.", "accepted; the Contact headers of a 3xx reply carry the URI and q alone"),
	intParam("exec_time_check", func(c *Config) *int64 { return &c.ExecTimeCheck }, 0, 1073741824, "5000",
		"Accepted; the loop's own watchdog counts slow callbacks.", "accepted; callbacks that take long are counted by the loop"),
	intParam("reply_relay_mode", func(c *Config) *int64 { return &c.ReplyRelayMode }, 0, 1, "1",
		"Accepted: a failure after a 2xx is never relayed.", "accepted; a failure after a 2xx is never relayed"),
	boolParam("enable_uac_fr", func(c *Config) *bool { return &c.EnableUACFR }, "no",
		"Whether the failure_route runs for requests of our own.", "accepted; the failure of a request of our own is told to the module that sent it"),
	boolParam("dns_reuse_rcv_socket", func(c *Config) *bool { return &c.DNSReuse }, "no",
		"Nothing: the next address of a name is sent to by the socket of the one before, where that fits.", "accepted; further addresses of a name are sent to by the same socket where it fits"),
	textParam("event_callback", func(c *Config) *string { return &c.EventCallback }, "", false,
		"Accepted for embedded scripting languages.", "accepted; there are no embedded scripting languages"),
}

// check looks at what the rows cannot see alone.
func check(cfg any) error {
	c := cfg.(*Config)
	if c.Retr2 < c.Retr1 {
		return fmt.Errorf("retr_timer2 (%d ms) is shorter than retr_timer1 (%d ms)", c.Retr2, c.Retr1)
	}
	for _, r := range []string{c.AutoInv100Reason, c.DefaultReason} {
		if !core.ValidReason([]byte(r)) {
			return fmt.Errorf("a reason phrase must be one line of text, not %q", r)
		}
	}
	return nil
}
