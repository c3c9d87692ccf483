package textops

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func replaceFunctions() []registry.Function {
	row := func(name, doc string, in region, how manner) registry.Function {
		return registry.Function{
			Name: name, Routes: editRoutes, Doc: doc + " True if anything matched.", Source: source,
			Args:    []registry.Arg{{Name: "re", Kind: registry.ArgRegex}, {Name: "text", Kind: registry.ArgStatic}},
			Compile: compileReplace(in, how),
		}
	}
	text := func(name, where string, in region) registry.Function {
		return registry.Function{
			Name: name, Routes: editRoutes, Source: source,
			Doc: "Replaces text " + where + ", taken as it is: mode a every one, f the first, l the last; i as well, in any case. " +
				"True if the message can be changed.",
			Args: []registry.Arg{
				{Name: "match", Kind: registry.ArgFormat}, {Name: "text", Kind: registry.ArgFormat}, {Name: "mode", Kind: registry.ArgStatic},
			},
			Compile: compileReplaceText(name, in),
		}
	}
	return []registry.Function{
		row("search_append", "Adds text behind the first match in headers or body.", behindStartLine, manner{behind: true}),
		row("search_append_body", "Adds text behind the first match in the body.", bodyOnly, manner{behind: true}),
		row("replace", "Replaces the first match in headers or body.", behindStartLine, manner{}),
		row("replace_hdrs", "Replaces the first match in the headers.", headersOnly, manner{}),
		row("replace_body", "Replaces the first match in the body.", bodyOnly, manner{}),
		row("replace_all", "Replaces every match in headers and body.", behindStartLine, manner{all: true}),
		row("replace_body_all", "Replaces every match in the body.", bodyOnly, manner{all: true}),
		row("replace_body_atonce", "Replaces every match in the body, which is taken as one line.", bodyOnly, manner{all: true, across: true}),
		text("replace_str", "in headers or body", behindStartLine),
		text("replace_hdrs_str", "in the headers", headersOnly),
		text("replace_body_str", "in the body", bodyOnly),
	}
}

// manner is how a function changes what it finds.
type manner struct {
	behind bool // the text goes behind the match
	all    bool
	across bool // a match may reach over line ends
}

func compileReplace(in region, how manner) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		re, err := arg.NewPattern(b, args, 0)
		if err != nil {
			return nil, err
		}
		text := args[1].Eval
		find := arg.FindLine
		if how.across {
			find = arg.FindText
		}
		return func(c *rt.Ctx) int32 {
			p, m, v := core.Of(c), re.Matcher(c), c.Str(text(c))
			if m == nil {
				return -1
			}
			s := in(p)
			off, b, done := int(s.Off), s.Of(p.Msg), false
			for from := 0; from < len(b); {
				loc := find(c, m, b, from)
				if loc == nil {
					break
				}
				lo, hi := loc[0], loc[1]
				switch {
				case how.behind:
					if !p.Insert(off+hi, v, false) {
						return -1
					}
				case hi > lo:
					if !put(p, off+lo, hi-lo, v) {
						return -1
					}
				}
				done = done || how.behind || hi > lo
				if !how.all {
					break
				}
				if from = hi; hi == lo {
					from++ // a match of nothing: on with the next byte
				}
			}
			return truth(done)
		}, nil
	}
}

func compileReplaceText(name string, in region) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		mode, _ := arg.Const(&args[2])
		which, fold := byte('a'), false
		for _, f := range []byte(mode) {
			switch f {
			case 'a', 'f', 'l':
				which = f
			case 'i':
				fold = true
			default:
				return nil, arg.Error(2, `%s: mode must be made of a, f, l and i, not %q`, name, mode)
			}
		}
		match, text := args[0].Eval, args[1].Eval
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			want, v := c.Str(match(c)), c.Str(text(c))
			if want.Len() == 0 {
				return -1
			}
			return truth(replaceText(p, in, c.Bytes(want), v, which, fold))
		}, nil
	}
}

func replaceText(p *core.Proc, in region, want []byte, v value.Value, which byte, fold bool) bool {
	s := in(p)
	off, b := int(s.Off), s.Of(p.Msg)
	last := -1
	for from := 0; ; {
		i := indexText(b[from:], want, fold)
		if i < 0 {
			break
		}
		at := from + i
		from = at + len(want)
		if last = at; which == 'l' {
			continue
		}
		if !put(p, off+at, len(want), v) {
			return false
		}
		if which == 'f' {
			break
		}
	}
	return which != 'l' || last < 0 || put(p, off+last, len(want), v)
}

// indexText is the offset of want in b, -1 if it is not there.
func indexText(b, want []byte, fold bool) int {
	if !fold {
		return bytes.Index(b, want)
	}
	for i := 0; i+len(want) <= len(b); i++ {
		if bytes.EqualFold(b[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}
