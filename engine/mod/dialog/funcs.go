package dialog

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// function is a row whose compiled form gets the binding.
func function(name string, routes rt.RouteKind, doc string, args []registry.Arg,
	compile func(x *binding, b registry.Build, args []registry.Actual) (rt.Func, error)) registry.Function {
	return registry.Function{
		Name: name, Routes: routes, Stateful: true, Bare: len(args) == 0, Doc: doc, Source: source, Args: args,
		Compile: func(b registry.Build, a []registry.Actual) (rt.Func, error) {
			x, err := bind(b)
			if err != nil {
				return nil, err
			}
			return compile(x, b, a)
		},
	}
}

func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}

func trackFunctions() []registry.Function {
	return []registry.Function{
		function("dlg_manage", rt.RequestRoute, "Follows the call that this INVITE begins; within a dialog, does for the request what loose_route() does for one "+
			"with a Route header. False for a request that can begin no dialog.", nil,
			func(x *binding, _ registry.Build, _ []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					return x.cfg.live.layerOf(p).manage(p, x.cfg)
				}, nil
			}),
		function("is_known_dlg", rt.AnyRoute, "True if the message belongs to a dialog that is followed.", nil,
			func(x *binding, _ registry.Build, _ []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					_, _, d, _ := x.cfg.live.layerOf(p).known(p)
					return truth(d)
				}, nil
			}),
		function("dlg_get", rt.AnyRoute, "Makes the dialog with this Call-ID and these tags, which must live on the message's event loop, the one that functions "+
			"and variables are about, for the rest of the message.",
			[]registry.Arg{{Name: "callid", Kind: registry.ArgFormat}, {Name: "ftag", Kind: registry.ArgFormat}, {Name: "ttag", Kind: registry.ArgFormat}}, compileGet),
		flagFunction("dlg_setflag", "Sets a flag of the dialog (0 to 31).", func(d *dlg, bit uint32) bool { d.sflags |= bit; return true }),
		flagFunction("dlg_resetflag", "Clears a flag of the dialog (0 to 31).", func(d *dlg, bit uint32) bool { d.sflags &^= bit; return true }),
		flagFunction("dlg_isflagset", "True if a flag of the dialog is set (0 to 31).", func(d *dlg, bit uint32) bool { return d.sflags&bit != 0 }),
		function("dlg_bye", rt.AnyRoute, "Sends a BYE to the \"caller\", the \"callee\" or \"all\"; the dialog ends with the first final reply.",
			[]registry.Arg{{Name: "side", Kind: registry.ArgStatic}}, compileBye),
		function("dlg_set_ruri", rt.RequestRoute|rt.BranchRoute|rt.FailureRoute, "Sets the Request-URI of a request within the dialog to the Contact of the side that it goes to.", nil,
			func(x *binding, _ registry.Build, _ []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m, _, d, dir := x.dialog(p, false)
					if d == nil {
						return -1
					}
					l := &d.legs[1-dir]
					contact := m.bytes(l.mem, l.contact)
					return truth(len(contact) > 0 && p.SetURI(p.NewString(contact)))
				}, nil
			}),
		property("dlg_set_property", "Sets a property of the dialog: \"ka-src\", \"ka-dst\" (OPTIONS to the caller, the callee), \"timeout-noreset\".", true),
		property("dlg_reset_property", "Takes a property of the dialog back: \"ka-src\", \"ka-dst\", \"timeout-noreset\".", false),
	}
}

// known is the followed dialog of a message.
func (m *layer) known(p *core.Proc) (*layer, int32, bool, int) {
	i, d, dir := m.ofMessage(p)
	return m, i, d != nil && d.state != Tentative, dir
}

func compileGet(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
	callID, from, to := args[0].Eval, args[1].Eval, args[2].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		m := x.cfg.live.layerOf(p)
		id, f, t := c.Str(callID(c)), c.Str(from(c)), c.Str(to(c))
		n := names{c.Bytes(id), c.Bytes(f), c.Bytes(t)}
		i, d, _ := m.find(&n)
		if d == nil || d.state == Tentative {
			return -1
		}
		x.set(p, m.ref(i))
		return 1
	}, nil
}

func flagFunction(name, doc string, do func(d *dlg, bit uint32) bool) registry.Function {
	return function(name, rt.AnyRoute, doc, []registry.Arg{{Name: "flag", Kind: registry.ArgFormat}},
		func(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
			flag, err := arg.NewNumber(args, 0, name+": flag", 0, 31)
			if err != nil {
				return nil, err
			}
			test := name == "dlg_isflagset"
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				n, ok := flag.Get(c)
				var d *dlg
				if test {
					_, _, d, _ = x.dialog(p, true)
				} else {
					_, _, d = x.made(p)
				}
				return truth(ok && d != nil && do(d, 1<<uint(n)))
			}, nil
		})
}

func compileBye(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
	side, _ := arg.Const(&args[0])
	if side != "caller" && side != "callee" && side != "all" {
		return nil, arg.Error(0, "dlg_bye: side must be caller, callee or all, not %q", side)
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		m, i, d, _ := x.dialog(p, false)
		if d == nil {
			return -1
		}
		if side == "all" {
			return truth((d.state == Answered || d.state == Confirmed) && m.byeBoth(i, d))
		}
		to := callee
		if side == "caller" {
			to = caller
		}
		if err := m.bye(i, d, to); err != nil {
			m.stats.byesUnsent.Add(1)
			p.Logf(levelErr, "dlg_bye: %v", err)
			return -1
		}
		return 1
	}, nil
}

