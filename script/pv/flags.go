package pv

import (
	"fmt"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// flagVars are the flag words: $mf message flags, $sf script flags, $bf flags
// of the first branch; with a capital F as eight hexadecimal digits.
func flagVars() []registry.PV {
	word := func(lower, upper, what string, of func(c *rt.Ctx) *uint32) []registry.PV {
		set := func(c *rt.Ctx, v value.Value) bool {
			switch v.Kind() {
			case value.Int:
				*of(c) = uint32(v.Int())
			case value.Undef:
				*of(c) = 0
			default:
				return false
			}
			return true
		}
		return []registry.PV{
			write(lower, value.Int, what+" as a number; assigning a number sets all of them, $null clears them",
				func(c *rt.Ctx) value.Value { return value.FromInt(int64(*of(c))) }, set),
			write(upper, value.Str, what+" as eight hexadecimal digits; assigned as "+lower,
				func(c *rt.Ctx) value.Value { return hex8(c, *of(c)) }, set),
		}
	}
	return concat(
		word("mf", "mF", "message flags", func(c *rt.Ctx) *uint32 { return &c.Flags }),
		word("sf", "sF", "script flags", func(c *rt.Ctx) *uint32 { return &c.ScriptFlags }),
		word("bf", "bF", "flags of the first branch", func(c *rt.Ctx) *uint32 { return &c.BranchFlags }),
		[]registry.PV{
			bit("Mf", "message", func(c *rt.Ctx) *uint32 { return &c.Flags }),
			bit("Sf", "script", func(c *rt.Ctx) *uint32 { return &c.ScriptFlags }),
			bit("Bf", "branch", func(c *rt.Ctx) *uint32 { return &c.BranchFlags }),
		},
	)
}

// bit is the row of one flag, $name(0) to $name(31) or $name(declared name).
func bit(name, what string, of func(c *rt.Ctx) *uint32) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Source: "pseudo-variables, $" + name + "(flag)",
		Doc: "one " + what + " flag, 0 to 31 or a declared name: 1 where it is set, else 0",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex(name)
			}
			n, ok := value.ParseInt([]byte(inner))
			if !ok {
				declared, known := b.Flag(inner)
				if !known {
					return nil, fmt.Errorf("$%s(%s): expected a flag from 0 to 31 or a declared name", name, inner)
				}
				n = int64(declared)
			}
			if n < 0 || n > 31 {
				return nil, fmt.Errorf("$%s(%s): a flag is 0 to 31", name, inner)
			}
			return &registry.Var{Name: name + "(" + inner + ")", Kind: value.Int, Get: func(c *rt.Ctx) value.Value {
				return value.FromInt(int64(*of(c) >> uint(n) & 1))
			}}, nil
		}}
}
