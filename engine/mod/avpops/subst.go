package avpops

import (
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// badSubst is the result of avp_subst_pv where the computed text is no
// substitution.
const badSubst = -3

func substFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "avp_subst", Routes: rt.AnyRoute,
			Args: []registry.Arg{{Name: "avps", Kind: registry.ArgStatic}, {Name: "subst", Kind: registry.ArgStatic}},
			Doc: "Substitutes /pattern/replacement/flags in the newest text of an AVP that matches: source[/destination[/flags]]. " +
				"Without a destination the value is replaced. Flags: g all values, d takes the source away.",
			Source:  source,
			Compile: compileSubst,
		},
		{
			Name: "avp_subst_pv", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "avps", Kind: registry.ArgStatic}, {Name: "subst", Kind: registry.ArgFormat}},
			Doc:     "As avp_subst, with a /pattern/replacement/flags that is computed; -3 where that is none.",
			Source:  source,
			Compile: compileSubstPV,
		},
	}
}

// places are the AVPs and flags of a substitution.
type places struct {
	from, to        rt.AVPName
	all, move, same bool
}

func newPlaces(b registry.Build, args []registry.Actual) (p places, err error) {
	from, rest, err := cutAVP(b, constant(args, 0))
	if err != nil {
		return p, wrong(0, err)
	}
	p = places{from: from, to: from, same: true}
	if target, ok := strings.CutPrefix(rest, "/"); ok && target != "" {
		if p.to, rest, err = cutAVP(b, target); err != nil {
			return p, wrong(0, err)
		}
		p.same = p.to == p.from
	}
	f, err := flags(rest, "gd")
	if err != nil {
		return p, wrong(0, err)
	}
	p.all, p.move = f.has("g"), f.has("d")
	return p, nil
}

// run substitutes in the values, newest first; the ones that do not match stay.
func (p *places) run(c *rt.Ctx, substitute func(text []byte) (v value.Value, hit bool, result int32)) int32 {
	done := false
	for k := c.AVPs(p.from); c.NextAVP(&k); {
		_, v := c.AVPAt(&k)
		if v.Kind() != value.Str {
			continue
		}
		w, hit, failed := substitute(c.Bytes(v))
		if failed < 0 {
			return failed
		}
		if !hit {
			continue
		}
		c.AddAVP(p.to, w)
		if p.same || p.move {
			c.RemoveAVP(&k)
		}
		if done = true; !p.all {
			break
		}
	}
	return truth(done)
}

func compileSubst(b registry.Build, args []registry.Actual) (rt.Func, error) {
	p, err := newPlaces(b, args)
	if err != nil {
		return nil, err
	}
	text, _ := arg.Const(&args[1])
	x, err := pv.NewSubstitution(b, text)
	if err != nil {
		return nil, wrong(1, err)
	}
	return func(c *rt.Ctx) int32 {
		return p.run(c, func(text []byte) (value.Value, bool, int32) {
			v, hit, ok := x.Apply(c, text)
			return v, hit && ok, 0
		})
	}, nil
}

func compileSubstPV(b registry.Build, args []registry.Actual) (rt.Func, error) {
	if args[1].Const {
		return compileSubst(b, args)
	}
	p, err := newPlaces(b, args)
	if err != nil {
		return nil, err
	}
	eval := args[1].Eval
	return func(c *rt.Ctx) int32 {
		subst := c.Bytes(c.Str(eval(c)))
		return p.run(c, func(text []byte) (value.Value, bool, int32) {
			v, hit, err := pv.ApplySubstText(b, c, subst, text)
			if err != nil {
				c.LogError("avp_subst_pv: no /pattern/replacement/flags", subst)
				return v, false, badSubst
			}
			return v, hit, 0
		})
	}, nil
}
