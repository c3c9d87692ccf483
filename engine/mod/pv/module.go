// Package pv is the module pv: functions on pseudo-variables. The variables
// themselves are part of the language here and need no module; scripts load pv
// for them all the same.
package pv

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// source names where the functions are described.
const source = "Kamailio module pv"

// Module is the descriptor of pv.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "pv",
		Doc:       "Functions on pseudo-variables; the variables need no module.",
		NewConfig: newConfig,
		Params:    params,
		Program:   initVars,
		Commit:    commit,
		Functions: append(append(xavpFunctions(), sbranchFunctions()...), []registry.Function{
			test("pv_isset", "True if the variable has a value.", func(_ *rt.Ctx, v value.Value) bool { return !v.IsUndef() }),
			test("is_int", "True if the variable holds an integer.", func(_ *rt.Ctx, v value.Value) bool { return v.Kind() == value.Int }),
			test("not_empty", "True if the variable holds a text that is not empty.", func(_ *rt.Ctx, v value.Value) bool {
				return v.Kind() == value.Str && v.Len() > 0
			}),
			{
				Name: "pv_unset", Routes: rt.AnyRoute,
				Args:    []registry.Arg{{Name: "variable", Kind: registry.ArgPV}},
				Doc:     "Takes the variable's value away, as assigning $null does.",
				Source:  source,
				Compile: compileUnset,
			},
			{
				Name: "typeof", Routes: rt.AnyRoute,
				Args:    []registry.Arg{{Name: "variable", Kind: registry.ArgPV}, {Name: "type", Kind: registry.ArgStatic}},
				Doc:     "True if the variable holds a value of the type: int, str or null.",
				Source:  source,
				Compile: compileTypeOf,
			},
			{
				Name: "pv_evalx", Routes: rt.AnyRoute,
				Args:    []registry.Arg{{Name: "variable", Kind: registry.ArgPV}, {Name: "format", Kind: registry.ArgFormat}},
				Doc:     "Assigns a text with pseudo-variables in it to the variable.",
				Source:  source,
				Compile: compileEval,
			},
		}...),
	}
}

func compileEval(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	to, format := args[0].PV, args[1].Eval
	if to.Set == nil {
		return nil, arg.Error(0, "pv_evalx: $%s cannot be written", to.Name)
	}
	return func(c *rt.Ctx) int32 { return truth(to.Set(c, c.Str(format(c)))) }, nil
}

func test(name, doc string, is func(*rt.Ctx, value.Value) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "variable", Kind: registry.ArgPV}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			get := args[0].PV.Get
			return func(c *rt.Ctx) int32 { return truth(is(c, get(c))) }, nil
		},
	}
}

func compileUnset(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	v := args[0].PV
	if v.Set == nil {
		return nil, arg.Error(0, "pv_unset: $%s cannot be written", v.Name)
	}
	return func(c *rt.Ctx) int32 { return truth(v.Set(c, value.Value{})) }, nil
}

func compileTypeOf(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	kinds := map[string]value.Kind{"int": value.Int, "str": value.Str, "null": value.Undef}
	text, _ := arg.Const(&args[1])
	kind, ok := kinds[text]
	if !ok {
		return nil, arg.Error(1, "typeof: type must be int, str or null, not %q", text)
	}
	get := args[0].PV.Get
	return func(c *rt.Ctx) int32 { return truth(get(c).Kind() == kind) }, nil
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
