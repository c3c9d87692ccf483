package compile_test

import "sipedge/script/ast"

// The evaluator's calls and variables.

func (e *evaluator) call(x *ast.Call) int32 {
	arg := ""
	for i, a := range x.Args {
		if i > 0 {
			arg += "|"
		}
		arg += e.eval(a).text()
	}
	e.w.trace = append(e.w.trace, x.Name+"("+arg+")")
	e.w.calls++
	e.rc = e.w.answer(x.Name, arg, e.w.calls)
	if e.rc == 0 {
		panic(finished{})
	}
	return e.rc
}

func (e *evaluator) callRoute(x *ast.RouteCall) int32 {
	b := e.routes[e.eval(x.Target).text()]
	if b == nil {
		e.rc = -1
		return -1
	}
	return e.route(b)
}

func (e *evaluator) get(spec string) val {
	switch spec {
	case "ru":
		return vStr(sample[7:28])
	case "num":
		return vStr(sample[52:54])
	case "rc":
		return vInt(int64(e.rc))
	case "null", "undef":
		return val{}
	case "(avp(x)[1])", "avp(x)[1]":
		if l := e.avps["x"]; len(l) > 1 {
			return l[1]
		}
		return val{}
	case "avp(x)":
		if l := e.avps["x"]; len(l) > 0 {
			return l[0]
		}
		return val{}
	}
	if v := e.vars[spec]; v.k != undef {
		return v
	}
	return vInt(0)
}

func (e *evaluator) set(spec string, v val) {
	switch spec {
	case "avp(x)":
		if v.k != undef {
			e.avps["x"] = append([]val{v}, e.avps["x"]...)
		} else if l := e.avps["x"]; len(l) > 0 {
			e.avps["x"] = l[1:]
		}
	case "avp(x)[*]":
		e.avps["x"] = nil
		if v.k != undef {
			e.avps["x"] = []val{v}
		}
	default:
		e.vars[spec] = v
	}
}
