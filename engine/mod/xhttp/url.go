package xhttp

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// transformations take a URL apart: {url.path} and {url.querystring}, at the first
// question mark.
var transformations = []registry.Transformation{
	urlPart("path", "What stands before the first question mark of a URL.", func(v value.Value, mark int) value.Value {
		if mark < 0 {
			return v
		}
		return v.Slice(0, mark)
	}),
	urlPart("querystring", "What follows the first question mark of a URL; empty where there is none.", func(v value.Value, mark int) value.Value {
		if mark < 0 {
			return value.Empty()
		}
		return v.Slice(mark+1, v.Len())
	}),
}

func urlPart(name, doc string, part func(v value.Value, mark int) value.Value) registry.Transformation {
	return registry.Transformation{
		Class: "url", Name: name, Doc: doc, Source: source,
		Bind: func(registry.Build, []registry.TransArg) (func(*rt.Ctx, value.Value) value.Value, error) {
			return func(c *rt.Ctx, v value.Value) value.Value {
				if v.Kind() == value.Undef {
					return v
				}
				s := c.Str(v)
				return part(s, bytes.IndexByte(c.Bytes(s), '?'))
			}, nil
		},
	}
}
