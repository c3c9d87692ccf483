package pv

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	scriptpv "sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/value"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	SharedSet []string // shvset
	VarSet    []string // varset
	Aliases   []string // avp_aliases
}

func newConfig() any { return &Config{} }

var params = []registry.Param{
	{
		Name: "shvset", Type: registry.ParamList, Reloadable: true,
		Doc:    `The first value of a $shv variable: "name=i:1" or "name=s:text". A reload leaves what scripts have made of it.`,
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).SharedSet },
		Check:  func(cfg any) error { return checkSettings(cfg.(*Config).SharedSet) },
	},
	{
		Name: "varset", Type: registry.ParamList, Reloadable: true,
		Doc:    `The value of a $var variable when a message begins: "name=i:1" or "name=s:text".`,
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).VarSet },
		Check:  func(cfg any) error { return checkSettings(cfg.(*Config).VarSet) },
	},
	{
		Name: "avp_aliases", Type: registry.ParamList, Reloadable: true,
		Doc:    `Other names of AVPs: "alias=i:660;mail=s:email".`,
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).Aliases },
		Check: func(cfg any) error {
			_, err := cfg.(*Config).aliases()
			return err
		},
	},
}

// setting is a name with its value.
type setting struct {
	name  string
	isInt bool
	n     int64
	text  string
}

func parseSetting(s string) (setting, error) {
	bad := fmt.Errorf(`must be like "name=i:1" or "name=s:text", not %q`, s)
	name, rest, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	kind, text, typed := strings.Cut(strings.TrimSpace(rest), ":")
	if !ok || !typed || name == "" || strings.ContainsAny(name, " $()[]") {
		return setting{}, bad
	}
	switch kind {
	case "s", "S":
		return setting{name: name, text: text}, nil
	case "i", "I":
		n, err := strconv.ParseInt(strings.TrimSpace(text), 0, 32)
		if err != nil {
			return setting{}, bad
		}
		return setting{name: name, isInt: true, n: n}, nil
	}
	return setting{}, bad
}

func checkSettings(list []string) error {
	for _, s := range list {
		if _, err := parseSetting(s); err != nil {
			return err
		}
	}
	return nil
}

// aliases are the pairs of avp_aliases.
func (c *Config) aliases() (map[string]string, error) {
	m := map[string]string{}
	for _, list := range c.Aliases {
		for one := range strings.SplitSeq(list, ";") {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			alias, name, ok := strings.Cut(one, "=")
			alias, name = strings.TrimSpace(alias), strings.TrimPrefix(strings.TrimSpace(name), "$")
			if !ok || alias == "" || name == "" || strings.ContainsAny(alias+name, " $()[]") {
				return nil, fmt.Errorf(`must be like "alias=i:660;other=s:name", not %q`, list)
			}
			m[alias] = name
		}
	}
	return m, nil
}

// AVPAlias is the name that an alias of an AVP stands for. The compiler asks for it.
func (c *Config) AVPAlias(alias string) (name string, ok bool) {
	m, err := c.aliases()
	if err != nil {
		return "", false
	}
	name, ok = m[alias]
	return name, ok
}

// initVars gives the variables of varset their value.
func initVars(b registry.Build, cfg any) error {
	to, ok := b.(registry.VarInitializer)
	if !ok {
		return nil
	}
	for _, s := range cfg.(*Config).VarSet {
		v, err := parseSetting(s)
		if err != nil {
			return err
		}
		if v.isInt {
			to.InitVar(v.name, value.FromInt(v.n))
		} else {
			to.InitVar(v.name, b.Const(v.text))
		}
	}
	return nil
}

// given are the names of $shv variables that shvset has set once.
type given struct {
	mu    sync.Mutex
	names map[string]bool
}

// commit sets the variables of shvset that no configuration before has set.
func commit(host, cfg any) {
	keeper, ok := host.(scriptpv.LiveState)
	if !ok {
		return
	}
	g := keeper.Live("pv.shvset", func() any { return &given{names: map[string]bool{}} }).(*given)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range cfg.(*Config).SharedSet {
		v, err := parseSetting(s)
		if err != nil || g.names[v.name] {
			continue
		}
		g.names[v.name] = true
		if vars := scriptpv.SharedOf(host); v.isInt {
			vars.SetInt(v.name, v.n)
		} else {
			vars.SetText(v.name, v.text)
		}
	}
}
