package textopsx

import (
	"bytes"
	"fmt"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// maxIterators bounds the iterators of one kind that a message has at one time, as
// in Kamailio.
const maxIterators = 4

// iteratorKind is what one sort of iterator walks over.
type iteratorKind struct {
	prefix string // of the functions' names
	what   string
	back   bool // there is a function that goes back
	// count is how many things there are, span where thing i (from 0) is.
	count func(p *core.Proc) int
	span  func(p *core.Proc, i int) (off, end int)
	// add puts text at off; before is set for an insertion.
	add func(p *core.Proc, i int, text value.Value, before bool) bool
}

var headerIterator = &iteratorKind{
	prefix: "hf_iterator", what: "header", back: true,
	count: func(p *core.Proc) int { return p.Index.Len() },
	span:  func(p *core.Proc, i int) (off, end int) { return p.Index.Line(i) },
	add: func(p *core.Proc, i int, text value.Value, before bool) bool {
		if before {
			return p.InsertHeader(i, text)
		}
		return p.InsertHeaderAfter(i, text)
	},
}

var lineIterator = &iteratorKind{
	prefix: "bl_iterator", what: "line of the body",
	count: func(p *core.Proc) int {
		body := p.Index.MsgBody(p.Msg).Of(p.Msg)
		n := bytes.Count(body, newline)
		if len(body) > 0 && body[len(body)-1] != '\n' {
			n++
		}
		return n
	},
	span: lineSpan,
	add: func(p *core.Proc, i int, text value.Value, before bool) bool {
		off, end := lineSpan(p, i)
		if before {
			return p.Insert(off, text, false)
		}
		return p.Insert(end, text, true)
	},
}

var newline = []byte{'\n'}

// lineSpan is where line i of the body is, its line end with it.
func lineSpan(p *core.Proc, i int) (off, end int) {
	body := p.Index.MsgBody(p.Msg)
	off = int(body.Off)
	for ; ; i-- {
		n := bytes.IndexByte(p.Msg[off:body.End()], '\n')
		if n < 0 {
			return off, body.End()
		}
		if i == 0 {
			return off, off + n + 1
		}
		off += n + 1
	}
}

// iterators are those of one kind of a message, by name: name[k] is undefined where
// place k is free, at[k] is how many things the iterator has gone past.
type iterators struct {
	*iteratorKind
	name, at [maxIterators]arg.State
}

func (k *iteratorKind) bind(b registry.Build) *iterators {
	it := &iterators{iteratorKind: k}
	for i := range maxIterators {
		it.name[i] = arg.NewState(b, "textopsx", fmt.Sprintf("%s.name%d", k.prefix, i))
		it.at[i] = arg.NewState(b, "textopsx", fmt.Sprintf("%s.at%d", k.prefix, i))
	}
	return it
}

// find is the place of an iterator, -1 if there is none of the name.
func (its *iterators) find(c *rt.Ctx, name []byte) int {
	for k := range its.name {
		if v := its.name[k].Get(c); !v.IsUndef() && bytes.Equal(c.Bytes(v), name) {
			return k
		}
	}
	return -1
}

// current is the thing that an iterator stands at, from 0; -1 before the first,
// behind the last and where there is no such iterator.
func (its *iterators) current(p *core.Proc, name []byte) int {
	k := its.find(&p.Ctx, name)
	if k < 0 {
		return -1
	}
	i := int(its.at[k].Get(&p.Ctx).Int()) - 1
	if i >= its.count(p) {
		return -1
	}
	return i
}

func (k *iteratorKind) functions() []registry.Function {
	name := registry.Arg{Name: "iterator", Kind: registry.ArgFormat}
	text := registry.Arg{Name: "text", Kind: registry.ArgFormat}
	row := func(suffix, doc string, f func(its *iterators, p *core.Proc, name []byte, v value.Value) bool, args ...registry.Arg) registry.Function {
		routes := rt.AnyRoute
		if suffix == "rm" || len(args) > 1 {
			routes = editRoutes
		}
		return registry.Function{
			Name: k.prefix + "_" + suffix, Routes: routes, Args: args, Doc: doc, Source: source,
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				its, name := k.bind(b), args[0].Eval
				var text rt.Expr
				if arg.Given(args, 1) {
					text = args[1].Eval
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					n := c.Str(name(c))
					v := value.Value{}
					if text != nil {
						v = c.Str(text(c))
					}
					return truth(f(its, p, c.Bytes(n), v))
				}, nil
			},
		}
	}
	fs := []registry.Function{
		row("start", "Begins a walk over the message, before its first "+k.what+"; at most 4 at one time, told apart by name.", (*iterators).start, name),
		row("end", "Ends the walk.", (*iterators).end, name),
		row("next", "Goes to the next "+k.what+"; false behind the last one.", (*iterators).next, name),
		row("rm", "Removes the "+k.what+" that the iterator stands at.", (*iterators).remove, name),
		row("append", "Adds text behind the "+k.what+" that the iterator stands at.", (*iterators).append, name, text),
		row("insert", "Adds text before the "+k.what+" that the iterator stands at.", (*iterators).insert, name, text),
	}
	if k.back {
		fs = append(fs, row("prev", "Goes back to the "+k.what+" before; false before the first one.", (*iterators).prev, name))
	}
	return fs
}

