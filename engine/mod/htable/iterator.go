package htable

import (
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Iterators walk through a table one item at a time and hold no lock between. A
// message has a few, by name; they end with it.

// iterator is one walk. item is the one that it has come to, of kind Undef before
// the first and behind the last.
type iterator struct {
	name [maxIteratorName]byte
	n    int // length of name; 0: not in use
	def  *definition
	cur  cursor
	item copied
}

// iterators are those of one message.
type iterators [maxIterators]iterator

// loopIterators are those of the messages on one loop, which alone uses them.
type loopIterators struct {
	of   map[*core.Proc]*iterators
	free []*iterators
	end  core.EndHook
}

func newLoopIterators() *loopIterators {
	l := &loopIterators{of: map[*core.Proc]*iterators{}}
	l.end = l.drop
	return l
}

// drop ends the iterators of a message.
func (l *loopIterators) drop(p *core.Proc) {
	its := l.of[p]
	if its == nil {
		return
	}
	delete(l.of, p)
	for i := range its {
		its[i].close()
	}
	l.free = append(l.free, its)
}

func (it *iterator) close() {
	it.n, it.def = 0, nil
	it.item.shrink()
}

// start begins a walk; one of the same name begins anew. nil: there are too many.
func (l *loopIterators) start(p *core.Proc, name []byte, d *definition) *iterator {
	its := l.of[p]
	if its == nil {
		if !p.AtEnd(l.end) {
			return nil
		}
		if n := len(l.free); n > 0 {
			its = l.free[n-1]
			l.free = l.free[:n-1]
		} else {
			its = new(iterators)
		}
		l.of[p] = its
	}
	it := its.find(name)
	for i := 0; it == nil && i < len(its); i++ {
		if its[i].n == 0 {
			it = &its[i]
		}
	}
	if it == nil {
		return nil
	}
	it.close()
	it.n = copy(it.name[:], name)
	it.def, it.cur = d, cursor{}
	return it
}

func (its *iterators) find(name []byte) *iterator {
	if its == nil {
		return nil
	}
	for i := range its {
		if it := &its[i]; it.n != 0 && string(it.name[:it.n]) == string(name) {
			return it
		}
	}
	return nil
}

// iteratorOf is the message's iterator of that name, nil for none.
func (c *Config) iteratorOf(p *core.Proc, name []byte) *iterator {
	return c.live.iterators[p.LoopID()].of[p].find(name)
}

// iteratorFunction is a function of an iterator that has begun; it logs where
// there is none. f gets the values of the further arguments' expressions.
func iteratorFunction(name, doc string, args []registry.Arg, f func(c *rt.Ctx, it *iterator, args []registry.Actual) int32) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: append([]registry.Arg{{Name: "iterator", Kind: registry.ArgFormat}}, args...),
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			cfg, eval := config(b), args[0].Eval
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				n := c.Text(eval(c))
				it := cfg.iteratorOf(p, n)
				if it == nil {
					p.Logf(levelErr, "%s: no iterator %q has been started", name, n)
					return -1
				}
				return f(c, it, args[1:])
			}, nil
		},
	}
}

// current logs where an iterator stands at no item.
func (it *iterator) current(c *rt.Ctx, function string) bool {
	if it.item.kind == value.Undef {
		core.Of(c).Logf(levelErr, "%s: the iterator %q stands at no item", function, it.name[:it.n])
		return false
	}
	return true
}

