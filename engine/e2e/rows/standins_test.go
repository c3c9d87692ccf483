package rows

import (
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// The cookbook's examples also use modules and functions that are not language and
// that the server may not have. They are declared here, without an effect, so that
// the language around them can be checked. What the server has is taken instead.

// standInModules are modules with the functions and parameters that examples use.
var standInModules = []struct {
	name             string
	functions, param []string
}{
	{"acc", nil, []string{"db_url"}},
	{"auth_db", nil, []string{"db_url"}},
	{"usrloc", nil, []string{"db_url", "db_mode", "nat_bflag"}},
	{"registrar", []string{"lookup"}, nil},
	{"tm", []string{"t_relay", "t_relay_to_udp", "t_on_branch", "t_on_failure", "t_on_reply", "t_check_trans", "t_set_fr"}, nil},
	{"htable", []string{}, []string{"htable"}},
	{"db_mysql", nil, nil}, {"mysql", nil, nil}, {"dialplan", nil, nil}, {"uri", nil, nil}, {"uri_db", nil, nil}, {"ctl", nil, nil},
}

// standInFunctions are functions of the core that belong to transports.
var standInFunctions = []string{"set_advertised_address", "set_advertised_port", "set_forward_no_connect", "set_reply_no_connect", "set_reply_close", "udp_mtu_try_proto"}

// withStandIns is the stock server with what it lacks for the examples.
func withStandIns() core.Options {
	o := stock()
	have := func(name string) bool {
		for _, m := range o.Modules {
			for _, f := range m.Functions {
				if f.Name == name {
					return true
				}
			}
			if m.Name == name {
				return true
			}
			for _, a := range m.Aliases {
				if a == name {
					return true
				}
			}
		}
		for _, f := range o.Core.Functions {
			if f.Name == name {
				return true
			}
		}
		return false
	}
	for _, f := range standInFunctions {
		if !have(f) {
			o.Core.Functions = append(o.Core.Functions, standIn(f))
		}
	}
	for _, s := range standInModules {
		if have(s.name) {
			continue
		}
		m := &registry.Module{Name: s.name}
		for _, f := range s.functions {
			if !have(f) {
				m.Functions = append(m.Functions, standIn(f))
			}
		}
		for _, p := range s.param {
			m.Params = append(m.Params, registry.Param{Name: p, Type: registry.ParamString})
		}
		if s.name == "htable" {
			m.PVs = append(m.PVs, registry.PV{Name: "sht", Inner: registry.Always, Bind: func(registry.Build, string, string) (*registry.Var, error) {
				v := registry.BrokenVar()
				return &registry.Var{Name: "sht", Get: v.Get, Set: func(*rt.Ctx, value.Value) bool { return true }}, nil
			}})
		}
		o.Modules = append(o.Modules, m)
	}
	return o
}

func standIn(name string) registry.Function {
	var args []registry.Arg
	for range 2 {
		args = append(args, registry.Arg{Name: "any", Kind: registry.ArgIdent, Optional: true})
	}
	return registry.Function{Name: name, Args: args, Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
		return func(*rt.Ctx) int32 { return 1 }, nil
	}}
}

// loadAll loads all modules, on one line.
func loadAll(t *testing.T, o core.Options) string {
	var b strings.Builder
	for _, m := range o.Modules {
		b.WriteString("loadmodule \"" + m.Name + "\" ")
		if m.Name == "tls" { // an example that turns TLS on has its certificate elsewhere
			s := selfSigned(t)
			b.WriteString(`modparam("tls", "certificate", "` + s.cert + `") modparam("tls", "private_key", "` + s.key + `") `)
		}
	}
	return b.String()
}
