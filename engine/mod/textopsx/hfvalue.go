package textopsx

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

func valueFunctions() []registry.Function {
	at := registry.Arg{Name: "header", Kind: registry.ArgStatic}
	text := registry.Arg{Name: "value", Kind: registry.ArgFormat}
	row := func(name, doc string, routes rt.RouteKind, make func(place, string) (func(*core.Proc, value.Value) bool, error), withParam bool, args ...registry.Arg) registry.Function {
		return registry.Function{
			Name: name, Routes: routes, Args: args, Doc: doc, Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				pl, err := newPlace(args, 0, name, withParam)
				if err != nil {
					return nil, err
				}
				f, err := make(pl, name)
				if err != nil {
					return nil, err
				}
				var eval rt.Expr
				if arg.Given(args, 1) {
					eval = args[1].Eval
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					v := value.Value{}
					if eval != nil {
						if v = c.Str(eval(c)); !oneLine(c.Bytes(v)) {
							p.Logf(levelErr, "%s: the value is not one line of text", name)
							return -1
						}
					}
					return truth(f(p, v))
				}, nil
			},
		}
	}
	return []registry.Function{
		row("append_hf_value", "Adds a value behind the one that the index names; without an index, or where there is none such, a header behind all others.",
			editRoutes, makeAppend, false, at, text),
		row("insert_hf_value", "Adds a value before the one that the index names; without an index, or where there is no such header, a header before all others.",
			editRoutes, makeInsert, false, at, text),
		row("remove_hf_value", "Removes a value of a list, the first without an index, all with [*]; or a parameter of it.",
			editRoutes, makeRemove(false), true, at),
		row("remove_hf_value2", "Removes a header of the Authorization family, or a parameter of it.", editRoutes, makeRemove(true), true, at),
		row("assign_hf_value", "Replaces a value of a list, the first without an index; or sets a parameter, with an empty text one without a value.",
			editRoutes, makeAssign(false), true, at, text),
		row("assign_hf_value2", "Replaces a header of the Authorization family, or sets a parameter of it.", editRoutes, makeAssign(true), true, at, text),
		row("include_hf_value", "Adds a value to a list such as Supported where it is not in it.", editRoutes, makeInclude, false, at, text),
		row("exclude_hf_value", "Takes a value out of a list such as Supported, wherever it is in it.", editRoutes, makeExclude, false, at, text),
		row("hf_value_exists", "True if a list such as Supported has the value, without regard to case.", rt.AnyRoute, makeExists, false, at, text),
	}
}

// makeAppend and its kin make what a call does to a message, for a place.
func makeAppend(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
	if pl.index == every {
		return nil, arg.Error(0, "%s: [*] names no place to add a value at", name)
	}
	return func(p *core.Proc, v value.Value) bool {
		if pl.index != noIdx {
			if it, ok := find(&p.Ctx, &pl.Header, pl.index, false); ok {
				return p.Insert(it.end, joined(p, ",", v, ""), false)
			}
		}
		return p.AppendHeader(joined(p, pl.name, v, ": "))
	}, nil
}

func makeInsert(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
	if pl.index == every {
		return nil, arg.Error(0, "%s: [*] names no place to add a value at", name)
	}
	return func(p *core.Proc, v value.Value) bool {
		if pl.index != noIdx {
			if it, ok := find(&p.Ctx, &pl.Header, pl.index, false); ok {
				m := p.Mark()
				p.AppendValue(v)
				p.AppendString(",")
				return p.Insert(it.off, p.FromMark(m), true)
			}
			if pl.First(&p.Ctx) >= 0 {
				return false
			}
		}
		return p.InsertHeader(0, joined(p, pl.name, v, ": "))
	}, nil
}

// joined is text, between and v as one string of the arena.
func joined(p *core.Proc, text string, v value.Value, between string) value.Value {
	m := p.Mark()
	p.AppendString(text)
	p.AppendString(between)
	p.AppendValue(v)
	return p.FromMark(m)
}

// first is the first of the values that a place names; false where there is none.
func (pl *place) first(c *rt.Ctx, whole bool) (it item, ok bool) {
	switch pl.index {
	case every:
		ok = it.next(c, &pl.Header, whole)
		return it, ok
	case noIdx:
		return find(c, &pl.Header, 1, whole)
	}
	return find(c, &pl.Header, pl.index, whole)
}

// more moves on to the next of them.
func (pl *place) more(c *rt.Ctx, it *item, whole bool) bool {
	return pl.index == every && it.next(c, &pl.Header, whole)
}

