package pv

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	scriptpv "sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// levelInfo is L_INFO.
const levelInfo = 2

// xname is an argument that names a value of a class. A constant is known to the
// program; a computed one is found where the script mentions it somewhere.
type xname struct {
	class scriptpv.XClass
	eval  rt.Expr
	fixed rt.AVPName
	known bool
}

func newXName(b registry.Build, class scriptpv.XClass, a *registry.Actual) xname {
	if text, ok := arg.Const(a); ok {
		return xname{fixed: b.AVP(class.Key(text)), known: true}
	}
	return xname{class: class, eval: a.Eval}
}

func (x *xname) get(c *rt.Ctx) (rt.AVPName, bool) {
	if x.known {
		return x.fixed, true
	}
	return keyOf(c, x.class, c.Bytes(c.Str(x.eval(c))))
}

// keyOf is the AVP name of a name that came up at run time.
func keyOf(c *rt.Ctx, class scriptpv.XClass, name []byte) (rt.AVPName, bool) {
	m := c.Mark()
	c.AppendString(class.Key("")) // the mark of the class
	if class == scriptpv.XAVI {
		for _, b := range name {
			if b >= 'A' && b <= 'Z' {
				b += 'a' - 'A'
			}
			c.AppendByte(b)
		}
	} else {
		c.Append(name)
	}
	n, ok := c.FindAVPName(c.Bytes(c.FromMark(m)))
	c.Truncate(m)
	return n, ok
}

// xavpFunctions are the functions of $xavp, $xavi and $xavu.
func xavpFunctions() []registry.Function {
	name := registry.Arg{Name: "name", Kind: registry.ArgFormat}
	field := registry.Arg{Name: "field", Kind: registry.ArgFormat}
	var fs []registry.Function
	add := func(fname, doc string, compile func(registry.Build, []registry.Actual) (rt.Func, error), args ...registry.Arg) {
		fs = append(fs, registry.Function{Name: fname, Routes: rt.AnyRoute, Args: args, Doc: doc, Source: source, Compile: compile})
	}
	for _, class := range []scriptpv.XClass{scriptpv.XAVP, scriptpv.XAVI} {
		add(class.Name+"_rm", "Removes the newest $"+class.Name+" of that name.", compileRemove(class), name)
		add(class.Name+"_child_rm", "Removes a field of $"+class.Name+"(name).", compileRemoveField(class), name, field)
		add(class.Name+"_child_seti", "Gives a field of $"+class.Name+"(name) a number as its one value.", compileSetField(class, true),
			name, field, registry.Arg{Name: "number", Kind: registry.ArgFormat})
		add(class.Name+"_child_sets", "Gives a field of $"+class.Name+"(name) a text as its one value.", compileSetField(class, false),
			name, field, registry.Arg{Name: "text", Kind: registry.ArgFormat})
	}
	for _, class := range []scriptpv.XClass{scriptpv.XAVP, scriptpv.XAVU} {
		add(class.Name+"_params_explode", "Makes fields of $"+class.Name+"(name) of a text of parameters: a=b;c=d. Parameters that the script "+
			"mentions nowhere are left out.", compileExplode(class), registry.Arg{Name: "parameters", Kind: registry.ArgFormat}, name)
		add(class.Name+"_params_implode", "Writes the fields of $"+class.Name+"(name) to a variable as parameters.", compileImplode(class),
			name, registry.Arg{Name: "variable", Kind: registry.ArgPV})
	}
	for _, class := range []scriptpv.XClass{scriptpv.XAVP, scriptpv.XAVI, scriptpv.XAVU} {
		add("pv_"+class.Name+"_print", "Logs all values of $"+class.Name+" at L_INFO.", compilePrint(class))
	}
	add("xavp_copy", "Copies $xavp(name[index]): behind all others, or in the place of the one that the fourth argument names.", compileCopy,
		name, registry.Arg{Name: "index", Kind: registry.ArgFormat}, registry.Arg{Name: "to", Kind: registry.ArgFormat},
		registry.Arg{Name: "to_index", Kind: registry.ArgFormat, Optional: true})
	add("xavp_slist_explode", "Makes values of the field v of $xavp(name) of the pieces between separators; mode t trims them. Empty pieces are left out.",
		compileList, registry.Arg{Name: "list", Kind: registry.ArgFormat}, registry.Arg{Name: "separators", Kind: registry.ArgFormat},
		registry.Arg{Name: "mode", Kind: registry.ArgFormat}, name)
	add("pv_var_to_xavp", "Copies $var(variable), or with * all of them, to fields of $xavp(name).", compileVarTo,
		registry.Arg{Name: "variable", Kind: registry.ArgStatic}, name)
	add("pv_xavp_to_var", "Copies the fields of $xavp(name) to the $var variables of their names.", compileToVar, name)
	return fs
}

