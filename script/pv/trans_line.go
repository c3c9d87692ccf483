package pv

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// lineEnd is where the line that begins at lo ends, and where the next begins.
func lineEnd(b []byte, lo int) (hi, next int) {
	i := bytes.IndexByte(b[lo:], '\n')
	if i < 0 {
		return len(b), len(b)
	}
	hi, next = lo+i, lo+i+1
	if hi > lo && b[hi-1] == '\r' {
		hi--
	}
	return hi, next
}

func countLines(b []byte) int64 {
	n := int64(bytes.Count(b, []byte{'\n'}))
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

func bindLineAt(_ registry.Build, args []registry.TransArg) (transformer, error) {
	index, err := intArg(args[0])
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		n, ok := index(c)
		if !ok || len(b) == 0 {
			return undef
		}
		if n < 0 {
			n += countLines(b)
		}
		for lo := 0; n >= 0 && lo < len(b); n-- {
			hi, next := lineEnd(b, lo)
			if n == 0 {
				return v.Slice(lo, hi)
			}
			lo = next
		}
		return value.Empty()
	}, nil
}

func bindLineStart(_ registry.Build, args []registry.TransArg) (transformer, error) {
	match := textArg(args[0])
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		start := match(c)
		for lo := 0; lo < len(b); {
			hi, next := lineEnd(b, lo)
			if bytes.HasPrefix(b[lo:hi], start) {
				return v.Slice(lo, hi)
			}
			lo = next
		}
		return value.Empty()
	}, nil
}

// lineTrans is the class line: lines of a text, without their line ends.
func lineTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("line", "count", "number of lines; undefined for the empty text", func(_ *rt.Ctx, _ value.Value, b []byte) value.Value {
			if len(b) == 0 {
				return undef
			}
			return value.FromInt(countLines(b))
		}),
		trans("line", "at", 1, 1, "at,index: the index-th line, from 0 or, negative, from the end; empty where there is none", bindLineAt),
		trans("line", "sw", 1, 1, "sw,text: the first line that starts with the text; empty where there is none", bindLineStart),
	}
}
