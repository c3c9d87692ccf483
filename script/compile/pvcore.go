package compile

import (
	"errors"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// coreVars are the variables of the language itself: $var, $avp, $rc with its
// other names, $null and $sel.
func coreVars() map[string]*registry.PV {
	rows := []*registry.PV{
		{Name: "var", Inner: registry.Always, Doc: "Script variable; 0 until it is set, and for every new message.",
			Source: "cookbook, Assignment", Bind: bindScriptVar},
		{Name: "vz", Inner: registry.Always, Doc: "Another spelling of $var.", Source: "pseudo-variables, $vz(name)", Bind: bindScriptVar},
		{Name: "vn", Inner: registry.Always, Doc: "Script variable that is undefined until it is set, and for every new message.",
			Source: "pseudo-variables, $vn(name)", Bind: bindNullVar},
		{Name: "avp", Inner: registry.Always, Doc: "Attribute-value pair: a stack of values; an assignment adds one, [*] replaces all, $null removes.",
			Source: "cookbook, Assignment", Bind: bindAVP},
		{Name: "null", Inner: registry.Never, Doc: "The undefined value; assigned to a variable it clears it.",
			Source: "pseudo-variables, $null", Bind: func(registry.Build, string, string) (*registry.Var, error) {
				return &registry.Var{Name: "null", Get: undefined}, nil
			}},
		{Name: "sel", Inner: registry.Always, Doc: "A select, without its @.", Source: "pseudo-variables, $sel", Bind: bindSel},
	}
	for _, n := range []string{"rc", "retcode", "?"} {
		rows = append(rows, &registry.PV{Name: n, Inner: registry.Never,
			Doc: "Result of the last function or route called; 0 at the beginning.", Source: "cookbook, return", Bind: bindRC})
	}
	m := map[string]*registry.PV{}
	for _, r := range rows {
		m[r.Name] = r
	}
	return m
}

// CoreVars are the rows of the variables that belong to the language, for the manual.
func CoreVars() []registry.PV {
	var rows []registry.PV
	m := coreVars()
	for _, n := range registry.Names(m) {
		rows = append(rows, *m[n])
	}
	return rows
}

var errNoIndex = errors.New("this variable takes no index")

func bindRC(_ registry.Build, _, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errNoIndex
	}
	return &registry.Var{Name: "rc", Kind: value.Int, Get: func(c *rt.Ctx) value.Value {
		return value.FromInt(int64(c.Ret()))
	}}, nil
}

func bindScriptVar(b registry.Build, inner, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errNoIndex
	}
	name := strings.TrimSpace(inner)
	if name == "" {
		return nil, errors.New("$var needs a name")
	}
	slot := b.VarSlot(name)
	return registry.SlotVar(&registry.Var{
		Name: "var(" + name + ")",
		Get: func(c *rt.Ctx) value.Value {
			if v := c.Vars[slot]; !v.IsUndef() {
				return v
			}
			return value.FromInt(0)
		},
		Set: func(c *rt.Ctx, v value.Value) bool {
			c.Vars[slot] = v
			return true
		},
	}, slot), nil
}

// bindNullVar makes $vn(name), a variable of its own beside $var(name).
func bindNullVar(b registry.Build, inner, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errNoIndex
	}
	name := strings.TrimSpace(inner)
	if name == "" {
		return nil, errors.New("$vn needs a name")
	}
	slot := b.VarSlot("vn=" + name)
	return &registry.Var{
		Name: "vn(" + name + ")",
		Get:  func(c *rt.Ctx) value.Value { return c.Vars[slot] },
		Set: func(c *rt.Ctx, v value.Value) bool {
			c.Vars[slot] = v
			return true
		},
	}, nil
}

