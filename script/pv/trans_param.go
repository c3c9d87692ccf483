package pv

import (
	"errors"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// delimiter compiles the optional separator of class param.
func delimiter(args []registry.TransArg) (byte, error) {
	if len(args) == 0 {
		return ';', nil
	}
	if args[0].Eval != nil || len(args[0].Text) != 1 || args[0].Text == "," {
		return 0, errors.New("the delimiter must be one character and not a comma")
	}
	return args[0].Text[0], nil
}

// paramAt is the index-th pair of a list, from the end where index is negative.
func paramAt(b []byte, sep byte, index int64) (paramIter, bool) {
	p := paramIter{b: b, sep: sep}
	if index < 0 {
		n := int64(0)
		for p.next() {
			n++
		}
		if index += n; index < 0 {
			return p, false
		}
		p.at = 0
	}
	for p.next() {
		if index == 0 {
			return p, true
		}
		index--
	}
	return p, false
}

// bindParamAt makes param.name and param.valueat.
func bindParamAt(name bool) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		index, err := intArg(args[0])
		if err != nil {
			return nil, err
		}
		sep, err := delimiter(args[1:])
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			n, ok := index(c)
			if !ok || len(b) == 0 {
				return undef
			}
			p, found := paramAt(b, sep, n)
			switch {
			case !found:
				return value.Empty()
			case name:
				return v.Slice(p.name[0], p.name[1])
			}
			return v.Slice(p.val[0], p.val[1])
		}, nil
	}
}

// bindParamValue makes param.value, and param.in, which only looks.
func bindParamValue(in bool) bindTrans {
	return func(_ registry.Build, args []registry.TransArg) (transformer, error) {
		name := textArg(args[0])
		sep, err := delimiter(args[1:])
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			if len(b) == 0 {
				return undef
			}
			want := name(c)
			p := paramIter{b: b, sep: sep}
			for p.next() {
				if equalFold(b[p.name[0]:p.name[1]], want) {
					if in {
						return value.FromInt(1)
					}
					return v.Slice(p.val[0], p.val[1])
				}
			}
			if in {
				return value.FromInt(0)
			}
			return value.Empty()
		}, nil
	}
}

func bindParamCount(_ registry.Build, args []registry.TransArg) (transformer, error) {
	sep, err := delimiter(args)
	if err != nil {
		return nil, err
	}
	return func(_ *rt.Ctx, _ value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		p := paramIter{b: b, sep: sep}
		n := int64(0)
		for p.next() {
			n++
		}
		return value.FromInt(n)
	}, nil
}

// paramTrans is the class param: lists of name=value.
func paramTrans() []registry.Transformation {
	return []registry.Transformation{
		trans("param", "value", 1, 2, "value,name[,delimiter]: value of the parameter; empty where it is absent or has none", bindParamValue(false)),
		trans("param", "in", 1, 2, "in,name[,delimiter]: 1 if the parameter is there, else 0", bindParamValue(true)),
		trans("param", "valueat", 1, 2, "valueat,index[,delimiter]: value of the index-th parameter, from 0 or, negative, from the end", bindParamAt(false)),
		trans("param", "name", 1, 2, "name,index[,delimiter]: name of the index-th parameter, from 0 or, negative, from the end", bindParamAt(true)),
		trans("param", "count", 0, 1, "count[,delimiter]: number of parameters", bindParamCount),
	}
}
