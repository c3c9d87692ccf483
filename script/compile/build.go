package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/compile/posix"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"slices"
)

// Config implements registry.Build.
func (c *compiler) Config(module string) any { return c.configs[module] }

// Host implements registry.Build.
func (c *compiler) Host() any { return c.host }

// Define is the value of a preprocessor's name, for $def and $defn.
func (c *compiler) Define(name string) (string, bool) {
	v, ok := c.cfg.Defines[name]
	return v, ok
}

// Const implements registry.Build.
func (c *compiler) Const(s string) value.Value {
	if v, ok := c.consts[s]; ok {
		return v
	}
	v := value.FromSpan(value.Const, len(c.prog.Consts), len(s))
	c.prog.Consts = append(c.prog.Consts, s...)
	c.consts[s] = v
	return v
}

// InitVar implements registry.VarInitializer.
func (c *compiler) InitVar(name string, v value.Value) {
	slot := c.VarSlot(name)
	for len(c.prog.VarInit) <= slot {
		c.prog.VarInit = append(c.prog.VarInit, value.Value{})
	}
	c.prog.VarInit[slot] = v
}

// AVP implements registry.Build. A name in the spelling of $avp ("s:x", "i:5")
// means the same AVP as there.
func (c *compiler) AVP(name string) rt.AVPName {
	if key, err := avpKey(name); err == nil {
		name = key
	}
	n, ok := c.avps[name]
	if !ok {
		n = rt.AVPName(len(c.prog.AVPNames))
		c.avps[name] = n
		c.prog.AVPNames = append(c.prog.AVPNames, name)
	}
	return n
}

// VarSlot implements registry.Build.
func (c *compiler) VarSlot(name string) int {
	i, ok := c.vars[name]
	if !ok {
		i = len(c.prog.VarNames)
		c.vars[name] = i
		c.prog.VarNames = append(c.prog.VarNames, name)
	}
	return i
}

// Flag implements registry.Build.
func (c *compiler) Flag(name string) (int, bool) {
	n, ok := c.info.Flags[name]
	return n, ok
}

// AVPFlag resolves a name declared with avpflags. Functions that take one find
// it behind their Build.
func (c *compiler) AVPFlag(name string) (int, bool) {
	n, ok := c.info.AVPFlags[name]
	return n, ok
}

func (c *compiler) flagNames() []string { return registry.Names(c.info.Flags) }

// Var implements registry.Build.
func (c *compiler) Var(spec string) (*registry.Var, error) { return c.bindVar(spec) }

// Route implements registry.Build.
func (c *compiler) Route(kind rt.RouteKind, name string) bool {
	return c.entries[rt.RouteKey{Kind: kind, Name: name}] != nil
}

// RouteNames are the names of the blocks of a kind, sorted, for functions that
// take one computed at run time.
func (c *compiler) RouteNames(kind rt.RouteKind) (names []string) {
	for k := range c.entries {
		if k.Kind == kind && k.Name != "" {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Regex implements registry.Build.
func (c *compiler) Regex(text string, fold bool) (registry.Matcher, error) {
	return posix.Compile(text, fold)
}

// dynamicPatterns are the patterns that scripts of this process computed at run
// time; shared by all loops.
var dynamicPatterns = posix.NewCache(regexCacheSize, regexCacheMemory)

// RegexCached implements registry.Build.
func (c *compiler) RegexCached(text []byte, fold bool) (registry.Matcher, error) {
	return cachedRegex(text, fold)
}

func cachedRegex(text []byte, fold bool) (registry.Matcher, error) {
	m, err := dynamicPatterns.Get(text, fold)
	if err != nil {
		return nil, err // not m, which would be an interface that is not nil
	}
	return m, nil
}

// regexError reports a bad pattern, at the byte where that is known.
func (c *compiler) regexError(e ast.Expr, err error) {
	pos := e.Position()
	if lit, ok := check.Strip(e).(*ast.StringLit); ok && lit.Exact {
		if off := posix.Offset(err); off > 0 {
			pos += diag.Pos(1 + off)
		}
	}
	c.errorf(diag.Regex, pos, "", "bad regular expression: %s", err.Error())
}

// Warnf implements registry.Warner.
func (c *compiler) Warnf(code diag.Code, pos diag.Pos, format string, args ...any) {
	check.Warn(c.diags, code, pos, format, args...)
}

func suggest(name string, candidates []string) string { return diag.Suggest(name, candidates) }
