package rr

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func compileCheckRouteParam(b registry.Build, args []registry.Actual) (rt.Func, error) {
	re, err := arg.NewPattern(b, args, 0)
	if err != nil {
		return nil, err
	}
	r := bind(b)
	return func(c *rt.Ctx) int32 {
		v := r.routed.Get(c)
		if v.IsUndef() || v.Len() == 0 || !re.Match(c, c.Bytes(v)) {
			return -1
		}
		return 1
	}, nil
}

func compileIsDirection(b registry.Build, args []registry.Actual) (rt.Func, error) {
	r := bind(b)
	if !r.cfg.FromTag {
		return nil, arg.Error(0, "is_direction: needs the parameter append_fromtag of module rr")
	}
	dir, _ := arg.Const(&args[0])
	if dir != "upstream" && dir != "downstream" {
		return nil, arg.Error(0, "is_direction: direction must be upstream or downstream, not %q", dir)
	}
	up := dir == "upstream"
	return func(c *rt.Ctx) int32 {
		if r.upstream(core.Of(c)) == up {
			return 1
		}
		return -1
	}, nil
}

func compileNextHop(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	r := bind(b)
	return func(c *rt.Ctx) int32 {
		if r.nextHop.Get(c).IsUndef() {
			return -1
		}
		return 1
	}, nil
}

// upstream reports whether the request goes to the dialog's caller: the ftag of
// our Route URI is not the tag of From. Without either it goes downstream.
func (r *binding) upstream(p *core.Proc) bool {
	v := r.routed.Get(&p.Ctx)
	if v.IsUndef() {
		return false
	}
	ftag := parameterValue(p.Bytes(v), "ftag")
	from, e := p.Index.From(p.Msg)
	if len(ftag) == 0 || e != sipparse.OK || from.Tag.Len == 0 {
		return false
	}
	return string(ftag) != string(from.Tag.Of(p.Msg))
}

// parameterValue is the value of a parameter in ";name=value;…"; name in lower case.
func parameterValue(b []byte, name string) []byte {
	for len(b) > 0 {
		n := 0
		for n < len(b) && b[n] != ';' {
			n++
		}
		if one := b[:n]; len(one) > len(name) && one[len(name)] == '=' && foldEqual(one[:len(name)], name) {
			return one[len(name)+1:]
		}
		b = b[min(n+1, len(b)):]
	}
	return nil
}

// foldEqual compares b with s, which is lower case, without regard to case.
func foldEqual(b []byte, s string) bool {
	for i := range b {
		if b[i]|0x20 != s[i] {
			return false
		}
	}
	return len(b) == len(s)
}
