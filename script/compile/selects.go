package compile

import (
	"fmt"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// parseSelect takes the text behind @ apart: names joined by dots, each with
// arguments ["text"], [1] or [word] behind it.
func parseSelect(s string) ([]registry.SelectStep, error) {
	var path []registry.SelectStep
	for i := 0; i < len(s); {
		if len(path) == maxSteps {
			return nil, specErrorf(diag.Limit, i, "a select of more than %d names and indexes", maxSteps)
		}
		switch {
		case s[i] == '.':
			i++
			if i == len(s) || s[i] == '.' || s[i] == '[' {
				return nil, specErrorf(diag.SelectForm, i, "a name is missing in the select @%s", s)
			}
		case s[i] == '[':
			end := strings.IndexByte(s[i:], ']')
			if q := strings.IndexByte(s[i:], '"'); q >= 0 && q < end {
				if close := strings.IndexByte(s[i+q+1:], '"'); close >= 0 {
					rest := strings.IndexByte(s[i+q+1+close:], ']')
					end = q + 1 + close + rest
					if rest < 0 {
						end = -1
					}
				}
			}
			if end < 0 {
				return nil, specErrorf(diag.SelectForm, i, "an index is not closed in the select @%s", s)
			}
			arg := strings.TrimSpace(s[i+1 : i+end])
			step := registry.SelectStep{IsArg: true, Arg: arg}
			if len(arg) >= 2 && (arg[0] == '"' || arg[0] == '\'') && arg[len(arg)-1] == arg[0] {
				step.Arg = arg[1 : len(arg)-1]
			} else if n, ok := value.ParseInt([]byte(arg)); ok {
				step.IsInt, step.Num = true, n
			}
			path = append(path, step)
			i += end + 1
		default:
			start := i
			for i < len(s) && (isNameByte(s[i]) && s[i] != '.' || s[i] == '-') {
				i++
			}
			if i == start {
				return nil, specErrorf(diag.SelectForm, i, "unexpected %q in the select @%s", s[i], s)
			}
			path = append(path, registry.SelectStep{Name: s[start:i]})
		}
	}
	if len(path) == 0 || path[0].IsArg {
		return nil, specErrorf(diag.SelectForm, 0, "a select needs a name: @ruri, @from.uri, …")
	}
	return path, nil
}

// selectExpr is @path as an expression.
func (c *compiler) selectExpr(e *ast.Select) rt.Expr {
	x, err := c.bindSelect(e.Path)
	if err != nil {
		c.specProblem(e.Pos, err)
		return undefined
	}
	// Only a pseudo-variable can be undefined: a select of what is not there is the
	// empty text (cookbook "Operators").
	return func(c *rt.Ctx) value.Value {
		if v := x(c); !v.IsUndef() {
			return v
		}
		return value.Empty()
	}
}

func (c *compiler) bindSelect(text string) (rt.Expr, error) {
	path, err := parseSelect(text)
	if err != nil {
		return nil, err
	}
	row, _ := c.table.Select(path)
	if row == nil {
		if path[0].Name == "cfg_get" && !c.cfg.Without["select cfg_get"] {
			return c.configValue(path)
		}
		err := specErrorf(diag.UnknownSelect, 0, "unknown select \"@%s\"", path[0].Name)
		if n := suggest(path[0].Name, registry.Names(c.table.Selects)); n != "" {
			err.suggest = "@" + n
		}
		return nil, err
	}
	return row.Bind(c, path)
}

// bindSel is $sel(path).
func bindSel(b registry.Build, inner, index string) (*registry.Var, error) {
	c, ok := b.(*compiler)
	if !ok || index != "" {
		return nil, errNoIndex
	}
	x, err := c.bindSelect(strings.TrimPrefix(strings.TrimSpace(inner), "@"))
	if err != nil {
		return nil, err
	}
	return &registry.Var{Name: "sel(" + inner + ")", Get: x}, nil
}

// coreGroups are the groups of the core's parameters, with what the names of theirs begin
// with in a script.
var coreGroups = map[string]string{"core": "", "tcp": "tcp_", "sctp": "sctp_"}

// configValue is @cfg_get.group.name: a custom global parameter of the script,
// or a parameter of the core or of a loaded module, as the snapshot has it.
func (c *compiler) configValue(path []registry.SelectStep) (rt.Expr, error) {
	name := func(i int) string {
		if path[i].IsArg {
			return path[i].Arg
		}
		return path[i].Name
	}
	if len(path) != 3 {
		return nil, specErrorf(diag.SelectForm, 0, "@cfg_get takes a group and a name: @cfg_get.group.name")
	}
	group, key := name(1), name(2)
	if g, ok := c.globalSet[group+"."+key]; ok {
		k := check.StrConst(g.Str)
		if g.IsInt {
			k = check.IntConst(g.Int)
		}
		v := c.Const(k.Text()) // a select is a text
		return func(*rt.Ctx) value.Value { return v }, nil
	}
	var p *registry.Param
	module := group
	if prefix, ok := coreGroups[group]; ok {
		module, p = "", c.table.Params[prefix+key]
	} else if m := c.table.Modules[group]; m != nil && c.table.IsLoaded(group) {
		p = m.Param(key)
	}
	if p == nil || p.Field == nil || c.configs[module] == nil {
		var known []string
		for n := range c.globalSet {
			known = append(known, n)
		}
		err := &specError{code: diag.UnknownSelect, text: fmt.Sprintf("unknown configuration value %q", group+"."+key)}
		err.suggest = suggest(group+"."+key, known)
		return nil, err
	}
	var k check.Constant
	switch f := p.Field(c.configs[module]).(type) {
	case *int64:
		k = check.IntConst(*f)
	case *bool:
		k = check.BoolConst(*f)
	case *string:
		k = check.StrConst(*f)
	default:
		return nil, specErrorf(diag.SelectForm, 0, "the configuration value %s.%s is a list and cannot be read", group, key)
	}
	v := c.Const(k.Text())
	return func(*rt.Ctx) value.Value { return v }, nil
}