func (its *iterators) start(p *core.Proc, name []byte, _ value.Value) bool {
	k := its.find(&p.Ctx, name)
	for i := 0; k < 0 && i < maxIterators; i++ {
		if its.name[i].Get(&p.Ctx).IsUndef() {
			k = i
		}
	}
	if k < 0 {
		p.Logf(levelErr, "%s_start: a message has at most %d iterators at one time", its.prefix, maxIterators)
		return false
	}
	its.name[k].Set(&p.Ctx, p.NewString(name))
	its.at[k].Set(&p.Ctx, value.FromInt(0))
	return true
}

func (its *iterators) end(p *core.Proc, name []byte, _ value.Value) bool {
	k := its.find(&p.Ctx, name)
	if k < 0 {
		return its.missing(p, "end", name)
	}
	its.name[k].Clear(&p.Ctx)
	return true
}

func (its *iterators) next(p *core.Proc, name []byte, _ value.Value) bool {
	k := its.find(&p.Ctx, name)
	if k < 0 {
		return its.missing(p, "next", name)
	}
	n := its.at[k].Get(&p.Ctx).Int()
	last := int64(its.count(p))
	its.at[k].Set(&p.Ctx, value.FromInt(min(n, last)+1))
	return n < last
}

func (its *iterators) prev(p *core.Proc, name []byte, _ value.Value) bool {
	k := its.find(&p.Ctx, name)
	if k < 0 {
		return its.missing(p, "prev", name)
	}
	n := max(its.at[k].Get(&p.Ctx).Int()-1, 0)
	its.at[k].Set(&p.Ctx, value.FromInt(n))
	return n > 0
}

func (its *iterators) missing(p *core.Proc, function string, name []byte) bool {
	p.Logf(levelErr, "%s_%s: there is no iterator %q", its.prefix, function, name)
	return false
}

func (its *iterators) remove(p *core.Proc, name []byte, _ value.Value) bool {
	i := its.current(p, name)
	if i < 0 {
		return false
	}
	off, end := its.span(p, i)
	return p.Cut(off, end-off)
}

func (its *iterators) append(p *core.Proc, name []byte, v value.Value) bool {
	i := its.current(p, name)
	return i >= 0 && its.add(p, i, v, false)
}

func (its *iterators) insert(p *core.Proc, name []byte, v value.Value) bool {
	i := its.current(p, name)
	return i >= 0 && its.add(p, i, v, true)
}

// iteratorPVs are what an iterator stands at.
var iteratorPVs = []registry.PV{
	iteratorPV("hfitname", "name of the header that a header iterator stands at", headerIterator, func(p *core.Proc, i int) (int, int) {
		n := p.Index.Name(i)
		return int(n.Off), n.End()
	}),
	iteratorPV("hfitbody", "body of the header that a header iterator stands at", headerIterator, func(p *core.Proc, i int) (int, int) {
		b := p.Index.Body(i)
		return int(b.Off), b.End()
	}),
	iteratorPV("blitval", "line of the body that a line iterator stands at, its line end with it", lineIterator, lineSpan),
}

func iteratorPV(name, doc string, k *iteratorKind, part func(p *core.Proc, i int) (off, end int)) registry.PV {
	return registry.PV{
		Name: name, Inner: registry.Always, Doc: doc, Source: source + ", $" + name + "(iterator)",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, fmt.Errorf("$%s has no index", name)
			}
			its, key := k.bind(b), []byte(inner)
			return &registry.Var{Name: name + "(" + inner + ")", Kind: value.Str, Get: func(c *rt.Ctx) value.Value {
				p := core.Of(c)
				i := its.current(p, key)
				if i < 0 {
					return value.Value{}
				}
				off, end := part(p, i)
				return value.FromSpan(value.Msg, off, end-off)
			}}, nil
		},
	}
}
