package pv

import (
	"errors"
	"time"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

var errNegative = errors.New("the length must not be negative")

// bindFTime makes s.ftime.
func bindFTime(_ registry.Build, args []registry.TransArg) (transformer, error) {
	format := textArg(args[0])
	return func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
		n, ok := value.ParseInt(b)
		if !ok && len(b) > 0 || n < 0 || n > maxTime {
			return undef
		}
		f := format(c)
		m := c.Mark()
		strftime(c, f, time.Unix(n, 0))
		return c.FromMark(m)
	}, nil
}
