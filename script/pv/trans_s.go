package pv

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// stringTrans are the transformations of class s that cut and search.
func stringTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("s", "len", "length in bytes", func(_ *rt.Ctx, v value.Value, _ []byte) value.Value { return value.FromInt(int64(v.Len())) }),
		keepsText(plainTrans("s", "int", "the number that the text is; undefined where it is none, 0 for the empty text. Within a text it is the text itself", toInt)),
		trans("s", "substr", 2, 2, "substr,offset,length: from offset (negative: from the end), length bytes (0: to the end); undefined where offset is outside", bindSubstr),
		trans("s", "select", 2, 2, "select,index,separator: the index-th field, from 0 or, negative, from the end", bindSelect),
		trans("s", "strip", 1, 1, "strip,n: without the first n bytes", bindStrip(false)),
		trans("s", "striptail", 1, 1, "striptail,n: without the last n bytes", bindStrip(true)),
		trans("s", "prefixes", 0, 1, "prefixes[,max]: all prefixes up to max bytes, separated by commas", bindPrefixes(false)),
		trans("s", "prefixes.quoted", 0, 1, "prefixes.quoted[,max]: as prefixes, each in single quotes", bindPrefixes(true)),
		trans("s", "replace", 2, 2, "replace,match,text: every match replaced by text", bindReplace),
		trans("s", "rm", 1, 1, "rm,match: without every match", bindReplace),
		trans("s", "count", 1, 1, "count,c: how often the character c occurs", byChar(count)),
		trans("s", "after", 1, 1, "after,c: what follows the first character c; empty where there is none", byChar(after)),
		trans("s", "before", 1, 1, "before,c: what precedes the first character c; all where there is none", byChar(before)),
		trans("s", "rafter", 1, 1, "rafter,c: what follows the last character c; empty where there is none", byChar(afterLast)),
		trans("s", "rbefore", 1, 1, "rbefore,c: what precedes the last character c; all where there is none", byChar(beforeLast)),
		trans("s", "stripto", 1, 1, "stripto,c: from the first character c on; empty where there is none", byChar(stripTo)),
		trans("s", "fmtlines", 2, 2, "fmtlines,n,m: in lines of n bytes, each but the first behind CRLF and m blanks", bindFormatLines(' ')),
		trans("s", "fmtlinet", 2, 2, "fmtlinet,n,m: as fmtlines, with m tabs", bindFormatLines('\t')),
		plainTrans("s", "tolower", "ASCII letters in lower case", func(c *rt.Ctx, v value.Value, b []byte) value.Value { return mapCase(c, v, b, 'A', 'Z') }),
		plainTrans("s", "toupper", "ASCII letters in upper case", func(c *rt.Ctx, v value.Value, b []byte) value.Value { return mapCase(c, v, b, 'a', 'z') }),
		plainTrans("s", "trim", "without white space on both sides", func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			lo, hi := trim(b, 0, len(b))
			return v.Slice(lo, hi)
		}),
		plainTrans("s", "ltrim", "without white space on the left", func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			lo, _ := trim(b, 0, len(b))
			return v.Slice(lo, len(b))
		}),
		plainTrans("s", "rtrim", "without white space on the right", func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			hi := len(b)
			for hi > 0 && isSpace(b[hi-1]) {
				hi--
			}
			return v.Slice(0, hi)
		}),
		plainTrans("s", "rmws", "without any white space", func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			return keep(c, v, b, func(ch byte) bool { return !isSpace(ch) })
		}),
		plainTrans("s", "numeric", "only the digits", func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			return keep(c, v, b, func(ch byte) bool { return ch >= '0' && ch <= '9' })
		}),
		plainTrans("s", "unquote", "without surrounding ' or \"", func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			if n := len(b); n >= 2 && b[0] == b[n-1] && (b[0] == '"' || b[0] == '\'') {
				return v.Slice(1, n-1)
			}
			return v
		}),
		plainTrans("s", "unbracket", "without surrounding () [] {} or <>", func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			if n := len(b); n >= 2 && closing(b[0]) == b[n-1] && b[n-1] != 0 {
				return v.Slice(1, n-1)
			}
			return v
		}),
		trans("s", "ftime", 1, 1, "ftime,format: the number as seconds since 1970 in a strftime format, local time", bindFTime),
	}
}

func closing(open byte) byte {
	switch open {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return 0
}

func toInt(_ *rt.Ctx, _ value.Value, b []byte) value.Value {
	if len(b) == 0 {
		return value.FromInt(0)
	}
	i := 0
	if b[0] == '-' || b[0] == '+' {
		i = 1
	}
	if len(b) > 20 {
		return undef
	}
	n := int64(0)
	for _, ch := range b[i:] {
		if ch < '0' || ch > '9' {
			return undef
		}
		if n = n*10 + int64(ch-'0'); n > 1<<31 {
			return undef
		}
	}
	if b[0] == '-' {
		n = -n
	}
	if n == 1<<31 {
		return undef
	}
	return value.FromInt(n)
}

func bindSubstr(_ registry.Build, args []registry.TransArg) (transformer, error) {
	offset, err := intArg(args[0])
	if err != nil {
		return nil, err
	}
	length, err := intArg(args[1])
	if err != nil {
		return nil, err
	}
	if args[1].Eval == nil && len(args[1].Text) > 0 && args[1].Text[0] == '-' {
		return nil, errNegative
	}
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		off, ok := offset(c)
		n, ok2 := length(c)
		size := int64(len(b))
		if off < 0 {
			off += size
		}
		if !ok || !ok2 || n < 0 || off < 0 || off >= size {
			return undef
		}
		if n == 0 || n > size-off {
			n = size - off
		}
		return v.Slice(int(off), int(off+n))
	}, nil
}