func compileRemove(class scriptpv.XClass) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		name := newXName(b, class, &args[0])
		return func(c *rt.Ctx) int32 {
			if n, ok := name.get(c); ok {
				c.SetXAVP(rt.XPath{Root: n, RootIndex: rt.XNone}, value.Value{})
			}
			return 1
		}, nil
	}
}

func compileRemoveField(class scriptpv.XClass) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		name, field := newXName(b, class, &args[0]), newXName(b, class, &args[1])
		return func(c *rt.Ctx) int32 {
			n, ok := name.get(c)
			f, has := field.get(c)
			if ok && has {
				c.SetXAVP(rt.XPath{Root: n, Field: f, HasField: true, RootIndex: rt.XNone, FieldIndex: rt.XNone}, value.Value{})
			}
			return 1
		}, nil
	}
}

func compileSetField(class scriptpv.XClass, number bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		name, field, eval := newXName(b, class, &args[0]), newXName(b, class, &args[1]), args[2].Eval
		if text, ok := arg.Const(&args[2]); ok && number {
			if _, ok := value.ParseInt([]byte(text)); !ok {
				return nil, arg.Error(2, "%s_child_seti: takes a number, not %q", class.Name, text)
			}
		}
		return func(c *rt.Ctx) int32 {
			n, ok := name.get(c)
			f, has := field.get(c)
			if !ok || !has {
				return 1 // mentioned nowhere: nobody can ask for it
			}
			v := eval(c)
			if number {
				v = value.FromInt(c.Int(v))
			} else {
				v = c.Str(v)
			}
			return truth(scriptpv.SetField(c, n, f, v))
		}, nil
	}
}

func compileExplode(class scriptpv.XClass) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		eval, name := args[0].Eval, newXName(b, class, &args[1])
		return func(c *rt.Ctx) int32 {
			v := c.Str(eval(c))
			n, ok := name.get(c)
			if !ok {
				return truth(v.Len() > 0)
			}
			if class == scriptpv.XAVU { // one structure per name
				c.SetXAVP(rt.XPath{Root: n, RootIndex: rt.XAll}, value.Value{})
			}
			c.AddXStructure(n)
			for at := 0; at < v.Len(); {
				text := c.Bytes(v)
				end := at + parameterEnd(text[at:])
				lo, hi := trim(text, at, end)
				eq := bytes.IndexByte(text[lo:hi], '=')
				if eq < 0 {
					eq = hi - lo
				}
				_, nameEnd := trim(text, lo, lo+eq)
				valueAt, valueEnd := trim(text, min(lo+eq+1, hi), hi)
				if valueEnd-valueAt >= 2 && text[valueAt] == '"' && text[valueEnd-1] == '"' {
					valueAt, valueEnd = valueAt+1, valueEnd-1
				}
				if f, known := keyOf(c, class, text[lo:nameEnd]); known && nameEnd > lo {
					c.AppendXField(n, f, v.Slice(valueAt, valueEnd))
				}
				at = end + 1
			}
			return truth(v.Len() > 0)
		}, nil
	}
}

// parameterEnd is the offset of the semicolon that ends a parameter.
func parameterEnd(b []byte) int {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case quoted && b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ';' && !quoted:
			return i
		}
	}
	return len(b)
}

func trim(b []byte, lo, hi int) (int, int) {
	for lo < hi && b[lo] <= ' ' {
		lo++
	}
	for hi > lo && b[hi-1] <= ' ' {
		hi--
	}
	return lo, hi
}

func compileImplode(class scriptpv.XClass) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		name, to := newXName(b, class, &args[0]), args[1].PV
		if to.Set == nil {
			return nil, arg.Error(1, "%s_params_implode: $%s cannot be written", class.Name, to.Name)
		}
		return func(c *rt.Ctx) int32 {
			n, ok := name.get(c)
			if !ok {
				return -1
			}
			k, ok := c.XFields(n, 0)
			if !ok {
				return -1
			}
			m := c.Mark()
			for c.NextX(&k) {
				f, v, _ := c.XAt(&k)
				text, _ := class.Has(c.AVPNameText(f))
				c.AppendString(text)
				c.AppendString("=")
				c.AppendValue(v)
				c.AppendString(";")
			}
			return truth(to.Set(c, c.FromMark(m)))
		}, nil
	}
}

