package pv

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func afterLast(v value.Value, b []byte, ch byte) value.Value {
	if i := bytes.LastIndexByte(b, ch); i >= 0 {
		return v.Slice(i+1, len(b))
	}
	return value.Empty()
}

func beforeLast(v value.Value, b []byte, ch byte) value.Value {
	if i := bytes.LastIndexByte(b, ch); i >= 0 {
		return v.Slice(0, i)
	}
	return v
}

func stripTo(v value.Value, b []byte, ch byte) value.Value {
	if i := bytes.IndexByte(b, ch); i >= 0 {
		return v.Slice(i, len(b))
	}
	return value.Empty()
}

// bindFormatLines makes s.fmtlines and s.fmtlinet.
func bindFormatLines(pad byte) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		width, err := intArg(args[0])
		if err != nil {
			return nil, err
		}
		indent, err := intArg(args[1])
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			n, ok := width(c)
			m, fine := indent(c)
			if !ok || !fine || n <= 0 || m < 0 || m > maxIndent {
				return undef
			}
			if n >= int64(len(b)) {
				return v
			}
			at := c.Mark()
			for len(b) > int(n) {
				c.Append(b[:n])
				c.AppendString("\r\n")
				for range m {
					c.AppendByte(pad)
				}
				b = b[n:]
			}
			c.Append(b)
			return c.FromMark(at)
		}, nil
	}
}