// avpKey is the interned form of a name in $avp(…): "s:name" and "name" are the
// same, "i:5" is another kind of name than "5".
func avpKey(inner string) (string, error) {
	s := strings.TrimSpace(inner)
	if strings.HasPrefix(s, "$") && strings.Contains(s, "(") {
		return "", errors.New("the name in $avp(…) must be a constant word; a computed name is not supported")
	}
	s = strings.TrimPrefix(s, "$")
	if n, ok := strings.CutPrefix(s, "i:"); ok {
		id, isNum := value.ParseInt([]byte(n))
		if !isNum || id < 0 {
			return "", errors.New("$avp(i:N) takes a number")
		}
		return "i:" + string(value.AppendInt(nil, id)), nil
	}
	s = strings.TrimPrefix(s, "s:")
	if s == "" {
		return "", errors.New("$avp needs a name")
	}
	if strings.ContainsAny(s, "$ ") {
		return "", errors.New("the name in $avp(…) must be a constant word")
	}
	return s, nil
}

// allValues is the index of [*].
const allValues = "*"

func bindAVP(b registry.Build, inner, index string) (*registry.Var, error) {
	key, err := avpKey(inner)
	if err != nil {
		return nil, err
	}
	if a, ok := b.Config("pv").(avpAliases); ok {
		if target, ok := a.AVPAlias(strings.TrimPrefix(strings.TrimSpace(inner), "$")); ok {
			if key, err = avpKey(target); err != nil {
				return nil, err
			}
		}
	}
	return avpVar(b, "avp("+inner+")", key, index)
}

// avpAliases is what module pv's configuration implements: other names of AVPs
// (parameter avp_aliases).
type avpAliases interface {
	// AVPAlias is the name that an alias stands for, as in $avp(name).
	AVPAlias(alias string) (name string, ok bool)
}

func avpVar(b registry.Build, shown, key, index string) (*registry.Var, error) {
	name := b.AVP(key)
	v := &registry.Var{Name: shown}
	all := index == allValues
	v.Set = func(c *rt.Ctx, w value.Value) bool {
		if all || w.IsUndef() {
			c.DeleteAVPs(name, all)
		}
		if !w.IsUndef() {
			c.AddAVP(name, w)
		}
		return true
	}
	at := func(*rt.Ctx) int { return 0 }
	switch {
	case index == "" || all:
	case index[0] == '$':
		spec, ok := wholeVar(index)
		if !ok {
			return nil, errors.New("the index must be a number, a pseudo-variable or *")
		}
		i, err := b.Var(spec)
		if err != nil {
			return nil, err
		}
		at = func(c *rt.Ctx) int { return int(c.Int(i.Get(c))) }
	default:
		n, ok := value.ParseInt([]byte(index))
		if !ok {
			return nil, errors.New("the index must be a number, a pseudo-variable or *")
		}
		at = func(*rt.Ctx) int { return int(n) }
	}
	switch {
	case index == "":
		v.Get = func(c *rt.Ctx) value.Value { return c.AVP(name, 0) }
	case all:
		v.Get = func(c *rt.Ctx) value.Value { return c.AVPsText(name) }
	default:
		v.Get = func(c *rt.Ctx) value.Value { return c.AVP(name, at(c)) }
	}
	return registry.AVPVar(v, registry.AVP{Name: name, All: all, Index: at}), nil
}

// isTrackName tells the AVPs of a track and class: $f.name, $t.name (the
// track), $fr. $tr. $fu. $tu. $fd. $td. (track and class) and $g. (global).
func isTrackName(name string) bool {
	track, rest, ok := strings.Cut(name, ".")
	if !ok || rest == "" {
		return false
	}
	switch track {
	case "f", "t", "fr", "tr", "fu", "tu", "fd", "td", "gr", "g":
		return true
	}
	return false
}

// trackVar is the row of such an AVP.
func trackVar(name string) *registry.PV {
	return &registry.PV{Name: name, Inner: registry.Never, Bind: func(b registry.Build, _, index string) (*registry.Var, error) {
		return avpVar(b, name, name, index)
	}}
}
