package pv

import (
	"fmt"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// appendQ appends ;q=0.nnn for a given q value in thousandths.
func appendQ(c *rt.Ctx, q int16) {
	if q < 0 {
		return
	}
	c.AppendString(";q=")
	appendQValue(c, q)
}

func appendQValue(c *rt.Ctx, q int16) {
	appendNumber(c, int64(q)/1000)
	frac := int64(q) % 1000
	if frac == 0 {
		return
	}
	c.AppendByte('.')
	for unit := int64(100); frac > 0; unit /= 10 {
		c.AppendByte(byte('0' + frac/unit))
		frac %= unit
	}
}

// branchText is one branch as $br shows it: the URI, in <> with its q value
// where it has one.
func branchText(c *rt.Ctx, b *rt.Branch) {
	if b.Q < 0 {
		c.AppendValue(b.URI)
		return
	}
	c.AppendByte('<')
	c.AppendValue(b.URI)
	c.AppendByte('>')
	appendQ(c, b.Q)
}

func firstBranch(c *rt.Ctx) value.Value {
	bs := c.Branches()
	if len(bs) == 0 {
		return undef
	}
	if bs[0].Q < 0 {
		return bs[0].URI
	}
	m := c.Mark()
	branchText(c, &bs[0])
	return c.FromMark(m)
}

func allBranches(c *rt.Ctx) value.Value {
	bs := c.Branches()
	if len(bs) == 0 {
		return undef
	}
	m := c.Mark()
	for i := range bs {
		if i > 0 {
			c.AppendString(", ")
		}
		branchText(c, &bs[i])
	}
	return c.FromMark(m)
}

// addBranch is the assignment to $br: one more destination with the flags and
// the send socket that are set now.
func addBranch(c *rt.Ctx, v value.Value) bool {
	return c.AppendBranch(rt.Branch{URI: v, Q: -1, Socket: c.SendSocket, Flags: c.BranchFlags})
}

// destinationSet is $ds: a Contact header with the changed Request-URI and all
// branches.
func destinationSet(c *rt.Ctx) value.Value {
	bs := c.Branches()
	if len(bs) == 0 && c.NewURI.IsUndef() {
		return undef
	}
	m := c.Mark()
	c.AppendString("Contact: ")
	if !c.NewURI.IsUndef() {
		c.AppendByte('<')
		c.AppendValue(c.NewURI)
		c.AppendByte('>')
	}
	for i := range bs {
		if i > 0 || !c.NewURI.IsUndef() {
			c.AppendString(", ")
		}
		c.AppendByte('<')
		c.AppendValue(bs[i].URI)
		c.AppendByte('>')
		appendQ(c, bs[i].Q)
	}
	return c.FromMark(m)
}

// branchField is one attribute of $branch(name).
type branchField struct {
	key string
	get func(c *rt.Ctx, b *rt.Branch) value.Value
	set func(c *rt.Ctx, b *rt.Branch, v value.Value) bool
}

func stringField(key string, of func(b *rt.Branch) *value.Value) branchField {
	return branchField{key: key,
		get: func(_ *rt.Ctx, b *rt.Branch) value.Value { return *of(b) },
		set: func(_ *rt.Ctx, b *rt.Branch, v value.Value) bool {
			if v.Kind() == value.Int {
				return false
			}
			*of(b) = v
			return true
		}}
}

var branchFields = []branchField{
	{key: "uri", get: func(_ *rt.Ctx, b *rt.Branch) value.Value { return b.URI }}, // written by index
	stringField("dst_uri", func(b *rt.Branch) *value.Value { return &b.DstURI }),
	stringField("path", func(b *rt.Branch) *value.Value { return &b.Path }),
	stringField("ruid", func(b *rt.Branch) *value.Value { return &b.RUID }),
	{key: "q",
		get: func(_ *rt.Ctx, b *rt.Branch) value.Value {
			if b.Q < 0 {
				return undef
			}
			return value.FromInt(int64(b.Q))
		},
		set: func(c *rt.Ctx, b *rt.Branch, v value.Value) bool {
			q, ok := parseQ(c, v)
			if ok {
				b.Q = q
			}
			return ok
		}},
	{key: "send_socket",
		get: func(c *rt.Ctx, b *rt.Branch) value.Value { return socketName(c, b.Socket) },
		set: func(c *rt.Ctx, b *rt.Branch, v value.Value) bool {
			id, ok := findSocket(c, v)
			if ok {
				b.Socket = id
			}
			return ok
		}},
	{key: "flags", get: func(_ *rt.Ctx, b *rt.Branch) value.Value { return value.FromInt(int64(b.Flags)) },
		set: func(_ *rt.Ctx, b *rt.Branch, v value.Value) bool {
			if v.Kind() == value.Str {
				return false
			}
			b.Flags = uint32(v.Int())
			return true
		}},
}

// parseQ reads a q value as thousandths: a number of thousandths, 0 to 1000, or
// the text of a qvalue (RFC 3261 §25.1), "0.7" or "1"; undefined is -1.
func parseQ(c *rt.Ctx, v value.Value) (int16, bool) {
	switch v.Kind() {
	case value.Undef:
		return -1, true
	case value.Int:
		return int16(v.Int()), v.Int() >= 0 && v.Int() <= 1000
	}
	b := c.Text(v)
	if len(b) == 0 || len(b) > 5 || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' {
		return 0, false
	}
	q := int16(b[0]-'0') * 1000
	unit := int16(100)
	for _, ch := range b[min(2, len(b)):] {
		if ch < '0' || ch > '9' {
			return 0, false
		}
		q += int16(ch-'0') * unit
		unit /= 10
	}
	return q, q <= 1000
}

