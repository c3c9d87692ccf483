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

// A listIter walks over the name[=value] pairs of a text as the reference does:
// a value may stand in double or single quotes; a list in which anything else
// follows a value, or a value is empty, is malformed as a whole.
type listIter struct {
	b         []byte
	at        int
	sep       byte
	name, val [2]int // offsets; val of a quoted value is without its quotes
	bad       bool
}

func (l *listIter) blanks() {
	for l.at < len(l.b) && isSpace(l.b[l.at]) {
		l.at++
	}
}

// next moves to the next pair; false at the end and, with bad set, at a mistake.
func (l *listIter) next() bool {
	l.blanks()
	if l.at >= len(l.b) || l.bad {
		return false
	}
	start := l.at
	for l.at < len(l.b) && l.b[l.at] != l.sep && l.b[l.at] != '=' && !isSpace(l.b[l.at]) {
		l.at++
	}
	l.name = [2]int{start, l.at}
	l.val = [2]int{l.at, l.at}
	l.blanks()
	if l.at < len(l.b) && l.b[l.at] == '=' {
		l.at++
		l.blanks()
		l.bad = l.at < len(l.b) && !l.value()
		l.blanks()
	}
	if l.at < len(l.b) {
		l.bad = l.bad || l.b[l.at] != l.sep
		l.at++
		l.blanks()
		l.bad = l.bad || l.at == len(l.b) && start == l.name[1] // a separator alone
	}
	return !l.bad
}

// value reads what follows an equals sign.
func (l *listIter) value() bool {
	start := l.at
	if start < len(l.b) && (l.b[start] == '"' || l.b[start] == '\'') {
		quote := l.b[start]
		for l.at++; l.at < len(l.b) && l.b[l.at] != quote; l.at++ {
			if l.b[l.at] == '\\' {
				l.at++
			}
		}
		l.val = [2]int{start + 1, min(l.at, len(l.b))}
		l.at++
		return l.at <= len(l.b)
	}
	for l.at < len(l.b) && l.b[l.at] != l.sep && !isSpace(l.b[l.at]) {
		l.at++
	}
	l.val = [2]int{start, l.at}
	return l.at > start
}

// count is the number of pairs; false for a malformed list and the empty text.
func (l listIter) count() (n int64, ok bool) {
	for l.next() {
		n++
	}
	return n, !l.bad && len(l.b) > 0
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
			l := listIter{b: b, sep: sep}
			size, whole := l.count()
			if !ok || !whole {
				return undef
			}
			if n < 0 {
				n += size
			}
			if n < 0 || n >= size {
				return value.Empty()
			}
			for l.next() && n > 0 {
				n--
			}
			if name {
				return v.Slice(l.name[0], l.name[1])
			}
			return v.Slice(l.val[0], l.val[1])
		}, nil
	}
}

// bindParamValue makes param.value, and param.in, which only looks. Of several
// parameters of one name the last counts.
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
			found, val := false, [2]int{}
			l := listIter{b: b, sep: sep}
			for l.next() {
				if equalFold(b[l.name[0]:l.name[1]], want) {
					found, val = true, l.val
				}
			}
			switch {
			case l.bad:
				return undef
			case in:
				return value.FromBool(found)
			case found:
				return v.Slice(val[0], val[1])
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
		n, ok := listIter{b: b, sep: sep}.count()
		if !ok {
			return undef
		}
		return value.FromInt(n)
	}, nil
}

// paramTrans is the class param: lists of name=value.
func paramTrans() []registry.Transformation {
	return []registry.Transformation{
		trans("param", "value", 1, 2, "value,name[,delimiter]: value of the parameter, the last of several; empty where it is absent or has none", bindParamValue(false)),
		trans("param", "in", 1, 2, "in,name[,delimiter]: 1 if the parameter is there, else 0", bindParamValue(true)),
		trans("param", "valueat", 1, 2, "valueat,index[,delimiter]: value of the index-th parameter, from 0 or, negative, from the end", bindParamAt(false)),
		trans("param", "name", 1, 2, "name,index[,delimiter]: name of the index-th parameter, from 0 or, negative, from the end", bindParamAt(true)),
		trans("param", "count", 0, 1, "count[,delimiter]: number of parameters", bindParamCount),
	}
}
