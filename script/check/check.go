package check

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Info is what the checker found out and the compiler needs.
type Info struct {
	// Reach tells from which kinds of block each block is reached, its own kind
	// included.
	Reach map[*ast.RouteBlock]rt.RouteKind
	// Flags and AVPFlags are the numbers of the declared flags.
	Flags, AVPFlags map[string]int
}

// Check looks at the routing blocks of a configuration whose modules are
// resolved (Modules).
func Check(cfg *ast.Config, table *registry.Table, diags *diag.List) *Info {
	k := &checker{
		cfg: cfg, table: table, diags: diags, fold: NewFolder(table),
		blocks: map[rt.RouteKey]*ast.RouteBlock{},
		info:   &Info{Reach: map[*ast.RouteBlock]rt.RouteKind{}, Flags: map[string]int{}, AVPFlags: map[string]int{}},
	}
	settle(cfg, table)
	k.flags()
	k.declare()
	k.reach()
	k.recursion()
	k.unusedFlags()
	for _, b := range cfg.Routes {
		k.block = b
		k.body(b.Body, nil)
	}
	return k.info
}

type checker struct {
	cfg    *ast.Config
	table  *registry.Table
	diags  *diag.List
	fold   *Folder
	info   *Info
	blocks map[rt.RouteKey]*ast.RouteBlock
	block  *ast.RouteBlock // that is looked at
}

// declare finds the blocks and those that are there twice.
func (k *checker) declare() {
	for _, b := range k.cfg.Routes {
		key := KeysOf(b)[0]
		if first := k.blocks[key]; first != nil {
			at := k.cfg.Files.Position(first.Pos)
			Report(k.diags, diag.DuplicateRoute, b.Pos, "", "%s is defined twice; the first is at %s:%d", blockName(b), at.File, at.Line)
			continue
		}
		for _, n := range KeysOf(b) {
			k.blocks[n] = b
		}
	}
}

func blockName(b *ast.RouteBlock) string {
	if b.Name == "" {
		return b.Kind.String()
	}
	return b.Kind.String() + "[" + b.Name + "]"
}

// expr looks at an expression and everything in it. word tells that a bare word
// may stand here (the right side of method==INVITE, some arguments).
func (k *checker) expr(e ast.Expr, word bool) {
	switch e := e.(type) {
	case *ast.Paren:
		k.expr(e.X, word)
	case *ast.Ident:
		if !word {
			k.ident(e)
		}
	case *ast.Unary:
		k.expr(e.X, false)
		if e.Op == "-" || e.Op == "~" {
			k.number(e.X)
		}
	case *ast.Binary:
		k.binary(e)
	case *ast.Call:
		k.call(e)
	case *ast.RouteCall:
		k.routeCall(e)
	case *ast.IntLit:
		if e.Value != rt.Wrap(e.Value) && e.Value != int64(uint32(e.Value)) {
			Warn(k.diags, diag.NumberRange, e.Pos, "the number %d does not fit into 32 bits; it counts as %d", e.Value, rt.Wrap(e.Value))
		}
	}
}

// ident looks at a bare word as an operand.
func (k *checker) ident(e *ast.Ident) {
	if kw := k.table.Keywords[e.Name]; kw != nil {
		k.keyword(e.Pos, kw)
		return
	}
	if _, ok := registry.WordValue(e.Name); ok || e.Name == "myself" {
		return
	}
	if e.Name == "max_len" {
		Report(k.diags, diag.Removed, e.Pos, "", "max_len was removed; compare msg:len with a number")
		return
	}
	Report(k.diags, diag.UnknownWord, e.Pos, suggest(e.Name, append(registry.Names(k.table.Keywords), "myself")), "unknown word %q", e.Name)
}

func (k *checker) keyword(pos diag.Pos, kw *registry.Keyword) {
	if r := k.info.Reach[k.block]; kw.Routes != 0 && !kw.Routes.Allows(r) {
		Report(k.diags, diag.WrongBlock, pos, "", "%s cannot be used in %s; it is for %s", kw.Name, r, kw.Routes)
	}
}

func (k *checker) binary(e *ast.Binary) {
	lk, rk := k.fold.Keyword(e.L), k.fold.Keyword(e.R)
	special := k.fold.KeywordCompare(e)
	wordOn := func(kw *registry.Keyword) bool {
		return special && kw != nil && (kw.Type == registry.OperandMethod || kw.Type == registry.OperandAddr ||
			kw.Type == registry.OperandProto || kw.Type == registry.OperandAF)
	}
	k.expr(e.L, wordOn(rk))
	k.expr(e.R, wordOn(lk))
	if special {
		return
	}
	switch e.Op {
	case "-", "*", "/", "mod", "|", "&", "^", "<<", ">>", "<", ">", "<=", ">=":
		k.number(e.L)
		k.number(e.R)
	case "+":
		if k.fold.Fold(e.L).Kind == value.Int {
			k.number(e.R)
		}
	}
	if r := k.fold.Fold(e.R); (e.Op == "/" || e.Op == "mod") && r.Known() && r.Int() == 0 {
		const why = "division by zero: the expression always fails"
		if r.Kind == value.Int {
			Report(k.diags, diag.DivisionByZero, e.R.Position(), "", why)
		} else {
			Warn(k.diags, diag.DivisionByZero, e.R.Position(), why)
		}
	}
}

// number warns of a constant text where a number is wanted.
func (k *checker) number(e ast.Expr) {
	lit, ok := Strip(e).(*ast.StringLit)
	if !ok {
		return
	}
	if _, num := value.ParseInt([]byte(lit.Value)); !num {
		Warn(k.diags, diag.TextAsNumber, lit.Pos, "the text %q is used as a number and counts as 0", lit.Value)
	}
}

// routeCall looks at route(…).
func (k *checker) routeCall(e *ast.RouteCall) {
	name, ok := RouteName(e.Target)
	if !ok {
		k.expr(e.Target, false)
		return
	}
	if k.blocks[rt.RouteKey{Kind: rt.RequestRoute, Name: name}] == nil {
		shown := name
		if name == "" {
			shown = "0"
		}
		Report(k.diags, diag.UnknownRoute, e.Pos, suggest(name, k.names(rt.RequestRoute)), "there is no route[%s]", shown)
	}
}

// names are the blocks of a kind, for suggestions.
func (k *checker) names(kind rt.RouteKind) []string {
	if k.diags.Full() {
		return nil
	}
	var ns []string
	for key := range k.blocks {
		if key.Kind&kind != 0 && key.Name != "" {
			ns = append(ns, key.Name)
		}
	}
	return ns
}
