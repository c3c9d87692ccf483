package htable

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// What scripts write: tables by name, "table=>key", operators. What is constant
// is looked up and checked when the script is compiled.

func config(b registry.Build) *Config { return b.Config("htable").(*Config) }

// find is the table of a name.
func (c *Config) find(name string) (*definition, error) {
	if d := c.byName[name]; d != nil {
		return d, nil
	}
	var names []string
	for n := range c.byName {
		names = append(names, n)
	}
	slices.Sort(names)
	hint := ""
	if s := diag.Suggest(name, names); s != "" {
		hint = fmt.Sprintf("; did you mean %q?", s)
	}
	return nil, fmt.Errorf("no modparam(\"htable\", \"htable\", …) defines the table %q%s", name, hint)
}

// key is the key of an item in a script's text: constant, or a format.
type key struct {
	text []byte
	hash uint64
	eval rt.Expr // nil for a constant
}

func newKey(b registry.Build, text string) (key, error) {
	if !strings.Contains(text, "$") {
		return key{text: []byte(text), hash: hashOf([]byte(text))}, nil
	}
	eval, err := b.Format(text)
	return key{eval: eval}, err
}

// get is the key and its hash. at is the key's place in the arena, for done;
// undefined for a constant.
func (k *key) get(c *rt.Ctx) (text []byte, h uint64, at value.Value) {
	if k.eval == nil {
		return k.text, k.hash, at
	}
	at = k.eval(c)
	text = c.Text(at)
	return text, hashOf(text), at
}

// done takes a key that was put together for one look-up out of the arena again
// and moves the item that was read behind it, v, into its place: a script that
// reads many items needs room for what they hold alone.
func (k *key) done(c *rt.Ctx, at, v value.Value) value.Value {
	if at.Kind() != value.Str || at.Base() != value.Arena {
		return v
	}
	from, end := at.Off(), at.Off()+at.Len()
	switch {
	case v.Kind() != value.Str && c.Mark() == end:
		c.Truncate(from)
	case v.Kind() == value.Str && v.Base() == value.Arena && v.Off() == end && c.Mark() == end+v.Len():
		a := c.Arena()
		copy(a[from:], a[end:])
		c.Truncate(from + v.Len())
		return value.FromSpan(value.Arena, from, v.Len())
	}
	return v
}

// splitItem cuts "table=>key".
func splitItem(what, text string) (table, rest string, err error) {
	table, rest, ok := strings.Cut(text, "=>")
	if !ok {
		return "", "", fmt.Errorf("%s: expected table=>key, found %q", what, text)
	}
	return strings.TrimSpace(table), rest, nil
}

// tableArg is an argument that names a table.
type tableArg struct {
	what string
	cfg  *Config
	def  *definition // nil where the name is computed
	eval rt.Expr
}

func newTableArg(b registry.Build, what string, args []registry.Actual, i int) (tableArg, error) {
	a := tableArg{what: what, cfg: config(b), eval: args[i].Eval}
	if text, ok := arg.Const(&args[i]); ok {
		var err error
		if a.def, err = a.cfg.find(text); err != nil {
			return a, arg.Error(i, "%s: %v", what, err)
		}
	}
	return a, nil
}

// get is the table; nil, with a line in the log, where there is none of a computed name.
func (a *tableArg) get(c *rt.Ctx) *definition {
	if a.def != nil {
		return a.def
	}
	return a.named(c, c.Text(a.eval(c)))
}

func (a *tableArg) named(c *rt.Ctx, name []byte) *definition {
	d := a.cfg.byName[string(name)]
	if d == nil {
		core.Of(c).Logf(levelErr, "%s: there is no table %q", a.what, name)
	}
	return d
}

// itemArg is an argument "table=>key", also for "table=>pattern".
type itemArg struct {
	tableArg
	text string // behind =>, where the argument is constant
}

