package compile

import (
	"fmt"
	"strconv"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Compile checks a configuration and compiles its routing blocks. All that is
// wrong goes to diags, each error once and all in one run. The program is nil
// where diags has errors, then or before.
//
// table holds the core and the loaded modules (check.Modules); a table whose
// modules are not yet resolved is resolved here. configs are the modules'
// configurations after check.Apply, host is the server, nil for a bare check.
func Compile(cfg *ast.Config, table *registry.Table, configs map[string]any, host any, diags *diag.List) *rt.Program {
	if !table.Resolved() {
		table = check.Modules(cfg, table, diags)
	}
	info := check.Check(cfg, table, diags)
	c := newCompiler(cfg, table, configs, host, diags, info)
	for _, m := range c.table.Loaded {
		if m.Program == nil {
			continue
		}
		if err := m.Program(c, configs[m.Name]); err != nil {
			c.errorf(0, "", "module %s: %v", m.Name, err)
		}
	}
	c.blocks()
	if diags.HasErrors() {
		return nil
	}
	return c.finish()
}

// compiler is the state of one compilation.
type compiler struct {
	cfg     *ast.Config
	table   *registry.Table
	configs map[string]any
	host    any
	diags   *diag.List
	info    *check.Info
	prog    *rt.Program

	consts  map[string]value.Value
	vars    map[string]int
	avps    map[string]rt.AVPName
	entries map[rt.RouteKey]*entry
	folder  *check.Folder
	impures map[ast.Expr]bool
	// simplified are logical expressions with what simplify made of them.
	simplified map[*ast.Binary]ast.Expr
	reach      rt.RouteKind // the kinds of block from which the block being compiled is reached
	specs      map[string]*registry.Var
	reported   map[string]bool
	coreRows   map[string]*registry.PV
	globalSet  map[string]rt.Global
	stateful   bool
}

// entry is a block's first operation, for calls compiled before it.
type entry struct{ op rt.Op }

func newCompiler(cfg *ast.Config, table *registry.Table, configs map[string]any, host any, diags *diag.List, info *check.Info) *compiler {
	c := &compiler{
		cfg: cfg, table: table, configs: configs, host: host, diags: diags, info: info,
		prog:    &rt.Program{Routes: map[rt.RouteKey]rt.Op{}, CallDepth: rt.MaxCallDepth},
		consts:  map[string]value.Value{},
		vars:    map[string]int{},
		avps:    map[string]rt.AVPName{},
		entries: map[rt.RouteKey]*entry{},
		folder:  check.NewFolder(table),
		impures: map[ast.Expr]bool{},

		simplified: map[*ast.Binary]ast.Expr{},
		specs:      map[string]*registry.Var{},
		reported:   map[string]bool{},
		globalSet:  map[string]rt.Global{},
	}
	c.coreRows = coreVars()
	for _, g := range check.Globals(cfg) {
		c.prog.Globals = append(c.prog.Globals, g)
		c.globalSet[g.Group+"."+g.Name] = g
	}
	for _, b := range cfg.Routes {
		for _, k := range check.KeysOf(b) {
			if c.entries[k] == nil {
				c.entries[k] = &entry{}
			}
		}
	}
	return c
}

// blocks compiles every routing block.
func (c *compiler) blocks() {
	seen := map[rt.RouteKey]bool{}
	for _, b := range c.cfg.Routes {
		keys := check.KeysOf(b)
		if seen[keys[0]] {
			continue // reported by the checker
		}
		seen[keys[0]] = true
		c.reach = c.info.Reach[b]
		op := c.block(b.Body, 0, opReturn1, nil)
		for _, k := range keys {
			c.entries[k].op = op
			c.prog.Routes[k] = op
		}
	}
}

// finish fills the program's parts that are known only at the end.
func (c *compiler) finish() *rt.Program {
	p := c.prog
	p.NumVars = len(p.VarNames)
	p.Request = p.Routes[rt.RouteKey{Kind: rt.RequestRoute}]
	p.Reply = p.Routes[rt.RouteKey{Kind: rt.ReplyRoute}]
	p.Send = p.Routes[rt.RouteKey{Kind: rt.SendRoute}]
	p.Stateful = c.stateful
	files := c.cfg.Files
	p.Positions = func(pos int32) string {
		at := files.Position(diag.Pos(pos))
		return at.File + ":" + strconv.Itoa(at.Line) + ":" + strconv.Itoa(at.Column)
	}
	return p
}

// errorf reports an error of the script, once per place and text.
func (c *compiler) errorf(pos diag.Pos, suggestion, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	key := strconv.Itoa(int(pos)) + text
	if c.reported[key] {
		return
	}
	c.reported[key] = true
	check.Report(c.diags, pos, suggestion, "%s", text)
}

// opReturn1 is the end of a block without return: 1 (cookbook "return").
func opReturn1(c *rt.Ctx) rt.Op { return c.Return(1) }

// fold is the value of an expression that is known at start.
func (c *compiler) fold(e ast.Expr) check.Constant { return c.folder.Fold(e) }

// value interns a constant into the program.
func (c *compiler) value(k check.Constant) value.Value {
	if k.Kind == value.Int {
		return value.FromInt(k.Num)
	}
	return c.Const(k.Str)
}
