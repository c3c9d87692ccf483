package dialog

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func timeFunctions() []registry.Function {
	return []registry.Function{
		function("dlg_set_timeout", rt.AnyRoute, "Gives the dialog this many seconds: from its answer, or from now on where it is answered. With entry and id "+
			"($dlg(h_entry), $dlg(h_id)), that dialog, wherever it lives.",
			[]registry.Arg{{Name: "timeout", Kind: registry.ArgFormat}, {Name: "h_entry", Kind: registry.ArgFormat, Optional: true},
				{Name: "h_id", Kind: registry.ArgFormat, Optional: true}}, compileSetTimeout),
	}
}

// setTimeout gives a dialog another time. While nobody has answered it begins with
// the answer.
func (m *layer) setTimeout(i int32, d *dlg, n int64) bool {
	if d.state == Ended {
		return false
	}
	d.lifetime = uint32(n)
	if d.state == Confirmed {
		m.arm(i, d, seconds(n))
	}
	return true
}

func compileSetTimeout(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
	timeout, err := arg.NewNumber(args, 0, "dlg_set_timeout: timeout", 1, mostTimeout)
	if err != nil {
		return nil, err
	}
	if arg.Given(args, 1) != arg.Given(args, 2) {
		return nil, arg.Error(1, "dlg_set_timeout: h_entry needs h_id")
	}
	if !arg.Given(args, 1) {
		return func(c *rt.Ctx) int32 {
			n, ok := timeout.Get(c)
			m, i, d := x.made(core.Of(c))
			return truth(ok && d != nil && m.setTimeout(i, d, n))
		}, nil
	}
	entry, err := arg.NewNumber(args, 1, "dlg_set_timeout: h_entry", 0, 1<<32-1)
	if err != nil {
		return nil, err
	}
	id, err := arg.NewNumber(args, 2, "dlg_set_timeout: h_id", 0, 1<<32-1)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		n, ok1 := timeout.Get(c)
		e, ok2 := entry.Get(c)
		k, ok3 := id.Get(c)
		r := Ref(uint64(e)<<32 | uint64(k))
		v := x.cfg.live
		if !ok1 || !ok2 || !ok3 || r.Loop() >= len(v.layers) {
			return -1
		}
		p := core.Of(c)
		if r.Loop() == p.LoopID() {
			m := v.layerOf(p)
			d := m.get(r)
			return truth(d != nil && m.setTimeout(r.slot(), d, n))
		}
		return truth(v.srv.Post(r.Loop(), func(loop int) {
			m := v.layers[loop]
			if d := m.get(r); d != nil {
				m.setTimeout(r.slot(), d, n)
			}
		}) == nil)
	}, nil
}

func compileTimeoutByProfile(x *binding, _ registry.Build, args []registry.Actual) (rt.Func, error) {
	prof, err := newProfileArg(x, "dlg_set_timeout_by_profile", &args[0])
	if err != nil {
		return nil, err
	}
	at := 1
	var eval rt.Expr
	if arg.Given(args, 2) {
		at, eval = 2, args[1].Eval
	}
	timeout, err := arg.NewNumber(args, at, "dlg_set_timeout_by_profile: timeout", 1, mostTimeout)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		n, ok1 := timeout.Get(c)
		k, ok2 := prof.number(c)
		if !ok1 || !ok2 {
			return -1
		}
		w := walk{live: x.cfg.live, profile: k, timeout: n, any: eval == nil}
		if eval != nil {
			w.value = string(c.Bytes(c.Str(eval(c))))
		}
		return truth(w.start())
	}, nil
}

// walk goes through the dialogs of all loops in pieces that no message waits long
// for, and gives those of a profile another time.
type walk struct {
	live    *live
	profile int
	value   string
	any     bool
	timeout int64
}

func (w *walk) start() bool {
	ok := true
	for i := range w.live.layers {
		ok = w.post(i, 0) && ok
	}
	return ok
}

func (w *walk) post(loop int, from int32) bool {
	return w.live.srv.Post(loop, func(int) {
		m := w.live.layers[loop]
		next, more := m.dlgs.Next(from)
		for n := 0; more && n < walkPiece; n++ {
			d := m.dlgs.At(next)
			if d.state != Ended && m.link(d, w.profile, []byte(w.value), w.any) >= 0 {
				m.setTimeout(next, d, w.timeout)
			}
			next, more = m.dlgs.Next(next + 1)
		}
		if more && !w.post(loop, next) {
			w.live.srv.Log().Printf(levelErr, "dlg_set_timeout_by_profile: loop %d is too busy; not all dialogs have got their timeout", loop)
		}
	}) == nil
}