func bindSelect(_ registry.Build, args []registry.TransArg) (transformer, error) {
	index, err := intArg(args[0])
	if err != nil {
		return nil, err
	}
	separator := charArg(args[1])
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		n, ok := index(c)
		sep, ok2 := separator(c)
		if !ok || !ok2 {
			return undef
		}
		lo, hi, found := fieldAt(b, n, sep)
		if !found {
			return value.Empty()
		}
		return v.Slice(lo, hi)
	}, nil
}

// fieldAt is the n-th field of b, from the end where n is negative.
func fieldAt(b []byte, n int64, sep byte) (lo, hi int, found bool) {
	if n < 0 {
		hi = len(b)
		for ; ; n++ {
			lo = bytes.LastIndexByte(b[:hi], sep) + 1
			if n == -1 {
				return lo, hi, true
			}
			if lo == 0 {
				return 0, 0, false
			}
			hi = lo - 1
		}
	}
	for ; ; n-- {
		hi = bytes.IndexByte(b[lo:], sep)
		if hi < 0 {
			return lo, len(b), n == 0
		}
		if hi += lo; n == 0 {
			return lo, hi, true
		}
		lo = hi + 1
	}
}

func bindStrip(tail bool) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		count, err := intArg(args[0])
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			n, ok := count(c)
			switch {
			case !ok:
				return undef
			case n <= 0:
				return v
			case n >= int64(len(b)):
				return value.Empty()
			case tail:
				return v.Slice(0, len(b)-int(n))
			}
			return v.Slice(int(n), len(b))
		}, nil
	}
}

func bindPrefixes(quoted bool) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		limit := func(*rt.Ctx) (int64, bool) { return 0, true }
		if len(args) > 0 {
			var err error
			if limit, err = intArg(args[0]); err != nil {
				return nil, err
			}
		}
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			most, ok := limit(c)
			if !ok {
				return undef
			}
			if most <= 0 || most > int64(len(b)) {
				most = int64(len(b))
			}
			most = min(most, maxPrefixes)
			m := c.Mark()
			for n := 1; n <= int(most); n++ {
				if n > 1 {
					c.AppendByte(',')
				}
				if quoted {
					c.AppendByte('\'')
				}
				c.Append(b[:n])
				if quoted {
					c.AppendByte('\'')
				}
			}
			return c.FromMark(m)
		}, nil
	}
}

// bindReplace makes s.replace, and s.rm, which has no replacement.
func bindReplace(_ registry.Build, args []registry.TransArg) (transformer, error) {
	match := textArg(args[0])
	repl := func(*rt.Ctx) []byte { return nil }
	if len(args) > 1 {
		repl = textArg(args[1])
	}
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		what := match(c)
		i := bytes.Index(b, what)
		if len(what) == 0 || i < 0 {
			return v
		}
		with := repl(c)
		m := c.Mark()
		for ; i >= 0; i = bytes.Index(b, what) {
			c.Append(b[:i])
			c.Append(with)
			b = b[i+len(what):]
		}
		c.Append(b)
		return c.FromMark(m)
	}, nil
}

// byChar makes a transformation whose one argument is a character.
func byChar(f func(v value.Value, b []byte, ch byte) value.Value) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		char := charArg(args[0])
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			ch, ok := char(c)
			if !ok {
				return undef
			}
			return f(v, b, ch)
		}, nil
	}
}

func count(_ value.Value, b []byte, ch byte) value.Value {
	return value.FromInt(int64(bytes.Count(b, []byte{ch})))
}

func after(v value.Value, b []byte, ch byte) value.Value {
	if i := bytes.IndexByte(b, ch); i >= 0 {
		return v.Slice(i+1, len(b))
	}
	return value.Empty()
}

func before(v value.Value, b []byte, ch byte) value.Value {
	if i := bytes.IndexByte(b, ch); i >= 0 {
		return v.Slice(0, i)
	}
	return v
}

// mapCase flips the case of the letters from lo to hi; text without any stays
// where it is.
func mapCase(c *rt.Ctx, v value.Value, b []byte, lo, hi byte) value.Value {
	i := 0
	for i < len(b) && (b[i] < lo || b[i] > hi) {
		i++
	}
	if i == len(b) {
		return v
	}
	m := c.Mark()
	dst := c.Extend(len(b))
	for i, ch := range b {
		if ch >= lo && ch <= hi {
			ch ^= 0x20
		}
		dst[i] = ch
	}
	return c.FromMark(m)
}

// keep is the text of the bytes that pass.
func keep(c *rt.Ctx, v value.Value, b []byte, pass func(byte) bool) value.Value {
	i := 0
	for i < len(b) && pass(b[i]) {
		i++
	}
	if i == len(b) {
		return v
	}
	m := c.Mark()
	dst := c.Extend(len(b))
	n := 0
	for _, ch := range b {
		if pass(ch) {
			dst[n] = ch
			n++
		}
	}
	c.Truncate(m + n)
	return c.FromMark(m)
}
