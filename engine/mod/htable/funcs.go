package htable

import (
	"strconv"

	"sipedge/engine/core"
	"sipedge/engine/scriptlock"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func formats(names ...string) []registry.Arg {
	var args []registry.Arg
	for _, n := range names {
		args = append(args, registry.Arg{Name: n, Kind: registry.ArgFormat})
	}
	return args
}

func function(name, doc string, args []registry.Arg, compile func(b registry.Build, name string, args []registry.Actual) (rt.Func, error)) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Args: args, Doc: doc, Source: source,
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) { return compile(b, name, args) },
	}
}

var functions = append([]registry.Function{
	function("sht_print", "Writes all tables to the log at level -1, at most 1000 items of each. For debugging.", nil, compilePrint),
	function("sht_rm", "Takes an item out, as assigning $null to $sht(table=>key) does.", formats("table", "key"), onKey(remove)),
	function("sht_reset", "Takes all items out of a table.", formats("table"), compileReset),
	function("sht_rm_name_re", "Takes the items out whose key matches a regular expression, given as table=>expression.",
		formats("table=>expression"), compileRemoveRegex(ofKey)),
	function("sht_rm_value_re", "Takes the items out whose text matches a regular expression, given as table=>expression.",
		formats("table=>expression"), compileRemoveRegex(ofText)),
	function("sht_rm_name", "Takes the items out whose key passes a test: re, sw (starts with), ew (ends with), in (includes), eq or ne.",
		formats("table", "operator", "value"), compileRemoveTest(ofKey)),
	function("sht_rm_value", "Takes the items out whose text passes a test, as sht_rm_name(). Numbers do not pass any.",
		formats("table", "operator", "value"), compileRemoveTest(ofText)),
	function("sht_match_name", "True if some key passes a test: eq, ne, re, sw, ew or in.",
		formats("table", "operator", "value"), compileMatch(ofKey)),
	function("sht_has_name", "True if some key passes a test, as sht_match_name().",
		formats("table", "operator", "value"), compileMatch(ofKey)),
	function("sht_match_str_value", "True if some text passes a test, as sht_match_name(). Numbers do not pass any.",
		formats("table", "operator", "value"), compileMatch(ofText)),
	function("sht_has_str_value", "True if some text passes a test, as sht_match_str_value().",
		formats("table", "operator", "value"), compileMatch(ofText)),
	function("sht_is_null", "True if a table has no item of that key.", formats("table", "key"), onKey(isNull)),
	function("sht_setxs", "Writes a text that ends in so many seconds, in a table with autoexpire; 0: never.",
		append(formats("table", "key", "text"), registry.Arg{Name: "seconds", Kind: registry.ArgInt}), compileSetText),
	function("sht_setxi", "Writes a number that ends in so many seconds, in a table with autoexpire; 0: never.",
		append(formats("table", "key"), registry.Arg{Name: "number", Kind: registry.ArgInt}, registry.Arg{Name: "seconds", Kind: registry.ArgInt}), compileSetNumber),
	function("sht_lock", "Locks an item, given as table=>key, against other messages that lock it. Where another one holds it, the script waits for "+
		"its turn, up to 30 s, and the server goes on with others. A message may lock an item again and has to unlock it as often.",
		formats("table=>key"), compileLock),
	function("sht_unlock", "Gives an item back that this message has locked; false where it has not.", formats("table=>key"), compileUnlock),
}, iteratorFunctions...)

// part is what a test looks at: an item's key, or its text. false: it has none.
type part func(s *shard, e *entry) ([]byte, bool)

func ofKey(s *shard, e *entry) ([]byte, bool) { return s.keyOf(e), true }

func ofText(s *shard, e *entry) ([]byte, bool) { return s.textOf(e), e.kind == value.Str }

func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}

// removeWhere takes out what passes a test.
func removeWhere(c *rt.Ctx, d *definition, of part, t test) int32 {
	if d.writable(c) {
		d.table.scan(c.Env.WallClock(), func(s *shard, e *entry) verdict {
			if b, ok := of(s, e); ok && t.match(b) {
				return takeOut
			}
			return keep
		})
	}
	return 1
}

type compiler func(b registry.Build, name string, args []registry.Actual) (rt.Func, error)

func compileRemoveRegex(of part) compiler {
	return func(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
		item, err := newItemArg(b, name, args, 0)
		if err != nil {
			return nil, err
		}
		if item.def != nil {
			re, err := b.Regex(item.text, true)
			if err != nil {
				return nil, &registry.ArgError{Index: 0, Err: err}
			}
			return func(c *rt.Ctx) int32 { return removeWhere(c, item.def, of, test{op: opRegex, re: re}) }, nil
		}
		return func(c *rt.Ctx) int32 {
			d, _, pattern := item.get(c)
			if d == nil {
				return -1
			}
			re := computedRegex(c, b, name, pattern)
			if re == nil {
				return -1
			}
			return removeWhere(c, d, of, test{op: opRegex, re: re})
		}, nil
	}
}

func compileRemoveTest(of part) compiler {
	return onTest(func(c *rt.Ctx, d *definition, t test) int32 { return removeWhere(c, d, of, t) })
}

// onTest compiles a function of a table and a test of its items.
func onTest(f func(c *rt.Ctx, d *definition, t test) int32) compiler {
	return func(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
		table, err := newTableArg(b, name, args, 0)
		if err != nil {
			return nil, err
		}
		x, err := newTestArg(b, name, args, 1)
		return func(c *rt.Ctx) int32 {
			d := table.get(c)
			t, ok := x.get(c)
			if d == nil || !ok {
				return -1
			}
			return f(c, d, t)
		}, err
	}
}

