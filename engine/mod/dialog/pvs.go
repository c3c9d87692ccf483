package dialog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// vars are the pseudo-variables.
func vars() []registry.PV {
	return []registry.PV{
		{Name: "dlg_var", Inner: registry.Always, Source: source, Bind: bindVar,
			Doc: "A variable that is kept with the dialog, as a text; may be set before dlg_manage(); $null takes it away."},
		{Name: "dlg", Inner: registry.Always, Source: source, Bind: bindAttribute,
			Doc: "An attribute of the dialog: " + strings.Join(attributeNames(), ", ") + "."},
		{Name: "dlg_ctx", Inner: registry.Always, Source: source, Bind: bindContext,
			Doc: "How the dialog is dealt with: timeout (seconds), timeout_bye (1: BYE to both sides after it), timeout_route (name of a route to run before), dir (1: downstream, 2: upstream, 0: no dialog), on and set (1 where there is one), timeout_route_id (a number that stands for timeout_route, 0 for none)."},
		{Name: "DLG_count", Inner: registry.Never, Source: source, Doc: "The number of dialogs that are answered and have not ended.",
			Bind: simple("DLG_count", func(x *binding, _ *core.Proc) value.Value { return value.FromInt(x.cfg.live.active()) })},
		{Name: "DLG_status", Inner: registry.Never, Source: source, Doc: "The dialog's state, within a dialog: 3 answered, 4 acknowledged, 5 ended.",
			Bind: simple("DLG_status", func(x *binding, p *core.Proc) value.Value {
				if _, _, d, _ := x.dialog(p, false); d != nil && !begins(p) {
					return value.FromInt(int64(d.state))
				}
				return value.Value{}
			})},
		{Name: "DLG_lifetime", Inner: registry.Never, Source: source, Doc: "Seconds since the dialog was answered, within a dialog.",
			Bind: simple("DLG_lifetime", func(x *binding, p *core.Proc) value.Value {
				if m, _, d, _ := x.dialog(p, false); d != nil && d.startNow != 0 && !begins(p) {
					return value.FromInt((m.loop.Now() - d.startNow) / 1_000_000_000)
				}
				return value.Value{}
			})},
	}
}

func simple(name string, get func(x *binding, p *core.Proc) value.Value) func(registry.Build, string, string) (*registry.Var, error) {
	return func(b registry.Build, _, index string) (*registry.Var, error) {
		if index != "" {
			return nil, errors.New("$" + name + " has no index")
		}
		x, err := bind(b)
		if err != nil {
			return nil, err
		}
		return &registry.Var{Name: name, Get: func(c *rt.Ctx) value.Value { return get(x, core.Of(c)) }}, nil
	}
}

func bindVar(b registry.Build, name, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errors.New("$dlg_var(" + name + ") has no index")
	}
	if name == "" || len(name) > 255 {
		return nil, errors.New("$dlg_var needs a name of 1 to 255 characters")
	}
	x, err := bind(b)
	if err != nil {
		return nil, err
	}
	return &registry.Var{
		Name: "dlg_var(" + name + ")",
		Get: func(c *rt.Ctx) value.Value {
			m, _, d, _ := x.dialog(core.Of(c), true)
			if d == nil {
				return value.Value{}
			}
			b, ok := m.variable(d, name)
			if !ok {
				return value.Value{}
			}
			return c.NewString(b)
		},
		Set: func(c *rt.Ctx, v value.Value) bool {
			m, _, d := x.made(core.Of(c))
			if d == nil {
				return false
			}
			if v.IsUndef() {
				return m.setVariable(d, name, nil, false)
			}
			return m.setVariable(d, name, c.Bytes(c.Str(v)), true)
		},
	}, nil
}

// attributes are what $dlg(…) knows.
var attributes = map[string]func(m *layer, i int32, d *dlg, c *rt.Ctx) value.Value{
	"h_entry": func(m *layer, i int32, _ *dlg, _ *rt.Ctx) value.Value { return value.FromInt(m.ref(i).entry()) },
	"h_id":    func(m *layer, i int32, _ *dlg, _ *rt.Ctx) value.Value { return value.FromInt(m.ref(i).id()) },
	"state":   func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value { return value.FromInt(int64(d.state)) },
	"sflags":  func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value { return value.FromInt(int64(d.sflags)) },
	"lifetime": func(m *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value {
		return value.FromInt(m.lifetime(d, m.current()))
	},
	"start_ts": func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value {
		return value.FromInt(d.startWall / 1_000_000_000)
	},
	"init_ts": func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value {
		return value.FromInt(d.createdWall / 1_000_000_000)
	},
	"callid":   func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.callID(d)) },
	"from_uri": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.uri(d, caller)) },
	"to_uri":   func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.uri(d, callee)) },
	"r_uri":    func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.bytes(d.ident, d.reqURI)) },
	"from_tag": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.tag(d, caller)) },
	"to_tag":   func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return textOf(c, m.tag(d, callee)) },
	"from_cseq": func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value {
		return value.FromInt(int64(d.legs[caller].cseq))
	},
	"to_cseq": func(_ *layer, _ int32, d *dlg, _ *rt.Ctx) value.Value {
		if d.startNow == 0 {
			return value.Value{}
		}
		return value.FromInt(int64(d.legs[callee].cseq))
	},
	"from_contact": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value {
		return textOf(c, m.bytes(d.legs[caller].mem, d.legs[caller].contact))
	},
	"to_contact": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value {
		return textOf(c, m.bytes(d.legs[callee].mem, d.legs[callee].contact))
	},
	"from_rs": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value {
		return textOf(c, m.bytes(d.legs[caller].mem, d.legs[caller].routes))
	},
	"to_rs": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value {
		return textOf(c, m.bytes(d.legs[callee].mem, d.legs[callee].routes))
	},
	"from_bindaddr": func(_ *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return socketOf(c, &d.legs[caller]) },
	"to_bindaddr":   func(_ *layer, _ int32, d *dlg, c *rt.Ctx) value.Value { return socketOf(c, &d.legs[callee]) },
	"toroute": func(m *layer, _ int32, d *dlg, c *rt.Ctx) value.Value {
		if d.timeoutRoute == 0 {
			return value.Value{}
		}
		return c.NewString([]byte(m.live.routeName(d.timeoutRoute)))
	},
}

