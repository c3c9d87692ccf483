package pv

import (
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
	)
}