// branchRow is $branch(name)[index], over the additional branches only.
func branchRow() registry.PV {
	return registry.PV{Name: "branch", Inner: registry.Always, Source: "pseudo-variables, $branch(name)",
		Doc: "attribute of an additional branch: uri, dst_uri, path, q in thousandths, send_socket, flags, ruid; count is the number of branches. Assigning $null to uri drops the branch",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			at, err := indexOf(b, index, 0)
			if err != nil {
				return nil, err
			}
			name := "branch(" + inner + ")"
			if inner == "count" {
				return &registry.Var{Name: name, Get: func(c *rt.Ctx) value.Value {
					if n := len(c.Branches()); n > 0 {
						return value.FromInt(int64(n))
					}
					return undef
				}}, nil
			}
			for _, f := range branchFields {
				if f.key == inner {
					return f.variable(name, at), nil
				}
			}
			return nil, fmt.Errorf("$branch(%s): unknown attribute; expected uri, dst_uri, path, q, send_socket, flags, ruid or count", inner)
		}}
}

func (f *branchField) variable(name string, at func(*rt.Ctx) int64) *registry.Var {
	get, set := f.get, f.set
	pick := func(c *rt.Ctx) int {
		n := int64(len(c.Branches()))
		i := at(c)
		if i < 0 {
			i += n
		}
		if i < 0 || i >= n {
			return -1
		}
		return int(i)
	}
	return &registry.Var{Name: name,
		Get: func(c *rt.Ctx) value.Value {
			i := pick(c)
			if i < 0 {
				return undef
			}
			return get(c, &c.Branches()[i])
		},
		Set: func(c *rt.Ctx, v value.Value) bool {
			i := pick(c)
			switch {
			case i < 0:
				return false
			case set != nil:
				return set(c, &c.Branches()[i], v)
			case v.IsUndef():
				c.RemoveBranch(i)
				return true
			}
			return c.SetBranchURI(i, v)
		}}
}

// branchVars are the variables of the destination set.
func branchVars() []registry.PV {
	return []registry.PV{
		write("br", value.Undef, "first additional branch; assigning a URI adds a branch", firstBranch, addBranch),
		read("bR", value.Undef, "all additional branches, separated by commas", allBranches),
		read("ds", value.Undef, "destination set as a Contact header: the changed Request-URI and the branches", destinationSet),
		branchRow(),
		staticBranchRow(),
	}
}