func compilePrint(class scriptpv.XClass) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(registry.Build, []registry.Actual) (rt.Func, error) {
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			if !p.LogEnabled(levelInfo) {
				return 1
			}
			for k := c.XRoots(); c.NextX(&k); {
				n, v, structure := c.XAt(&k)
				name, ok := class.Has(c.AVPNameText(n))
				if !ok {
					continue
				}
				if !structure {
					p.Logf(levelInfo, "$%s(%s) = %q", class.Name, name, c.Text(v))
					continue
				}
				for f := c.Fields(&k); c.NextX(&f); {
					fn, v, _ := c.XAt(&f)
					field, _ := class.Has(c.AVPNameText(fn))
					p.Logf(levelInfo, "$%s(%s=>%s) = %q", class.Name, name, field, c.Text(v))
				}
			}
			return 1
		}, nil
	}
}

func compileCopy(b registry.Build, args []registry.Actual) (rt.Func, error) {
	from, to := newXName(b, scriptpv.XAVP, &args[0]), newXName(b, scriptpv.XAVP, &args[2])
	index, err := arg.NewNumber(args, 1, "xavp_copy: index", 0, rt.MaxAVPs)
	if err != nil {
		return nil, err
	}
	at := arg.Fixed(-1)
	if arg.Given(args, 3) {
		if at, err = arg.NewNumber(args, 3, "xavp_copy: index of the destination", 0, rt.MaxAVPs); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx) int32 {
		f, ok1 := from.get(c)
		t, ok2 := to.get(c)
		i, ok3 := index.Get(c)
		n, ok4 := at.Get(c)
		return truth(ok1 && ok2 && ok3 && ok4 && c.CopyXAVP(f, int(i), t, int(n)))
	}, nil
}

func compileList(b registry.Build, args []registry.Actual) (rt.Func, error) {
	list, separators, mode, name := args[0].Eval, args[1].Eval, args[2].Eval, newXName(b, scriptpv.XAVP, &args[3])
	field := b.AVP(scriptpv.XAVP.Key("v"))
	return func(c *rt.Ctx) int32 {
		v, seps, how := c.Str(list(c)), c.Str(separators(c)), c.Str(mode(c))
		n, ok := name.get(c)
		if !ok || v.Len() == 0 || seps.Len() == 0 {
			return truth(ok && v.Len() > 0 && seps.Len() > 0)
		}
		trimmed := bytes.IndexByte(c.Bytes(how), 't') >= 0
		c.AddXStructure(n)
		for at := 0; at < v.Len(); {
			text := c.Bytes(v)
			end := at
			for end < len(text) && bytes.IndexByte(c.Bytes(seps), text[end]) < 0 {
				end++
			}
			lo, hi := at, end
			if trimmed {
				lo, hi = trim(text, lo, hi)
			}
			if hi > lo {
				c.AppendXField(n, field, v.Slice(lo, hi))
			}
			at = end + 1
		}
		return 1
	}, nil
}

func compileVarTo(b registry.Build, args []registry.Actual) (rt.Func, error) {
	text, _ := arg.Const(&args[0])
	name := newXName(b, scriptpv.XAVP, &args[1])
	if text == "*" {
		return func(c *rt.Ctx) int32 {
			n, ok := name.get(c)
			if !ok {
				return 1
			}
			c.AddXStructure(n)
			for i, v := range c.Vars {
				if f, known := c.FindAVPName([]byte(c.Program().VarNames[i])); known {
					c.AppendXField(n, f, v)
				}
			}
			return 1
		}, nil
	}
	slot, field := b.VarSlot(text), b.AVP(scriptpv.XAVP.Key(text))
	return func(c *rt.Ctx) int32 {
		n, ok := name.get(c)
		if !ok {
			return 1
		}
		v := c.Vars[slot]
		if v.IsUndef() {
			v = value.FromInt(0)
		}
		return truth(scriptpv.SetField(c, n, field, v))
	}, nil
}

func compileToVar(b registry.Build, args []registry.Actual) (rt.Func, error) {
	name := newXName(b, scriptpv.XAVP, &args[0])
	return func(c *rt.Ctx) int32 {
		n, ok := name.get(c)
		if !ok {
			return -1
		}
		k, ok := c.XFields(n, 0)
		if !ok {
			return -1
		}
		for c.NextX(&k) {
			f, v, _ := c.XAt(&k)
			if slot, known := c.VarSlot([]byte(c.AVPNameText(f))); known {
				c.Vars[slot] = v
			}
		}
		return 1
	}, nil
}
