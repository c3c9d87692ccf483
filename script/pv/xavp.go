package pv

import (
	"fmt"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// xIndex computes an index of an XAVP path.
type xIndex = func(c *rt.Ctx) int

// xPart takes "name" or "name[index]" apart.
func xPart(b registry.Build, text string) (name string, index xIndex, err error) {
	text = strings.TrimSpace(text)
	name, rest, has := strings.Cut(text, "[")
	if !has {
		return name, func(*rt.Ctx) int { return rt.XNone }, checkXName(name)
	}
	rest, ok := strings.CutSuffix(rest, "]")
	if !ok {
		return "", nil, fmt.Errorf("expected ] at the end of %q", text)
	}
	at, err := indexOf(b, rest, 0)
	if err != nil {
		return "", nil, err
	}
	index = func(c *rt.Ctx) int {
		n := at(c)
		switch {
		case n == indexAll:
			return rt.XAll
		case n < 0 || n >= rt.MaxAVPs:
			return rt.MaxAVPs // nothing stands there
		}
		return int(n)
	}
	return name, index, checkXName(name)
}

func checkXName(name string) error {
	if name == "" || strings.ContainsAny(name, " \t$()]=>{}") {
		return fmt.Errorf("%q is no name", name)
	}
	return nil
}

// xavpRow makes $xavp, $xavi or $xavu. mark keeps the classes' names apart,
// fold ignores the case of names, single keeps one value per name.
func xavpRow(name, mark, doc string, fold, single bool) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Doc: doc, Source: "pseudo-variables, $" + name + "(id)",
		Bind: func(b registry.Build, inner, outer string) (*registry.Var, error) {
			if outer != "" {
				return nil, fmt.Errorf("$%s(%s): write the index behind the name: $%s(%s[%s])", name, inner, name, inner, outer)
			}
			rootText, fieldText, hasField := strings.Cut(inner, "=>")
			root, rootAt, err := xPart(b, rootText)
			if err != nil {
				return nil, fmt.Errorf("$%s(%s): %w", name, inner, err)
			}
			p := rt.XPath{HasField: hasField, FieldIndex: rt.XNone}
			fieldAt := xIndex(func(*rt.Ctx) int { return rt.XNone })
			if hasField {
				var field string
				if field, fieldAt, err = xPart(b, fieldText); err != nil {
					return nil, fmt.Errorf("$%s(%s): %w", name, inner, err)
				}
				p.Field = b.AVP(xName(mark, field, fold))
			}
			p.Root = b.AVP(xName(mark, root, fold))
			structure := b.Const("<<" + name + ">>")
			path := func(c *rt.Ctx) rt.XPath {
				q := p
				q.RootIndex, q.FieldIndex = rootAt(c), fieldAt(c)
				return q
			}
			v := &registry.Var{Name: name + "(" + inner + ")",
				Get: func(c *rt.Ctx) value.Value {
					v, node := c.XAVP(path(c))
					if node {
						return structure
					}
					return v
				},
				Set: func(c *rt.Ctx, v value.Value) bool { return c.SetXAVP(path(c), v) },
			}
			if single {
				v.Set = func(c *rt.Ctx, v value.Value) bool { return setSingle(c, path(c), v) }
			}
			return v, nil
		}}
}

// XAVPField binds what $xavp(inner) names for a walk over a list: get is the
// n-th newest value of the field, whatever index inner gives it.
func XAVPField(b registry.Build, inner string) (get func(c *rt.Ctx, n int) value.Value, err error) {
	rootText, fieldText, ok := strings.Cut(inner, "=>")
	if !ok {
		return nil, fmt.Errorf("$xavp(%s) names no field", inner)
	}
	root, rootAt, err := xPart(b, rootText)
	if err != nil {
		return nil, err
	}
	field, _, err := xPart(b, fieldText)
	if err != nil {
		return nil, err
	}
	p := rt.XPath{Root: b.AVP(root), Field: b.AVP(field), HasField: true}
	return func(c *rt.Ctx, n int) value.Value {
		q := p
		q.RootIndex, q.FieldIndex = rootAt(c), n
		v, _ := c.XAVP(q)
		return v
	}, nil
}

func xName(mark, name string, fold bool) string {
	if fold {
		name = strings.ToLower(name)
	}
	return mark + name
}

// setSingle assigns where a name has one value: what is there is replaced.
func setSingle(c *rt.Ctx, p rt.XPath, v value.Value) bool {
	if v.IsUndef() || c.CountXAVP(p.Root) == 0 {
		return c.SetXAVP(p, v)
	}
	root := p
	root.HasField = false
	_, node := c.XAVP(root)
	switch {
	case !p.HasField:
		p.RootIndex = 0
	case !node:
		// A plain value gives way to the structure.
		c.SetXAVP(root, undef)
		p.RootIndex = rt.XNone
	default:
		p.RootIndex = 0
		if old, _ := c.XAVP(p); !old.IsUndef() {
			p.FieldIndex = 0
		}
	}
	return c.SetXAVP(p, v)
}

// xavpVars are the structured values that live as long as the message.
func xavpVars() []registry.PV {
	return []registry.PV{
		xavpRow("xavp", "", "structured value: name, name[i], name[i]=>field or name[i]=>field[j]; without an index assigning adds a new one on top, with an index it replaces; $null removes", false, false),
		xavpRow("xavi", "xavi=", "as $xavp, names in any case", true, false),
		xavpRow("xavu", "xavu=", "as $xavp, with one value per name", false, true),
	}
}
