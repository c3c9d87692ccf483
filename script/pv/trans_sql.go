package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// anyTrans makes a row without arguments whose function sees undefined values
// and numbers too.
func anyTrans(class, name, doc string, mk func(b registry.Build) func(*rt.Ctx, value.Value) value.Value) registry.Transformation {
	return registry.Transformation{Class: class, Name: name, Doc: doc,
		Bind: func(b registry.Build, _ []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
			return mk(b), nil
		}}
}

// sqlValue quotes a value for an SQL statement; null stands for undefined.
func sqlValue(null string) func(b registry.Build) func(*rt.Ctx, value.Value) value.Value {
	return func(b registry.Build) func(*rt.Ctx, value.Value) value.Value {
		null := b.Const(null)
		return func(c *rt.Ctx, v value.Value) value.Value {
			switch v.Kind() {
			case value.Int:
				return v
			case value.Undef:
				return null
			}
			m := c.Mark()
			c.AppendByte('\'')
			appendCommon(c, c.Bytes(v))
			c.AppendByte('\'')
			return c.FromMark(m)
		}
	}
}

// sqlTrans is the class sql.
func sqlTrans() []registry.Transformation {
	return []registry.Transformation{
		anyTrans("sql", "val", "an SQL value: numbers as they are, text quoted and escaped, undefined as NULL", sqlValue("NULL")),
		anyTrans("sql", "val.int", "as sql.val, undefined as 0", sqlValue("0")),
		anyTrans("sql", "val.str", "as sql.val, undefined as ''", sqlValue("''")),
	}
}
