package tm

import (
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// routeFunctions arm the blocks of a transaction.
func routeFunctions() []registry.Function {
	const all = rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.TMReplyRoute | rt.EventRoute
	return []registry.Function{
		armFunction("t_on_failure", []string{"t_on_negative"}, rt.FailureRoute, noteFailure, all,
			"Has the failure_route run when all branches have failed; \"0\" disarms. A failure_route acts once."),
		armFunction("t_on_reply", nil, rt.TMReplyRoute, noteReply, all,
			"Has the onreply_route run for every reply of the transaction; \"0\" disarms."),
		armFunction("t_on_branch", nil, rt.BranchRoute, noteBranch, rt.RequestRoute|rt.FailureRoute|rt.EventRoute,
			"Has the branch_route run for every branch that is sent; \"0\" disarms."),
		onBranchFailure(),
	}
}

// onBranchFailure is t_on_branch_failure(), whose blocks are event_routes.
func onBranchFailure() registry.Function {
	f := armFunction("t_on_branch_failure", nil, rt.EventRoute, noteBranchFailure, rt.RequestRoute|rt.FailureRoute|rt.BranchRoute|rt.TMReplyRoute|rt.EventRoute,
		"Has event_route[tm:branch-failure:name] run for every branch that fails; \"0\" disarms.")
	f.Args[0].Kind = registry.ArgFormat
	return f
}

func armFunction(name string, aliases []string, kind rt.RouteKind, note int, routes rt.RouteKind, doc string) registry.Function {
	return registry.Function{
		Name: name, Aliases: aliases, Routes: routes, Stateful: true, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "block", Kind: registry.ArgRoute, RouteKind: kind}},
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			cfg := b.Config("tm").(*Config)
			prefix := ""
			if note == noteBranchFailure {
				prefix = branchFailure
			}
			if args[0].Const {
				name := args[0].Text
				if prefix != "" && name != "" && name != "0" {
					if name = prefix + name; !b.Route(kind, name) {
						return nil, arg.Error(0, "there is no %s[%s]", kind, name)
					}
				}
				n := armed(b, cfg, kind, name)
				return func(c *rt.Ctx) int32 { arm(core.Of(c), note, n); return 1 }, nil
			}
			// A computed name is looked up among those that the script has.
			eval := args[0].Eval
			names := cfg.everyBlock(b, kind)
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				text := c.Text(eval(c))
				if len(text) == 0 || string(text) == "0" {
					arm(p, note, 0)
					return 1
				}
				for i := range names {
					if n, ok := strings.CutPrefix(names[i].name, prefix); ok && n == string(text) {
						arm(p, note, names[i].number)
						return 1
					}
				}
				p.Logf(levelErr, "%s: there is no %s[%s%s]", name, kind, prefix, text)
				return -1
			}, nil
		},
	}
}

// armed is the number of a block; 0 for "0", which disarms where there is no
// block of that name, and for "".
func armed(b registry.Build, cfg *Config, kind rt.RouteKind, name string) uint32 {
	if name == "" || name == "0" {
		return 0
	}
	return cfg.blockNumber(kind, name)
}

type numberedBlock struct {
	name   string
	number uint32
}

// everyBlock gives every block of a kind a number, for names computed at run time.
func (c *Config) everyBlock(b registry.Build, kind rt.RouteKind) (all []numberedBlock) {
	l, ok := b.(interface {
		RouteNames(kind rt.RouteKind) []string
	})
	if !ok {
		return nil
	}
	for _, n := range l.RouteNames(kind) {
		all = append(all, numberedBlock{n, c.blockNumber(kind, n)})
	}
	return all
}

// arm notes a block on the message, and on its transaction where there is one.
func arm(p *core.Proc, note int, n uint32) {
	p.Notes[note] = n
	t := layerOf(p).get(Handle(p.Txn))
	if t == nil {
		return
	}
	switch note {
	case noteFailure:
		t.onFailure = uint16(n)
	case noteReply:
		if p.Route == rt.BranchRoute && p.Notes[noteEntry] != 0 { // of this branch alone
			layerOf(p).brs.At(int32(p.Notes[noteEntry]) - 1).onReply = uint16(n)
			return
		}
		t.onReply = uint16(n)
	case noteBranchFailure:
		t.onBranchFailure = uint16(n)
	case noteBranch:
		t.onBranch = uint16(n)
	}
}