func attributeNames() []string {
	all := make([]string, 0, len(attributes))
	for name := range attributes {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// textOf is a text of the dialog's as a value of the message; undefined for none.
func textOf(c *rt.Ctx, b []byte) value.Value {
	if len(b) == 0 {
		return value.Value{}
	}
	return c.NewString(b)
}

// socketOf is a side's listen address, "udp:192.0.2.1:5060".
func socketOf(c *rt.Ctx, l *leg) value.Value {
	if !l.known {
		return value.Value{}
	}
	s := core.Of(c).Snapshot().Socket(l.sock)
	if s == nil {
		return value.Value{}
	}
	return c.NewString(s.Name())
}

func bindAttribute(b registry.Build, name, index string) (*registry.Var, error) {
	get := attributes[name]
	if get == nil || index != "" {
		return nil, fmt.Errorf("$dlg(…) has %s, not %q", strings.Join(attributeNames(), ", "), name+index)
	}
	x, err := bind(b)
	if err != nil {
		return nil, err
	}
	return &registry.Var{Name: "dlg(" + name + ")", Get: func(c *rt.Ctx) value.Value {
		m, i, d, _ := x.dialog(core.Of(c), false)
		if d == nil {
			return value.Value{}
		}
		return get(m, i, d, c)
	}}, nil
}

func bindContext(b registry.Build, name, index string) (*registry.Var, error) {
	x, err := bind(b)
	if err != nil {
		return nil, err
	}
	var get func(m *layer, d *dlg, dir int, c *rt.Ctx) value.Value
	var set func(m *layer, i int32, d *dlg, c *rt.Ctx, v value.Value) bool
	switch name {
	case "on", "set":
		get = func(_ *layer, d *dlg, _ int, _ *rt.Ctx) value.Value { return value.FromBool(d != nil) }
	case "dir":
		get = func(_ *layer, d *dlg, dir int, _ *rt.Ctx) value.Value {
			if d == nil {
				return value.FromInt(0)
			}
			return value.FromInt(int64(dir) + 1)
		}
	case "timeout":
		get = func(_ *layer, d *dlg, _ int, _ *rt.Ctx) value.Value {
			if d == nil {
				return value.FromInt(0)
			}
			return value.FromInt(int64(d.lifetime))
		}
		set = func(m *layer, i int32, d *dlg, c *rt.Ctx, v value.Value) bool {
			n := c.Int(v)
			return n > 0 && n <= mostTimeout && m.setTimeout(i, d, n)
		}
	case "timeout_bye":
		get = func(_ *layer, d *dlg, _ int, _ *rt.Ctx) value.Value {
			return value.FromBool(d != nil && d.flags&fTimeoutBye != 0)
		}
		set = func(_ *layer, _ int32, d *dlg, c *rt.Ctx, v value.Value) bool {
			if d.flags &^= fTimeoutBye; c.Truth(v) {
				d.flags |= fTimeoutBye
			}
			return true
		}
	case "timeout_route_id":
		get = func(_ *layer, d *dlg, _ int, _ *rt.Ctx) value.Value {
			if d == nil {
				return value.FromInt(0)
			}
			return value.FromInt(int64(d.timeoutRoute))
		}
	case "timeout_route":
		get = func(m *layer, d *dlg, _ int, c *rt.Ctx) value.Value {
			if d == nil || d.timeoutRoute == 0 {
				return value.Value{}
			}
			return c.NewString([]byte(m.live.routeName(d.timeoutRoute)))
		}
		set = func(m *layer, _ int32, d *dlg, c *rt.Ctx, v value.Value) bool {
			if d.timeoutRoute = 0; v.IsUndef() {
				return true
			}
			name := c.Bytes(c.Str(v))
			if core.Of(c).Snapshot().Block(rt.RequestRoute, string(name)) == nil {
				core.Of(c).Logf(levelErr, "$dlg_ctx(timeout_route): there is no route[%s]", name)
				return false
			}
			d.timeoutRoute = m.live.routeNumber(name)
			return d.timeoutRoute != 0
		}
	}
	if get == nil || index != "" {
		return nil, fmt.Errorf("$dlg_ctx(…) has on, set, dir, timeout, timeout_bye, timeout_route and timeout_route_id, not %q", name+index)
	}
	v := &registry.Var{Name: "dlg_ctx(" + name + ")", Get: func(c *rt.Ctx) value.Value {
		m, _, d, dir := x.dialog(core.Of(c), true)
		return get(m, d, dir, c)
	}}
	if set != nil {
		v.Set = func(c *rt.Ctx, val value.Value) bool {
			m, i, d := x.made(core.Of(c))
			return d != nil && d.state != Ended && set(m, i, d, c, val)
		}
	}
	return v, nil
}
