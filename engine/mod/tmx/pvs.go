package tmx

import (
	"errors"
	"fmt"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

const replyRoutes = rt.TMReplyRoute | rt.ReplyRoute

// vars are the variables of the module.
func vars() []registry.PV {
	return []registry.PV{
		{
			Name: "T_req", Inner: registry.Always, Source: source, Bind: nested("T_req", ofRequest),
			Doc: "In an onreply_route: the variable in parentheses, of the request.",
		},
		{
			Name: "T_rpl", Inner: registry.Always, Source: source, Bind: nested("T_rpl", ofReply),
			Doc: "In a failure_route: the variable in parentheses, of the reply that it is about.",
		},
		{
			Name: "T_inv", Inner: registry.Always, Source: source, Bind: nested("T_inv", ofInvite),
			Doc: "For a CANCEL: the variable in parentheses, of the INVITE.",
		},
		{
			Name: "T_reply_reason", Inner: registry.Never, Source: source, Bind: plain("T_reply_reason", replyReason),
			Doc: "The reason phrase of the reply that an onreply_route or failure_route is about.",
		},
		{
			Name: "T_reply_last", Inner: registry.Never, Source: source, Bind: plain("T_reply_last", replyLast),
			Doc: "The code of the last reply of the branch that an onreply_route or failure_route is about.",
		},
		{
			Name: "T", Inner: registry.Always, Source: source, Bind: bindT,
			Doc: "id_index and id_label (also id_index_n, id_label_n) name the transaction; reply_type: 1 where the reply was made here, 0 where it has come; " +
				"reply_code, reply_reason, reply_last, branch_index: as $T_reply_code, $T_reply_reason, $T_reply_last, $T_branch_idx.",
		},
		{
			Name: "T_branch", Inner: registry.Always, Source: source, Bind: bindBranch,
			Doc: "uri, flags: of the branch that the block is about.",
		},
	}
}

type getter func(p *core.Proc) value.Value

// plain binds a variable without parentheses.
func plain(name string, get getter) func(registry.Build, string, string) (*registry.Var, error) {
	return func(_ registry.Build, _, index string) (*registry.Var, error) {
		if index != "" {
			return nil, errors.New("$" + name + " has no index")
		}
		return &registry.Var{Name: name, Get: func(c *rt.Ctx) value.Value { return get(core.Of(c)) }}, nil
	}
}

// replyReason is the reason of the reply that the block is about.
func replyReason(p *core.Proc) value.Value {
	switch {
	case p.Route&replyRoutes != 0 && !p.Index.IsRequest():
		s := p.Index.ReasonSpan()
		return value.FromSpan(value.Msg, int(s.Off), int(s.Len))
	case p.Route != rt.FailureRoute:
		return value.Value{}
	}
	t := api(p).Transaction(p)
	if b := api(p).ReplyBytes(t, int(p.TxnBranch)); b != nil {
		return p.NewString(reasonOf(b))
	}
	// Nobody has answered.
	switch code, _ := api(p).BranchStatus(t, int(p.TxnBranch)); code {
	case 408:
		return p.NewString([]byte("Request Timeout"))
	case 487:
		return p.NewString([]byte("Request Terminated"))
	}
	return value.Value{}
}

// reasonOf is the reason phrase of a reply as it lies in memory.
func reasonOf(b []byte) []byte {
	const code = len("SIP/2.0 200 ")
	for i := code; i < len(b); i++ {
		if b[i] == '\r' || b[i] == '\n' {
			return b[code:i]
		}
	}
	return nil
}

func replyLast(p *core.Proc) value.Value {
	if p.Route&(replyRoutes|rt.FailureRoute) == 0 {
		return value.Value{}
	}
	if !p.Index.IsRequest() {
		return value.FromInt(int64(p.Index.Status()))
	}
	code, _ := api(p).BranchStatus(api(p).Transaction(p), int(p.TxnBranch))
	return value.FromInt(int64(code))
}

// replyType is 1 where the failure that the block is about was made here.
func replyType(p *core.Proc) value.Value {
	if p.Route&(replyRoutes|rt.FailureRoute) == 0 {
		return value.Value{}
	}
	_, local := api(p).BranchStatus(api(p).Transaction(p), int(p.TxnBranch))
	return value.FromBool(p.Index.IsRequest() && local)
}

// handle is one of the two numbers that name the message's transaction.
func handle(number func(tm.Handle) int64) getter {
	return func(p *core.Proc) value.Value {
		t := api(p).Lookup(p)
		if t == 0 {
			return value.Value{}
		}
		return value.FromInt(number(t))
	}
}

func bindT(b registry.Build, inner, at string) (*registry.Var, error) {
	switch inner {
	case "id_index", "id_index_n":
		return plain("T", handle(index))(b, inner, at)
	case "id_label", "id_label_n":
		return plain("T", handle(label))(b, inner, at)
	case "reply_type":
		return plain("T", replyType)(b, inner, at)
	case "reply_reason":
		return plain("T", replyReason)(b, inner, at)
	case "reply_last":
		return plain("T", replyLast)(b, inner, at)
	case "reply_code":
		return b.Var("T_reply_code")
	case "branch_index":
		return b.Var("T_branch_idx")
	}
	return nil, fmt.Errorf("$T(…) has id_index, id_label, reply_code, reply_reason, reply_last, reply_type and branch_index, not %q", inner)
}

func bindBranch(b registry.Build, inner, index string) (*registry.Var, error) {
	switch inner {
	case "uri":
		return plain("T_branch", branchURI)(b, inner, index)
	case "flags":
		return plain("T_branch", func(p *core.Proc) value.Value { return value.FromInt(int64(p.BranchFlags)) })(b, inner, index)
	}
	return nil, fmt.Errorf("$T_branch(…) has uri and flags, not %q", inner)
}

// branchURI is the Request-URI of the branch.
func branchURI(p *core.Proc) value.Value {
	if p.Route == rt.BranchRoute {
		return p.URI()
	}
	if p.TxnBranch < 0 {
		return value.Value{}
	}
	if uri := api(p).BranchURI(api(p).Lookup(p), int(p.TxnBranch)); uri != nil {
		return p.NewString(uri)
	}
	return value.Value{}
}

// isCancel reports whether the message is a CANCEL.
func isCancel(p *core.Proc) bool {
	return p.Index.IsRequest() && p.Index.Method() == sipparse.MethodCancel
}
