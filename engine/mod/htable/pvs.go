package htable

import (
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

var pvs = []registry.PV{
	{
		Name: "sht", Inner: registry.Always, Source: `cookbook "event_route", $sht(a=>x); ` + source,
		Doc: "item of a table, $sht(table=>key); the table's initval, or $null, where there is none. Assigning writes it, assigning $null takes it out",
		Bind: bindItem("sht", func(b *binding) *registry.Var {
			return &registry.Var{Get: b.read, Set: b.write}
		}),
	},
	{
		Name: "shtex", Inner: registry.Always, Source: source,
		Doc: "seconds that an item of a table with autoexpire still has; 0 where it has no end or does not exist. Assigning a number from now " +
			"sets them, 0 lets it live for ever; in a table without autoexpire nothing happens",
		Bind: bindItem("shtex", func(b *binding) *registry.Var {
			return &registry.Var{Get: b.readExpiry, Set: b.writeExpiry, Kind: value.Int}
		}),
	},
	{
		Name: "shtinc", Inner: registry.Always, Source: source,
		Doc: "adds 1 to a number of a table and is the result, in one step for all loops; an item that does not exist begins with initval. " +
			"$null where the table has no initval, or the item is a text",
		Bind: bindItem("shtinc", func(b *binding) *registry.Var { return &registry.Var{Get: b.adder(1)} }),
	},
	{
		Name: "shtdec", Inner: registry.Always, Source: source,
		Doc:  "takes 1 from a number of a table, as $shtinc adds it",
		Bind: bindItem("shtdec", func(b *binding) *registry.Var { return &registry.Var{Get: b.adder(-1)} }),
	},
	{
		Name: "shtcn", Inner: registry.Always, Source: source,
		Doc: "number of items whose key matches: $shtcn(table=>regular expression), ~~ before a regular expression, == before a text, ** for all",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			return bindCount(b, "shtcn", inner, index, func(t *countTest, s *shard, e *entry) bool { return t.text(s.keyOf(e)) })
		},
	},
	{
		Name: "shtcv", Inner: registry.Always, Source: source,
		Doc: "number of items whose text matches, as $shtcn; eq before a number counts the numbers that are equal, ** counts all items",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			return bindCount(b, "shtcv", inner, index, (*countTest).value)
		},
	},
	{
		Name: "shtitkey", Inner: registry.Always, Source: source,
		Doc:  "key of the item that an iterator has come to, $shtitkey(name); $null before the first and behind the last one",
		Bind: bindIterator("shtitkey", func(c *rt.Ctx, it *iterator) value.Value { return c.NewString(it.item.keyBytes()) }),
	},
	{
		Name: "shtitval", Inner: registry.Always, Source: source,
		Doc: "value of the item that an iterator has come to, as it was then",
		Bind: bindIterator("shtitval", func(c *rt.Ctx, it *iterator) value.Value {
			if it.item.kind == value.Int {
				return value.FromInt(it.item.num)
			}
			return c.NewString(it.item.textBytes())
		}),
	},
	{
		Name: "shtrecord", Inner: registry.Always, Source: source,
		Doc:  "what has expired, in event_route[htable:expired:table]: $shtrecord(key), $shtrecord(value)",
		Bind: bindRecord,
	},
}

// binding is a variable's item.
type binding struct {
	name string // of the variable
	d    *definition
	k    key
}

func bindItem(name string, make func(*binding) *registry.Var) func(registry.Build, string, string) (*registry.Var, error) {
	return func(b registry.Build, inner, index string) (*registry.Var, error) {
		d, rest, err := splitInner(b, name, inner, index)
		if err != nil {
			return nil, err
		}
		k, err := newKey(b, rest)
		if err != nil {
			return nil, err
		}
		v := make(&binding{name, d, k})
		v.Name = name + "(" + inner + ")"
		return v, nil
	}
}

// splitInner reads what stands in the parentheses: table=>rest.
func splitInner(b registry.Build, name, inner, index string) (*definition, string, error) {
	if index != "" {
		return nil, "", fmt.Errorf("$%s has no index", name)
	}
	table, rest, err := splitItem("$"+name, inner)
	if err != nil {
		return nil, "", err
	}
	d, err := config(b).find(table)
	if err != nil {
		return nil, "", fmt.Errorf("$%s: %w", name, err)
	}
	return d, rest, nil
}

func (b *binding) read(c *rt.Ctx) value.Value {
	key, h, at := b.k.get(c)
	v := b.k.done(c, at, b.d.table.get(c, h, key, c.Env.WallClock()))
	if v.IsUndef() && b.d.hasInit {
		return value.FromInt(b.d.initval)
	}
	return v
}

func (b *binding) write(c *rt.Ctx, v value.Value) bool {
	key, h, at := b.k.get(c)
	ok := b.d.write(c, b.name, key, h, v)
	b.k.done(c, at, value.Value{})
	return ok
}

// write is an assignment of a script: undefined takes the item out.
func (d *definition) write(c *rt.Ctx, what string, key []byte, h uint64, v value.Value) bool {
	now := c.Env.WallClock()
	return d.writeFor(c, what, key, h, v, now, d.ends(now), d.updateexpire)
}

func (d *definition) writeFor(c *rt.Ctx, what string, key []byte, h uint64, v value.Value, now, ends int64, renew bool) bool {
	if !d.writable(c) {
		return true
	}
	if v.IsUndef() {
		d.table.remove(h, key)
		return true
	}
	it := item{kind: v.Kind(), text: c.Bytes(v)}
	if it.kind == value.Int {
		it.num = v.Int()
	}
	if d.table.set(h, key, it, now, ends, renew) {
		return true
	}
	core.Of(c).Logf(levelErr, "%s: no room in table %q: at most %d items (max_items), %d bytes (max_bytes), and %d bytes for one item",
		what, d.name, d.maxItems, d.maxBytes, maxItem)
	return false
}

