package kex

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// maxFlag is the highest flag.
const maxFlag = 31

// operation is what a function does to the word of flags that holds bit.
type operation func(word *uint32, bit uint32) int32

func set(word *uint32, bit uint32) int32   { *word |= bit; return 1 }
func reset(word *uint32, bit uint32) int32 { *word &^= bit; return 1 }
func isSet(word *uint32, bit uint32) int32 { return truth(*word&bit != 0) }

var flagArg = registry.Arg{Name: "flag", Kind: registry.ArgFlag}

// branchFlagFunctions work on the flags of a branch: 0 is the first one, the
// Request-URI ($bf), 1 the one that append_branch() has added first.
func branchFlagFunctions() []registry.Function {
	row := func(name, doc string, op operation) registry.Function {
		return registry.Function{
			Name: name, Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{flagArg, {Name: "branch", Kind: registry.ArgInt, Optional: true, Min: 0, Max: rt.MaxBranches}},
			Doc:  doc + " Flags are 0 to 31 or declared names; branch is 0, the Request-URI, where it is not given. False where there is no such branch.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				bit, err := newBit(name, args)
				if err != nil || !arg.Given(args, 1) {
					return func(c *rt.Ctx) int32 { return bit.apply(c, &c.BranchFlags, op) }, err
				}
				branch, err := arg.NewNumber(args, 1, name+": the branch", 0, rt.MaxBranches)
				return func(c *rt.Ctx) int32 {
					n, ok := branch.Get(c)
					if !ok {
						return -1
					}
					word := &c.BranchFlags
					if n > 0 {
						bs := c.Branches()
						if int(n) > len(bs) {
							return -1
						}
						word = &bs[n-1].Flags
					}
					return bit.apply(c, word, op)
				}, err
			},
		}
	}
	return []registry.Function{
		row("setbflag", "Sets a flag of a branch.", set),
		row("resetbflag", "Clears a flag of a branch.", reset),
		row("isbflagset", "True if a flag of a branch is set.", isSet),
	}
}

// scriptFlagFunctions work on the flags that belong to the script alone ($sf).
func scriptFlagFunctions() []registry.Function {
	row := func(name, doc string, op operation) registry.Function {
		return registry.Function{
			Name: name, Routes: rt.AnyRoute, Source: source, Doc: doc, Args: []registry.Arg{flagArg},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				bit, err := newBit(name, args)
				return func(c *rt.Ctx) int32 { return bit.apply(c, &c.ScriptFlags, op) }, err
			},
		}
	}
	return []registry.Function{
		row("setsflag", "Sets a script flag, 0 to 31 or a declared name.", set),
		row("resetsflag", "Clears a script flag.", reset),
		row("issflagset", "True if a script flag is set.", isSet),
	}
}

// bit is the flag that a call names, as a bit of a word.
type bit struct{ n arg.Number }

func newBit(name string, args []registry.Actual) (bit, error) {
	n, err := arg.NewNumber(args, 0, name+": the flag", 0, maxFlag)
	return bit{n}, err
}

func (b *bit) apply(c *rt.Ctx, word *uint32, op operation) int32 {
	n, ok := b.n.Get(c)
	if !ok {
		return -1
	}
	return op(word, 1<<uint(n))
}
