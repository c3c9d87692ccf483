package main

import (
	_ "embed"
	"fmt"
	"net/netip"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/engine/params"
	"sipedge/script/check"
	"sipedge/script/compile"
	"sipedge/script/parse"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

//go:embed sixty.cfg
var sixty []byte

// statements is how many statements a message runs through or past in sixty.cfg,
// conditions included.
const statements = 60

// quiet is a server that a script sees little of.
type quiet struct{}

// IsMyself implements rt.Env.
func (quiet) IsMyself([]byte, uint16, rt.Proto) bool { return false }

// Log implements rt.Env.
func (quiet) Log(int, []byte) {}

// LogEnabled implements rt.Env.
func (quiet) LogEnabled(int) bool { return false }

// WallClock implements rt.Env.
func (quiet) WallClock() int64 { return 1700000000e9 }

// WhileLimit implements rt.Env.
func (quiet) WhileLimit() int { return 100 }

// runner runs a script on a message again and again.
type runner struct {
	prog *rt.Program
	msg  []byte
	proc core.Proc // what functions find around the context
	ctx  *rt.Ctx
}

func newRunner(name string, text, msg []byte) (*runner, error) {
	cfg, diags := parse.File(name, text, parse.Options{})
	if cfg == nil {
		return nil, fmt.Errorf("%s", diags)
	}
	base, err := registry.NewTable(mod.Core(), mod.All()...)
	if err != nil {
		return nil, err
	}
	table := check.Modules(cfg, base, diags)
	configs := table.NewConfigs()
	check.Apply(cfg, table, configs, diags)
	if _, ok := configs[""].(*params.Core); !ok {
		return nil, fmt.Errorf("the core has no configuration")
	}
	r := &runner{prog: compile.Compile(cfg, table, configs, nil, diags), msg: msg}
	if r.prog == nil {
		return nil, fmt.Errorf("%s", diags)
	}
	r.ctx = &r.proc.Ctx
	r.ctx.Env, r.ctx.Owner, r.ctx.Proto = quiet{}, &r.proc, rt.ProtoUDP
	r.ctx.Src, r.ctx.Dst = netip.MustParseAddrPort("192.0.2.20:5060"), netip.MustParseAddrPort("192.0.2.1:5060")
	return r, nil
}

// parse is the core parse, which every message gets before its script.
func (r *runner) parse() sipparse.Err {
	if e := sipparse.Parse(r.msg, &r.ctx.Index); e != sipparse.OK {
		return e
	}
	return r.ctx.Index.Core(r.msg)
}

// whole is the core parse and the script.
func (r *runner) whole() (rt.State, error) {
	r.ctx.Reset(r.prog, r.msg)
	r.parse()
	r.ctx.Route = rt.RequestRoute
	return r.ctx.Run(r.prog.Request)
}

// variable is a script variable's text after a run.
func (r *runner) variable(name string) string {
	for i, n := range r.prog.VarNames {
		if n == name {
			return string(r.ctx.Text(r.ctx.Vars[i]))
		}
	}
	return ""
}