func newItemArg(b registry.Build, what string, args []registry.Actual, i int) (itemArg, error) {
	a := itemArg{tableArg: tableArg{what: what, cfg: config(b), eval: args[i].Eval}}
	text, ok := arg.Const(&args[i])
	if !ok {
		return a, nil
	}
	name, rest, err := splitItem(what, text)
	if err == nil {
		a.text = rest
		if a.def, err = a.cfg.find(name); err != nil {
			err = fmt.Errorf("%s: %w", what, err)
		}
	}
	if err != nil {
		return a, &registry.ArgError{Index: i, Err: err}
	}
	return a, nil
}

// get is the table, and the whole argument and what stands behind =>.
func (a *itemArg) get(c *rt.Ctx) (d *definition, whole, rest []byte) {
	whole = c.Text(a.eval(c))
	i := bytes.Index(whole, arrow)
	if i < 0 {
		core.Of(c).Logf(levelErr, "%s: expected table=>key, found %q", a.what, whole)
		return nil, nil, nil
	}
	rest = whole[i+len(arrow):]
	if a.def != nil {
		return a.def, whole, rest
	}
	return a.named(c, bytes.TrimSpace(whole[:i])), whole, rest
}

var arrow = []byte("=>")

// operator compares a key or a text with what a script gives.
type operator uint8

const (
	opEqual operator = iota + 1
	opNotEqual
	opRegex
	opStarts
	opEnds
	opIncludes
)

func operatorOf(name []byte) operator {
	switch string(name) {
	case "eq":
		return opEqual
	case "ne":
		return opNotEqual
	case "re":
		return opRegex
	case "sw":
		return opStarts
	case "ew":
		return opEnds
	case "in":
		return opIncludes
	}
	return 0
}

// test is an operator with its right side.
type test struct {
	op   operator
	text []byte
	re   registry.Matcher
}

func (t *test) match(b []byte) bool {
	switch t.op {
	case opEqual:
		return bytes.Equal(b, t.text)
	case opNotEqual:
		return !bytes.Equal(b, t.text)
	case opRegex:
		return t.re.Match(b)
	case opStarts:
		return bytes.HasPrefix(b, t.text)
	case opEnds:
		return bytes.HasSuffix(b, t.text)
	}
	return bytes.Contains(b, t.text)
}

// testArg are the two arguments operator and value.
type testArg struct {
	what    string
	b       registry.Build
	op      operator // 0 where it is computed
	opEval  rt.Expr
	valEval rt.Expr
	re      registry.Matcher // of a constant pattern
}

func newTestArg(b registry.Build, what string, args []registry.Actual, i int) (testArg, error) {
	a := testArg{what: what, b: b, opEval: args[i].Eval, valEval: args[i+1].Eval}
	name, ok := arg.Const(&args[i])
	if !ok {
		return a, nil
	}
	if a.op = operatorOf([]byte(name)); a.op == 0 {
		return a, arg.Error(i, "%s: the operator must be eq, ne, re, sw, ew or in, not %q", what, name)
	}
	if text, ok := arg.Const(&args[i+1]); ok && a.op == opRegex {
		re, err := b.Regex(text, true)
		if err != nil {
			return a, &registry.ArgError{Index: i + 1, Err: err}
		}
		a.re = re
	}
	return a, nil
}

// get is the test; false, with a line in the log, where something computed is wrong.
func (a *testArg) get(c *rt.Ctx) (t test, ok bool) {
	t.op = a.op
	if t.op == 0 {
		name := c.Text(a.opEval(c))
		if t.op = operatorOf(name); t.op == 0 {
			core.Of(c).Logf(levelErr, "%s: the operator must be eq, ne, re, sw, ew or in, not %q", a.what, name)
			return t, false
		}
	}
	if t.op == opRegex && a.re != nil {
		t.re = a.re
		return t, true
	}
	t.text = c.Text(a.valEval(c))
	if t.op != opRegex {
		return t, true
	}
	t.re = computedRegex(c, a.b, a.what, t.text)
	return t, t.re != nil
}

// computedRegex is a pattern of run time; nil, with a line in the log, for a bad one.
func computedRegex(c *rt.Ctx, b registry.Build, what string, text []byte) registry.Matcher {
	re, err := b.RegexCached(text, true)
	if err != nil {
		core.Of(c).Logf(levelErr, "%s: bad regular expression %q: %v", what, text, err)
		return nil
	}
	return re
}