func (b *binding) readExpiry(c *rt.Ctx) value.Value {
	key, h, at := b.k.get(c)
	now := c.Env.WallClock()
	ends := b.d.table.expiry(h, key, now)
	b.k.done(c, at, value.Value{})
	if ends == 0 {
		return value.FromInt(0)
	}
	return value.FromInt((ends - now + second - 1) / second)
}

func (b *binding) writeExpiry(c *rt.Ctx, v value.Value) bool {
	n := c.Int(v)
	key, h, at := b.k.get(c)
	if b.d.autoexpire != 0 && b.d.writable(c) {
		now := c.Env.WallClock()
		b.d.table.setExpiry(h, key, now, endsAfter(n, now))
	}
	b.k.done(c, at, value.Value{})
	return true
}

// endsAfter is the end of an item that lives for n seconds; 0, never, for 0 and less.
func endsAfter(n, now int64) int64 {
	if n <= 0 {
		return 0
	}
	return now + min(n, maxSeconds)*second
}

func (b *binding) adder(delta int64) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		key, h, at := b.k.get(c)
		var v value.Value
		if b.d.writable(c) {
			v = b.d.table.add(h, key, delta, b.d, c.Env.WallClock())
		} else {
			v = b.d.table.get(c, h, key, c.Env.WallClock())
		}
		return b.k.done(c, at, v)
	}
}

// countTest is what $shtcn and $shtcv count.
type countTest struct {
	all   bool
	equal bool // with exact
	exact []byte
	num   int64
	isNum bool
	re    registry.Matcher
}

func (t *countTest) text(b []byte) bool {
	switch {
	case t.all:
		return true
	case t.equal:
		return string(b) == string(t.exact)
	case t.isNum:
		return false
	}
	return t.re.Match(b)
}

func (t *countTest) value(s *shard, e *entry) bool {
	if e.kind == value.Int {
		return t.all || t.isNum && e.num == t.num
	}
	return t.text(s.textOf(e))
}

// splitCount reads the operator before what is counted; pattern is what a regular
// expression has to be made of.
func splitCount(s string, numbers bool) (t countTest, pattern string) {
	switch {
	case s == "**":
		return countTest{all: true}, ""
	case strings.HasPrefix(s, "=="):
		return countTest{equal: true, exact: []byte(s[2:])}, ""
	case strings.HasPrefix(s, "~~"):
		return t, s[2:]
	case numbers && len(s) > 2 && strings.HasPrefix(s, "eq"):
		if n, ok := value.ParseInt([]byte(s[2:])); ok {
			return countTest{isNum: true, num: n}, ""
		}
	}
	return t, s
}

func bindCount(b registry.Build, name, inner, index string, is func(*countTest, *shard, *entry) bool) (*registry.Var, error) {
	d, rest, err := splitInner(b, name, inner, index)
	if err != nil {
		return nil, err
	}
	count := func(c *rt.Ctx, t *countTest) value.Value {
		n := int64(0)
		d.table.scan(c.Env.WallClock(), func(s *shard, e *entry) verdict {
			if is(t, s, e) {
				n++
			}
			return keep
		})
		return value.FromInt(n)
	}
	v := &registry.Var{Name: name + "(" + inner + ")", Kind: value.Int}
	numbers := name == "shtcv"
	if !strings.Contains(strings.TrimSuffix(rest, "$"), "$") {
		t, pattern := splitCount(rest, numbers)
		if pattern != "" {
			if t.re, err = b.Regex(pattern, true); err != nil {
				return nil, fmt.Errorf("$%s: %w", name, err)
			}
		} else if !t.all && !t.equal && !t.isNum {
			return nil, fmt.Errorf("$%s: a regular expression is missing behind \"=>\"", name)
		}
		v.Get = func(c *rt.Ctx) value.Value { return count(c, &t) }
		return v, nil
	}
	eval, err := b.Format(rest)
	if err != nil {
		return nil, err
	}
	v.Get = func(c *rt.Ctx) value.Value {
		t, pattern := splitCount(string(c.Text(eval(c))), numbers)
		if !t.all && !t.equal && !t.isNum {
			if t.re = computedRegex(c, b, "$"+name, []byte(pattern)); t.re == nil {
				return value.FromInt(0)
			}
		}
		return count(c, &t)
	}
	return v, nil
}

// record is an item that has expired, for the block that is told.
type record struct{ item copied }

func bindRecord(_ registry.Build, inner, index string) (*registry.Var, error) {
	if index != "" {
		return nil, fmt.Errorf("$shtrecord has no index")
	}
	if inner != "key" && inner != "value" {
		return nil, fmt.Errorf("$shtrecord(%s): there are $shtrecord(key) and $shtrecord(value)", inner)
	}
	return &registry.Var{Name: "shtrecord(" + inner + ")", Routes: rt.EventRoute, Get: func(c *rt.Ctx) value.Value {
		e := core.Of(c).Event()
		if e == nil {
			return value.Value{}
		}
		r, ok := e.Arg.(*record)
		switch {
		case !ok:
			return value.Value{}
		case inner == "key":
			return c.NewString(r.item.keyBytes())
		case r.item.kind == value.Int:
			return value.FromInt(r.item.num)
		}
		return c.NewString(r.item.textBytes())
	}}, nil
}