var iteratorFunctions = []registry.Function{
	{
		Name: "sht_iterator_start", Routes: rt.AnyRoute, Source: source,
		Args:    []registry.Arg{{Name: "iterator", Kind: registry.ArgFormat}, {Name: "table", Kind: registry.ArgFormat}},
		Doc:     "Begins a walk through a table, under a name of up to 64 bytes; sht_iterator_next() goes to the first item. A message has up to 4 at a time.",
		Compile: compileIteratorStart,
	},
	iteratorFunction("sht_iterator_next", "Goes to the next item; false behind the last one.", nil,
		func(c *rt.Ctx, it *iterator, _ []registry.Actual) int32 {
			if it.def.table.next(&it.cur, c.Env.WallClock(), &it.item) {
				return 1
			}
			it.item.kind = value.Undef
			return -1
		}),
	iteratorFunction("sht_iterator_end", "Ends a walk. One that is not ended ends with its message.", nil,
		func(_ *rt.Ctx, it *iterator, _ []registry.Actual) int32 {
			it.close()
			return 1
		}),
	iteratorFunction("sht_iterator_rm", "Takes the item that the iterator has come to out of its table.", nil,
		func(c *rt.Ctx, it *iterator, _ []registry.Actual) int32 {
			return it.write(c, "sht_iterator_rm", value.Value{})
		}),
	iteratorFunction("sht_iterator_sets", "Writes a text to the item that the iterator has come to.",
		[]registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
		func(c *rt.Ctx, it *iterator, args []registry.Actual) int32 {
			return it.write(c, "sht_iterator_sets", c.Str(args[0].Eval(c)))
		}),
	iteratorFunction("sht_iterator_seti", "Writes a number to the item that the iterator has come to.",
		[]registry.Arg{{Name: "number", Kind: registry.ArgInt}},
		func(c *rt.Ctx, it *iterator, args []registry.Actual) int32 {
			return it.write(c, "sht_iterator_seti", value.FromInt(rt.Wrap(c.Int(args[0].Eval(c)))))
		}),
	iteratorFunction("sht_iterator_setex", "Lets the item that the iterator has come to end in that many seconds, in a table with autoexpire.",
		[]registry.Arg{{Name: "seconds", Kind: registry.ArgInt}},
		func(c *rt.Ctx, it *iterator, args []registry.Actual) int32 {
			n := c.Int(args[0].Eval(c))
			if !it.current(c, "sht_iterator_setex") {
				return -1
			}
			if it.def.autoexpire != 0 && it.def.writable(c) {
				now, k := c.Env.WallClock(), it.item.keyBytes()
				it.def.table.setExpiry(hashOf(k), k, now, endsAfter(n, now))
			}
			return 1
		}),
}

func (it *iterator) write(c *rt.Ctx, function string, v value.Value) int32 {
	if !it.current(c, function) {
		return -1
	}
	k := it.item.keyBytes()
	if !it.def.write(c, function, k, hashOf(k), v) {
		return -1
	}
	if !v.IsUndef() { // $shtitval follows
		n := it.item.key
		it.item.buf = append(it.item.buf[:n], c.Bytes(v)...)
		it.item.kind, it.item.num = v.Kind(), 0
		if v.Kind() == value.Int {
			it.item.num = v.Int()
		}
	}
	return 1
}

func compileIteratorStart(b registry.Build, args []registry.Actual) (rt.Func, error) {
	const what = "sht_iterator_start"
	if text, ok := arg.Const(&args[0]); ok {
		if text == "" || len(text) > maxIteratorName {
			return nil, arg.Error(0, "%s: an iterator's name has 1 to %d bytes", what, maxIteratorName)
		}
	}
	t, err := newTableArg(b, what, args, 1)
	if err != nil {
		return nil, err
	}
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		d := t.get(c)
		if d == nil {
			return -1
		}
		name := c.Text(eval(c))
		if len(name) == 0 || len(name) > maxIteratorName {
			p.Logf(levelErr, "%s: an iterator's name has 1 to %d bytes, not %d", what, maxIteratorName, len(name))
			return -1
		}
		if t.cfg.live.iterators[p.LoopID()].start(p, name, d) == nil {
			p.Logf(levelErr, "%s: no iterator %q: a message has at most %d", what, name, maxIterators)
			return -1
		}
		return 1
	}, nil
}

// bindIterator makes a variable of the item that an iterator has come to.
func bindIterator(name string, of func(*rt.Ctx, *iterator) value.Value) func(registry.Build, string, string) (*registry.Var, error) {
	return func(b registry.Build, inner, index string) (*registry.Var, error) {
		inner = strings.TrimSpace(inner)
		if index != "" {
			return nil, fmt.Errorf("$%s has no index", name)
		}
		if inner == "" || len(inner) > maxIteratorName {
			return nil, fmt.Errorf("$%s: an iterator's name has 1 to %d bytes", name, maxIteratorName)
		}
		cfg, k := config(b), []byte(inner)
		return &registry.Var{Name: name + "(" + inner + ")", Get: func(c *rt.Ctx) value.Value {
			it := cfg.iteratorOf(core.Of(c), k)
			if it == nil || it.item.kind == value.Undef {
				return value.Value{}
			}
			return of(c, it)
		}}, nil
	}
}