func property(name, doc string, on bool) registry.Function {
	return function(name, rt.AnyRoute, doc, []registry.Arg{{Name: "property", Kind: registry.ArgStatic}},
		func(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
			text, _ := arg.Const(&args[0])
			flag, ok := map[string]dlgFlags{"ka-src": fKACaller, "ka-dst": fKACallee, "timeout-noreset": fNoReset}[text]
			if !ok {
				return nil, arg.Error(0, "%s: property must be ka-src, ka-dst or timeout-noreset, not %q", name, text)
			}
			return func(c *rt.Ctx) int32 {
				m, i, d := x.made(core.Of(c))
				if d == nil || d.state == Ended {
					return -1
				}
				if on {
					d.flags |= flag
				} else {
					d.flags &^= flag
				}
				m.armPing(i, d, x.cfg)
				return 1
			}, nil
		})
}

// profileArg is the profile that a function's first argument names.
type profileArg struct {
	cfg  *Config
	eval rt.Expr
	name string // where it is known at start
}

func newProfileArg(x *binding, function string, a *registry.Actual) (*profileArg, error) {
	name, ok := arg.Const(a)
	if !ok {
		return &profileArg{cfg: x.cfg, eval: a.Eval}, nil
	}
	if _, ok := x.cfg.names[name]; !ok {
		return nil, arg.Error(0, "%s: there is no profile %q (profiles_with_value, profiles_no_value)", function, name)
	}
	return &profileArg{cfg: x.cfg, name: name}, nil
}

func (a *profileArg) number(c *rt.Ctx) (int, bool) {
	if a.eval == nil {
		n, ok := a.cfg.numbers[a.name]
		return n, ok
	}
	n, ok := a.cfg.numbers[string(c.Bytes(c.Str(a.eval(c))))]
	return n, ok
}

var profileArgs = []registry.Arg{{Name: "profile", Kind: registry.ArgFormat}, {Name: "value", Kind: registry.ArgFormat, Optional: true}}

func profileFunctions() []registry.Function {
	return []registry.Function{
		onProfile("set_dlg_profile", "Puts the dialog into a profile, with a value where the profile has values; twice counts twice.", true,
			func(m *layer, d *dlg, n int, v []byte, given bool) bool {
				if d.state == Ended || m.live.profile(n).withValue && !given {
					return false
				}
				return m.join(d, n, v)
			}),
		onProfile("unset_dlg_profile", "Takes the dialog out of a profile, once.", false,
			func(m *layer, d *dlg, n int, v []byte, given bool) bool {
				return (given || !m.live.profile(n).withValue) && m.leave(d, n, v)
			}),
		onProfile("is_in_profile", "True if the dialog is in a profile, with this value where one is given.", false,
			func(m *layer, d *dlg, n int, v []byte, given bool) bool {
				return m.link(d, n, v, !given || !m.live.profile(n).withValue) >= 0
			}),
		function("get_profile_size", rt.AnyRoute, "Writes the number of dialogs in a profile, of those with a value where one is given, to a variable.",
			[]registry.Arg{{Name: "profile", Kind: registry.ArgFormat}, {Name: "value_or_result", Kind: registry.ArgFormat, Var: true},
				{Name: "result", Kind: registry.ArgPV, Optional: true}}, compileSize),
		function("dlg_set_timeout_by_profile", rt.AnyRoute, "Gives all dialogs of a profile, or those with a value, this many seconds from now; it acts a little later.",
			[]registry.Arg{{Name: "profile", Kind: registry.ArgFormat}, {Name: "value_or_timeout", Kind: registry.ArgFormat},
				{Name: "timeout", Kind: registry.ArgFormat, Optional: true}}, compileTimeoutByProfile),
	}
}

func onProfile(name, doc string, make bool, do func(m *layer, d *dlg, n int, value []byte, given bool) bool) registry.Function {
	return function(name, rt.AnyRoute, doc, profileArgs, func(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
		prof, err := newProfileArg(x, name, &args[0])
		if err != nil {
			return nil, err
		}
		given := arg.Given(args, 1)
		var eval rt.Expr
		if given {
			eval = args[1].Eval
		}
		return func(c *rt.Ctx) int32 {
			n, ok := prof.number(c)
			if !ok {
				return -1
			}
			var v []byte
			if given {
				v = c.Bytes(c.Str(eval(c)))
			}
			p := core.Of(c)
			var m *layer
			var d *dlg
			if make {
				m, _, d = x.made(p)
			} else {
				m, _, d, _ = x.dialog(p, true)
			}
			return truth(d != nil && do(m, d, n, v, given))
		}, nil
	})
}

func compileSize(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
	prof, err := newProfileArg(x, "get_profile_size", &args[0])
	if err != nil {
		return nil, err
	}
	result, at := args[1].PV, 1
	var eval rt.Expr
	if arg.Given(args, 2) {
		result, at, eval = args[2].PV, 2, args[1].Eval
	}
	if result == nil || result.Set == nil {
		return nil, arg.Error(at, "get_profile_size: the result must be a variable that can be written")
	}
	return func(c *rt.Ctx) int32 {
		n, ok := prof.number(c)
		if !ok {
			return -1
		}
		v := x.cfg.live
		var val []byte
		if eval != nil {
			val = c.Bytes(c.Str(eval(c)))
		}
		return truth(result.Set(c, value.FromInt(v.size(v.profile(n), val, eval == nil))))
	}, nil
}