func makeRemove(whole bool) func(place, string) (func(*core.Proc, value.Value) bool, error) {
	return func(pl place, _ string) (func(*core.Proc, value.Value) bool, error) {
		return func(p *core.Proc, _ value.Value) bool {
			done, whole := false, whole || pl.index == every && len(pl.param) == 0
			for it, ok := pl.first(&p.Ctx, whole); ok; ok = pl.more(&p.Ctx, &it, whole) {
				found, fits := true, false
				if len(pl.param) > 0 {
					found, fits = removeParam(p, &it, pl.param, whole)
				} else {
					fits = removeItem(p, &it)
				}
				if !fits {
					return false
				}
				done = done || found
			}
			return done
		}, nil
	}
}

// removeItem takes a value out with the comma behind it, or the one before it where
// it is the last; with its header where it is alone.
func removeItem(p *core.Proc, it *item) bool {
	body := p.Index.Body(it.header)
	switch {
	case it.alone(&p.Ctx):
		return p.RemoveHeader(it.header)
	case it.hi < body.End():
		return p.Cut(it.lo, it.hi+1-it.lo)
	}
	return p.Cut(it.lo-1, it.end-(it.lo-1))
}

func removeParam(p *core.Proc, it *item, name []byte, whole bool) (found, ok bool) {
	off, end, found := it.parameter(&p.Ctx, name, whole)
	if !found {
		return false, true
	}
	if whole && p.Msg[off] != ',' { // the first one behind the scheme goes with the comma behind it
		off++
		if end < it.end {
			end += sipparse.Separator(p.Msg[end:it.end], 0, ',') + 1
		}
	}
	return true, p.Cut(off, min(end, it.end)-off)
}

func makeAssign(whole bool) func(place, string) (func(*core.Proc, value.Value) bool, error) {
	return func(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
		if pl.index == every && len(pl.param) == 0 {
			return nil, arg.Error(0, "%s: [*] needs a parameter", name)
		}
		return func(p *core.Proc, v value.Value) bool {
			done := false
			for it, ok := pl.first(&p.Ctx, whole); ok; ok = pl.more(&p.Ctx, &it, whole) {
				if len(pl.param) > 0 {
					done = assignParam(p, &it, pl.param, v, whole)
				} else {
					p.Edits.Withdraw(it.off, it.end-it.off)
					done = p.Replace(it.off, it.end-it.off, v)
				}
				if !done {
					return false
				}
			}
			return done
		}, nil
	}
}

func assignParam(p *core.Proc, it *item, name []byte, v value.Value, whole bool) bool {
	off, end, found := it.parameter(&p.Ctx, name, whole)
	m := p.Mark()
	switch {
	case found:
		off++
		for off < end && space(p.Msg[off]) {
			off++
		}
		p.Edits.Withdraw(off, end-off)
	case whole:
		p.AppendString(",")
		off, end = it.end, it.end
	default:
		p.AppendString(";")
		off, end = it.end, it.end
	}
	p.Append(name)
	if v.Len() > 0 {
		p.AppendString("=")
		p.AppendValue(v)
	}
	text := p.FromMark(m)
	if off == end {
		return p.Insert(off, text, false)
	}
	return p.Replace(off, end-off, text)
}

func makeExists(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
	return wholeName(pl, name, func(p *core.Proc, v value.Value) bool { return listed(p, &pl, p.Bytes(v)) })
}

func makeInclude(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
	return wholeName(pl, name, func(p *core.Proc, v value.Value) bool {
		if listed(p, &pl, p.Bytes(v)) {
			return true
		}
		i := pl.First(&p.Ctx)
		if i < 0 {
			return p.AppendHeader(joined(p, pl.name, v, ": "))
		}
		body := p.Index.Body(i)
		if body.Len == 0 {
			return p.Insert(body.End(), joined(p, " ", v, ""), false)
		}
		return p.Insert(body.End(), joined(p, ",", v, ""), false)
	})
}

func makeExclude(pl place, name string) (func(*core.Proc, value.Value) bool, error) {
	return wholeName(pl, name, func(p *core.Proc, v value.Value) bool {
		for it := (item{}); it.next(&p.Ctx, &pl.Header, false); {
			if foldEqual(p.Msg[it.off:it.end], p.Bytes(v)) && !removeItem(p, &it) {
				return false
			}
		}
		return true
	})
}

// wholeName refuses an index where a function is about all values.
func wholeName(pl place, name string, f func(*core.Proc, value.Value) bool) (func(*core.Proc, value.Value) bool, error) {
	if pl.index != noIdx {
		return nil, arg.Error(0, "%s: takes a header's name without an index", name)
	}
	return f, nil
}

// listed reports whether a value is among the header's, without regard to case.
func listed(p *core.Proc, pl *place, want []byte) bool {
	for it := (item{}); it.next(&p.Ctx, &pl.Header, false); {
		if foldEqual(p.Msg[it.off:it.end], want) {
			return true
		}
	}
	return false
}