func compileMatch(of part) compiler {
	return onTest(func(c *rt.Ctx, d *definition, t test) int32 {
		found := false
		d.table.scan(c.Env.WallClock(), func(s *shard, e *entry) verdict {
			if b, ok := of(s, e); ok && t.match(b) {
				found = true
				return stop
			}
			return keep
		})
		return truth(found)
	})
}

// onKey compiles a function of a table and a key; name is the function's.
func onKey(f func(c *rt.Ctx, d *definition, name string, key []byte) int32) compiler {
	return func(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
		table, err := newTableArg(b, name, args, 0)
		if err != nil {
			return nil, err
		}
		eval := args[1].Eval
		return func(c *rt.Ctx) int32 {
			d := table.get(c)
			if d == nil {
				return -1
			}
			return f(c, d, name, c.Text(eval(c)))
		}, nil
	}
}

func remove(c *rt.Ctx, d *definition, name string, key []byte) int32 {
	d.write(c, name, key, hashOf(key), value.Value{})
	return 1
}

func isNull(c *rt.Ctx, d *definition, _ string, key []byte) int32 {
	return truth(!d.table.has(hashOf(key), key, c.Env.WallClock()))
}

func compileReset(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
	table, err := newTableArg(b, name, args, 0)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		d := table.get(c)
		if d == nil {
			return -1
		}
		if d.writable(c) {
			d.table.reset()
		}
		return 1
	}, nil
}

func compileSetText(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
	return compileSet(b, name, args, func(c *rt.Ctx, v value.Value) value.Value { return c.Str(v) })
}

func compileSetNumber(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
	return compileSet(b, name, args, func(c *rt.Ctx, v value.Value) value.Value { return value.FromInt(rt.Wrap(c.Int(v))) })
}

func compileSet(b registry.Build, name string, args []registry.Actual, as func(*rt.Ctx, value.Value) value.Value) (rt.Func, error) {
	table, err := newTableArg(b, name, args, 0)
	if err != nil {
		return nil, err
	}
	key, val, seconds := args[1].Eval, args[2].Eval, args[3].Eval
	return func(c *rt.Ctx) int32 {
		d := table.get(c)
		if d == nil {
			return -1
		}
		v, n := as(c, val(c)), c.Int(seconds(c))
		k := c.Bytes(c.Str(key(c)))
		now, ends := c.Env.WallClock(), int64(0)
		if d.autoexpire != 0 {
			ends = endsAfter(n, now)
		}
		return truth(d.writeFor(c, name, k, hashOf(k), v, now, ends, true))
	}, nil
}

func compileLock(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
	item, locks, err := lockOf(b, name, args)
	if err != nil {
		return nil, err
	}
	how := &scriptlock.How{Function: name, Wait: true, Again: true, Patience: lockPatience}
	return func(c *rt.Ctx) int32 {
		d, whole, _ := item.get(c)
		if d == nil {
			return -1
		}
		return locks.Lock(core.Of(c), lockName(c, whole), how)
	}, nil
}

func compileUnlock(b registry.Build, name string, args []registry.Actual) (rt.Func, error) {
	item, locks, err := lockOf(b, name, args)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		d, whole, _ := item.get(c)
		if d == nil {
			return -1
		}
		return locks.Unlock(core.Of(c), name, lockName(c, whole))
	}, nil
}

func lockOf(b registry.Build, name string, args []registry.Actual) (itemArg, *scriptlock.Table, error) {
	item, err := newItemArg(b, name, args, 0)
	if err != nil {
		return item, nil, err
	}
	s, ok := b.Host().(*core.Server)
	if !ok {
		return item, nil, nil // a bare check: nothing runs
	}
	return item, scriptlock.Of(s), nil
}

// lockName keeps the locks of tables apart from those that scripts name themselves.
func lockName(c *rt.Ctx, item []byte) []byte {
	m := c.Mark()
	c.AppendString("$sht ")
	c.Append(item)
	name := c.Bytes(c.FromMark(m))
	c.Truncate(m)
	return name
}

func compilePrint(b registry.Build, _ string, _ []registry.Actual) (rt.Func, error) {
	cfg := config(b)
	return func(c *rt.Ctx) int32 {
		if !c.Env.LogEnabled(levelErr) {
			return 1
		}
		for _, d := range cfg.defs {
			d.print(c)
		}
		return 1
	}, nil
}

// print writes a table to the log. It is for debugging and allocates.
func (d *definition) print(c *rt.Ctx) {
	now, shown := c.Env.WallClock(), 0
	line := []byte("htable " + d.name + ": " + strconv.FormatUint(d.table.counts().items, 10) + " items")
	c.Env.Log(levelErr, line)
	var it copied
	for cur := (cursor{}); d.table.next(&cur, now, &it); shown++ {
		if shown == maxPrinted {
			c.Env.Log(levelErr, append(line[:0], "htable "+d.name+": and more"...))
			return
		}
		line = append(append(line[:0], "htable "+d.name+": "...), it.keyBytes()...)
		line = append(line, " => "...)
		if it.kind == value.Int {
			line = value.AppendInt(line, it.num)
		} else {
			line = strconv.AppendQuote(line, string(it.textBytes()))
		}
		c.Env.Log(levelErr, line)
	}
}
