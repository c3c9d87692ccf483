package compile_test

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
	"strings"

	"sipedge/script/rt"
)

// The evaluator's variables.

// xval is one $xavp: a value, or a structure of fields, newest first.
type xval struct {
	name   string
	v      val
	node   bool
	fields []field
}

type field struct {
	name string
	v    val
}

// mostText bounds the texts of an evaluation, mostValues its lists.
const (
	mostText   = 2000
	mostValues = rt.MaxAVPs / 4
)

// shown is a variable as a text has it: nothing for a transformation that gives
// nothing, and for {s.int} the text that it was made of.
func (e *evaluator) shown(spec string) string {
	_, text := e.transformed(spec)
	switch {
	case text.k != undef:
		return text.text()
	case strings.Contains(spec, "{"):
		return ""
	}
	return "<null>"
}

// transformed is a variable with its transformations as a value and as a text.
func (e *evaluator) transformed(spec string) (v, text val) {
	i := strings.IndexByte(spec, '{')
	if i < 0 {
		v = e.get(spec)
		return v, v
	}
	text = e.get(spec[:i])
	for _, t := range strings.Split(strings.TrimSuffix(spec[i+1:], "}"), "}{") {
		v = e.transform(text, t)
		if t != "s.int" || v.k == undef {
			text = v
		}
	}
	return v, text
}

func (e *evaluator) get(spec string) val {
	if strings.Contains(spec, "{") {
		v, _ := e.transformed(spec)
		return v
	}
	switch spec {
	case "ru":
		return vStr(sample[7:28])
	case "user", "sel(user)":
		return vStr("alice")
	case "num":
		return vStr(sample[52:54])
	case "src_port":
		return vInt(5070)
	case "rc":
		return vInt(int64(e.rc))
	case "null", "undef":
		return val{}
	}
	switch name, path, _ := strings.Cut(strings.TrimSuffix(spec, ")"), "("); name {
	case "avp":
		return e.getAVP(path)
	case "f.t":
		return e.getAVP("f.t")
	case "xavp":
		return e.getXAVP(path)
	}
	if v := e.vars[spec]; v.k != undef {
		return v
	}
	return vInt(0)
}

// avpName is a list's name: s:x is x.
func avpName(path string) string { return strings.TrimPrefix(path, "s:") }

// getAVP reads "x", "x)[n]", "x)[*]" or "x)[$var(i)]".
func (e *evaluator) getAVP(path string) val {
	name, index, indexed := strings.Cut(path, ")[")
	l := e.avps[avpName(name)]
	if index = strings.TrimSuffix(index, "]"); index == "*" {
		var texts []string
		for _, v := range l {
			texts = append(texts, v.text())
		}
		if texts == nil {
			return val{}
		}
		return vStr(strings.Join(texts, ", "))
	}
	n := int64(0)
	if indexed {
		n = e.index(index)
	}
	if n < 0 || n >= int64(len(l)) {
		return val{}
	}
	return l[n]
}

