package textops

import "sipedge/script/rt"

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }
