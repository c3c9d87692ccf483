package pv

import (
	"errors"
	"fmt"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// undef is the undefined value.
var undef value.Value

// Vars are the pseudo-variables of the message and of the server around it.
func Vars() []registry.PV {
	return concat(uriVars(), addrVars(), headerVars(), authVars(), bodyVars(), sourceVars(), replyVars(),
		flagVars(), branchVars(), timeVars(), processVars(), sendVars(), viaVars(), sharedVars(), xavpVars())
}

// Keywords are the operands written as bare words (cookbook "Core Keywords").
func Keywords() []registry.Keyword { return keywords() }

// Transformations are the classes s, uri, param, nameaddr, tobody, line, re,
// sql, val and urialias.
func Transformations() []registry.Transformation {
	rows := concat(stringTrans(), escapeTrans(), encodeTrans(), hashTrans(), uriTrans(), uriBuildTrans(), paramTrans(),
		nameAddrTrans(), toBodyTrans(), lineTrans(), reTrans(), sqlTrans(), valTrans())
	for i := range rows {
		// Not where a row is made: those functions have to stay small enough to be
		// inlined, or their transformers allocate.
		rows[i].Source = "transformations, {" + rows[i].Class + "." + rows[i].Name + "}"
	}
	return rows
}

// Selects are the @ paths of the core and of textops.
func Selects() []registry.Select {
	rows := selects()
	for i := range rows {
		rows[i].Source = "selects, @" + rows[i].Prefix
	}
	return rows
}

func concat[T any](lists ...[]T) []T {
	var all []T
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// A setter is the write half of a variable; false refuses the value.
type setter = func(c *rt.Ctx, v value.Value) bool

// read makes a row for a read-only $name without parentheses and index.
func read(name string, kind value.Kind, doc string, get rt.Expr) registry.PV {
	return bound(name, kind, doc, func(registry.Build) rt.Expr { return get }, nil)
}

// write makes a row for a $name that can be assigned to.
func write(name string, kind value.Kind, doc string, get rt.Expr, set setter) registry.PV {
	return bound(name, kind, doc, func(registry.Build) rt.Expr { return get }, set)
}

// bound makes a row whose getter is made with the program, for constants that
// it returns.
func bound(name string, kind value.Kind, doc string, mk func(registry.Build) rt.Expr, set setter) registry.PV {
	return registry.PV{Name: name, Inner: registry.Never, Doc: doc, Source: "pseudo-variables, $" + name,
		Bind: func(b registry.Build, _, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex(name)
			}
			return &registry.Var{Name: name, Get: mk(b), Set: set, Kind: kind}, nil
		}}
}

// attr is one key of a $name(key).
type attr struct {
	key  string
	kind value.Kind
	get  rt.Expr
	set  setter
}

// attrs makes a row for $name(key) with a fixed set of keys.
func attrs(name, doc string, rows []attr) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Doc: doc, Source: "pseudo-variables, $" + name + "(key)",
		Bind: func(_ registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex(name)
			}
			for _, a := range rows {
				if a.key == inner {
					return &registry.Var{Name: name + "(" + inner + ")", Get: a.get, Set: a.set, Kind: a.kind}, nil
				}
			}
			return nil, errKey(name, inner, rows)
		}}
}

func errNoIndex(name string) error { return fmt.Errorf("$%s takes no index", name) }

func errKey(name, key string, rows []attr) error {
	keys := make([]string, len(rows))
	for i, a := range rows {
		keys[i] = a.key
	}
	return fmt.Errorf("$%s(%s): unknown key; expected one of %s", name, key, strings.Join(keys, ", "))
}

var errIndex = errors.New("the index must be a number, a pseudo-variable or *")

// indexAll is the index of [*].
const indexAll = -1 << 62

// indexOf compiles what stands between [ and ]: def where there is nothing.
func indexOf(b registry.Build, index string, def int64) (func(*rt.Ctx) int64, error) {
	index = strings.TrimSpace(index)
	switch {
	case index == "":
		return func(*rt.Ctx) int64 { return def }, nil
	case index == "*":
		return func(*rt.Ctx) int64 { return indexAll }, nil
	case index[0] == '$':
		spec := index[1:]
		if inner, ok := strings.CutPrefix(spec, "("); ok {
			spec = strings.TrimSuffix(inner, ")")
		}
		v, err := b.Var(spec)
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx) int64 { return c.Int(v.Get(c)) }, nil
	}
	n, ok := value.ParseInt([]byte(index))
	if !ok {
		return nil, errIndex
	}
	return func(*rt.Ctx) int64 { return n }, nil
}

// textOf compiles a name in parentheses that may contain pseudo-variables.
// text is the constant one, "" where expr is set.
func textOf(b registry.Build, inner string) (text string, expr rt.Expr, err error) {
	if !strings.Contains(inner, "$") {
		return inner, nil, nil
	}
	expr, err = b.Format(inner)
	return "", expr, err
}

// inMsg is a span of the message as a value.
func inMsg(s sipparse.Span) value.Value {
	return value.FromSpan(value.Msg, int(s.Off), int(s.Len))
}

// present is inMsg, undefined for a span that is empty or absent.
func present(s sipparse.Span) value.Value {
	if s.Len == 0 {
		return undef
	}
	return inMsg(s)
}

// whole is the message as a value, the origin of spans in it.
func whole(c *rt.Ctx) value.Value { return value.FromSpan(value.Msg, 0, len(c.Msg)) }

// piece is a span as a part of origin, undefined where empty.
func piece(origin value.Value, s sipparse.Span) value.Value {
	if s.Len == 0 {
		return undef
	}
	return origin.Slice(int(s.Off), s.End())
}

// hex8 is n as eight hexadecimal digits ($mF, $bF, $sF).
func hex8(c *rt.Ctx, n uint32) value.Value {
	m := c.Mark()
	for shift := 28; shift >= 0; shift -= 4 {
		c.AppendByte(hexLower[n>>shift&15])
	}
	return c.FromMark(m)
}

const hexLower = "0123456789abcdef"