// index is a number or "$var(i)".
func (e *evaluator) index(s string) int64 {
	if strings.HasPrefix(s, "$") {
		return e.get(strings.TrimSuffix(s[1:], ")") + ")").int()
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// xpart takes "x" or "x[1]" apart; index is -1 where there is none.
func (e *evaluator) xpart(s string) (name string, index int64, has bool) {
	name, rest, has := strings.Cut(s, "[")
	if !has {
		return name, 0, false
	}
	return name, e.index(strings.TrimSuffix(rest, "]")), true
}

// root is the place of the n-th xval of a name, -1 for none.
func (e *evaluator) root(name string, n int64) int {
	for i, x := range e.xavps {
		if x.name == name {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

// at is the place of the n-th field of a name, -1 for none.
func (x *xval) at(name string, n int64) int {
	for i, f := range x.fields {
		if f.name == name {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

func (e *evaluator) getXAVP(path string) val {
	rootPart, fieldPart, hasField := strings.Cut(path, "=>")
	name, n, _ := e.xpart(rootPart)
	i := e.root(name, n)
	if n < 0 || i < 0 {
		return val{}
	}
	x := e.xavps[i]
	if !hasField {
		if x.node {
			return vStr("<<xavp>>")
		}
		return x.v
	}
	name, n, _ = e.xpart(fieldPart)
	if i = x.at(name, n); n < 0 || i < 0 {
		return val{}
	}
	return x.fields[i].v
}

func (e *evaluator) set(spec string, v val) {
	if len(v.s) > mostText {
		panic(tooLong)
	}
	name, path, _ := strings.Cut(strings.TrimSuffix(spec, ")"), "(")
	switch {
	case name == "xavp":
		e.setXAVP(path, v)
		return
	case name != "avp" && name != "f.t":
		e.vars[spec] = v
		return
	case name == "f.t":
		path = name
	}
	key, index, _ := strings.Cut(path, ")[")
	key = avpName(key)
	l := e.avps[key]
	if index == "*]" {
		l = nil
	} else if v.k == undef && len(l) > 0 {
		l = l[1:]
	}
	if v.k != undef {
		l = append([]val{v}, l...)
	}
	if len(l) > mostValues {
		panic(tooLong)
	}
	e.avps[key] = l
}

func (e *evaluator) setXAVP(path string, v val) {
	rootPart, fieldPart, hasField := strings.Cut(path, "=>")
	name, n, indexed := e.xpart(rootPart)
	fname, fn, findexed := e.xpart(fieldPart)
	i := e.root(name, n)
	switch {
	case v.k == undef && i < 0:
	case v.k == undef && !hasField:
		e.xavps = append(append([]*xval{}, e.xavps[:i]...), e.xavps[i+1:]...)
	case v.k == undef:
		if x := e.xavps[i]; x.at(fname, fn) >= 0 {
			k := x.at(fname, fn)
			x.fields = append(append([]field{}, x.fields[:k]...), x.fields[k+1:]...)
		}
	case !indexed:
		x := &xval{name: name, v: v}
		if hasField {
			x.v, x.node, x.fields = val{}, true, []field{{fname, v}}
		}
		e.xavps = append([]*xval{x}, e.xavps...)
	case i < 0:
	case !hasField:
		*e.xavps[i] = xval{name: name, v: v}
	case !e.xavps[i].node:
	case !findexed:
		e.xavps[i].fields = append([]field{{fname, v}}, e.xavps[i].fields...)
	default:
		if k := e.xavps[i].at(fname, fn); k >= 0 {
			e.xavps[i].fields[k].v = v
		}
	}
	e.made++
	if e.made > mostValues {
		panic(tooLong)
	}
}

// transform is a handful of transformations by the pseudo-variables' manual.
func (e *evaluator) transform(v val, t string) val {
	if v.k == undef {
		return v
	}
	s := v.text()
	args := strings.Split(t, ",")
	switch args[0] {
	case "s.len":
		return vInt(int64(len(s)))
	case "s.int":
		if s == "" {
			return vInt(0)
		}
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return val{}
		}
		return vInt(n)
	case "s.toupper":
		return vStr(strings.ToUpper(s))
	case "s.tolower":
		return vStr(strings.ToLower(s))
	case "s.encode.hexa":
		return vStr(hex.EncodeToString([]byte(s)))
	case "s.md5":
		sum := md5.Sum([]byte(s))
		return vStr(hex.EncodeToString(sum[:]))
	case "s.substr":
		off, ok := e.argument(args[1])
		n, ok2 := e.argument(args[2])
		if off < 0 {
			off += int64(len(s))
		}
		if !ok || !ok2 || n < 0 || off < 0 || off >= int64(len(s)) {
			return val{}
		}
		s = s[off:]
		if n > 0 && n < int64(len(s)) {
			s = s[:n]
		}
		return vStr(s)
	case "s.select":
		n, ok := e.argument(args[1])
		if !ok {
			return val{}
		}
		fields := strings.Split(s, args[2])
		if n < 0 {
			n += int64(len(fields))
		}
		if n < 0 || n >= int64(len(fields)) {
			return vStr("")
		}
		return vStr(fields[n])
	}
	panic("what is {" + t + "}?")
}

// argument is a number or variable; ok is false for a text, whatever it is.
func (e *evaluator) argument(s string) (n int64, ok bool) {
	if !strings.HasPrefix(s, "$") {
		return e.index(s), true
	}
	v := e.get(s[1:])
	return int64(v.n), v.k == num
}
