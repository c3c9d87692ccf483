package dialog

import (
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/value"
)

// binding is what the functions and variables of one program share.
type binding struct {
	cfg *Config
	got arg.State // the dialog that dlg_get() has found, a Ref
}

func bind(b registry.Build) (*binding, error) {
	x := &binding{cfg: b.Config("dialog").(*Config), got: arg.NewState(b, "dialog", "got")}
	if x.cfg.timeoutVars == nil {
		return x, x.cfg.bindTimeouts(b)
	}
	return x, nil
}

// bindTimeouts binds the variables that calls may have their timeouts in.
func (c *Config) bindTimeouts(b registry.Build) error {
	c.timeoutVars = []*registry.Var{}
	specs := [...]struct{ param, spec string }{{"xavp_cfg", ""}, {"timeout_avp", c.TimeoutAVP}}
	if c.XAVP != "" {
		specs[0].spec = "$xavp(" + c.XAVP + "=>timeout)"
	}
	for _, s := range specs {
		if s.spec == "" {
			continue
		}
		if !strings.HasPrefix(s.spec, "$") {
			return fmt.Errorf("dialog: %s must be a variable such as $avp(dlg_timeout), not %q", s.param, s.spec)
		}
		v, err := b.Var(s.spec[1:])
		if err != nil {
			return fmt.Errorf("dialog: %s: %w", s.param, err)
		}
		c.timeoutVars = append(c.timeoutVars, v)
	}
	return nil
}

// dialog is the dialog that a message is about: the one of dlg_get(), else its own.
// d is nil for none; one that is only tentative counts where any is set.
func (x *binding) dialog(p *core.Proc, any bool) (m *layer, i int32, d *dlg, dir int) {
	m = x.cfg.live.layerOf(p)
	if v := x.got.Get(&p.Ctx); !v.IsUndef() {
		r := Ref(v.Int())
		if d = m.get(r); d != nil {
			return m, r.slot(), d, downstream
		}
	}
	i, d, dir = m.ofMessage(p)
	if d != nil && d.state == Tentative && !any {
		return m, -1, nil, 0
	}
	return
}

// made is dialog for what sets something: a call that nobody follows yet gets a
// tentative entry, for dlg_manage() or the flag to make it real.
func (x *binding) made(p *core.Proc) (m *layer, i int32, d *dlg) {
	m, i, d, _ = x.dialog(p, true)
	if d == nil && begins(p) {
		i, d = m.create(p, x.cfg)
	}
	return
}

func (x *binding) set(p *core.Proc, r Ref) { x.got.Set(&p.Ctx, value.FromInt(int64(r))) }
