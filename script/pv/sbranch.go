package pv

import (
	"fmt"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// staticBranchRow is $sbranch(name): a branch that is put together before it
// becomes a destination, by sbranch_append() or sbranch_set_ruri() of module pv.
func staticBranchRow() registry.PV {
	return registry.PV{Name: "sbranch", Inner: registry.Always, Source: "Kamailio 5.x: pseudo-variables, $sbranch(name)",
		Doc: "attribute of a branch that is put together for sbranch_append() and sbranch_set_ruri() of module pv: uri, dst_uri, path, q, send_socket, flags, ruid. Assigning $null to uri empties it. It is empty when a message begins",
		Bind: func(_ registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("sbranch")
			}
			name := "sbranch(" + inner + ")"
			if inner == "count" { // of no use, but known to Kamailio
				return &registry.Var{Name: name, Kind: value.Int, Get: func(*rt.Ctx) value.Value { return value.FromInt(0) }}, nil
			}
			for _, f := range branchFields {
				if f.key == inner {
					return f.static(name), nil
				}
			}
			return nil, fmt.Errorf("$sbranch(%s): unknown attribute; expected uri, dst_uri, path, q, send_socket, flags or ruid", inner)
		}}
}

func (f *branchField) static(name string) *registry.Var {
	get, set := f.get, f.set
	return &registry.Var{Name: name,
		Get: func(c *rt.Ctx) value.Value {
			b := c.StaticBranch()
			if b == nil {
				return undef
			}
			return get(c, b)
		},
		Set: func(c *rt.Ctx, v value.Value) bool {
			switch {
			case set != nil:
				return set(c, c.NewStaticBranch(), v)
			case v.IsUndef():
				c.ResetStaticBranch()
				return true
			}
			return c.SetStaticURI(v)
		}}
}
