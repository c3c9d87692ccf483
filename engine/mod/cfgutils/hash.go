package cfgutils

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func hashFunctions() []registry.Function {
	return []registry.Function{{
		Name: "core_hash", Routes: rt.AnyRoute,
		Args: []registry.Arg{
			{Name: "text1", Kind: registry.ArgFormat},
			{Name: "text2", Kind: registry.ArgFormat},
			{Name: "size", Kind: registry.ArgFormat},
		},
		Doc: "Returns a number from 1 to two to the power of size that the two texts determine: the same that Kamailio " +
			"gives. 0 counts as the size 1. Not for secrets.",
		Source:  source,
		Compile: compileHash,
	}}
}

func compileHash(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	size, err := arg.NewNumber(args, 2, "core_hash: size", 0, maxHashSize)
	if err != nil {
		return nil, err
	}
	first, second := args[0].Eval, args[1].Eval
	return func(c *rt.Ctx) int32 {
		n, ok := size.Get(c)
		if !ok {
			return -1
		}
		a, b := c.Bytes(c.Str(first(c))), c.Bytes(c.Str(second(c)))
		return int32(coreHash(a, b)&(1<<max(n, 1)-1)) + 1
	}, nil
}

// coreHash mixes two texts as Kamailio's tables do: words of four bytes, each
// folded onto itself, summed up, and the sum folded. Bytes are signed.
func coreHash(a, b []byte) uint32 {
	h := uint32(0)
	for _, s := range [...][]byte{a, b} {
		for ; len(s) >= 4; s = s[4:] {
			v := uint32(int8(s[0]))<<24 + uint32(int8(s[1]))<<16 + uint32(int8(s[2]))<<8 + uint32(int8(s[3]))
			h += v ^ v>>3
		}
		v := uint32(0)
		for _, c := range s {
			v = v<<8 + uint32(int8(c))
		}
		h += v ^ v>>3
	}
	return h + h>>11 + (h>>13 + h>>23)
}
