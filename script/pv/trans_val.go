package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// orElse replaces undefined.
func orElse(def value.Value) func(registry.Build) func(*rt.Ctx, value.Value) value.Value {
	return func(registry.Build) func(*rt.Ctx, value.Value) value.Value {
		return func(_ *rt.Ctx, v value.Value) value.Value {
			if v.IsUndef() {
				return def
			}
			return v
		}
	}
}

// jsonValue escapes text for a JSON string (RFC 8259 §7), in quotes where quote
// is set; numbers stay, undefined becomes null where quoted and empty otherwise.
func jsonValue(quote bool) func(registry.Build) func(*rt.Ctx, value.Value) value.Value {
	return func(b registry.Build) func(*rt.Ctx, value.Value) value.Value {
		null := value.Empty()
		if quote {
			null = b.Const("null")
		}
		return func(c *rt.Ctx, v value.Value) value.Value {
			switch v.Kind() {
			case value.Int:
				return v
			case value.Undef:
				return null
			}
			m := c.Mark()
			if quote {
				c.AppendByte('"')
			}
			appendJSON(c, c.Bytes(v))
			if quote {
				c.AppendByte('"')
			}
			return c.FromMark(m)
		}
	}
}

func appendJSON(c *rt.Ctx, b []byte) {
	for _, ch := range b {
		switch {
		case ch == '"' || ch == '\\':
			c.AppendByte('\\')
			c.AppendByte(ch)
		case ch == '\n':
			c.AppendString(`\n`)
		case ch == '\r':
			c.AppendString(`\r`)
		case ch == '\t':
			c.AppendString(`\t`)
		case ch < ' ':
			c.AppendString(`\u00`)
			c.AppendByte(hexLower[ch>>4])
			c.AppendByte(hexLower[ch&15])
		default:
			c.AppendByte(ch)
		}
	}
}

// valTrans is the class val.
func valTrans() []registry.Transformation {
	return []registry.Transformation{
		anyTrans("val", "n0", "the value, 0 where it is undefined", orElse(value.FromInt(0))),
		anyTrans("val", "ne", "the value, the empty string where it is undefined", orElse(value.Empty())),
		anyTrans("val", "json", "the text escaped for a JSON string, the empty string for undefined", jsonValue(false)),
		anyTrans("val", "jsonqe", "a JSON value: numbers as they are, text escaped and in quotes, undefined as null", jsonValue(true)),
	}
}
