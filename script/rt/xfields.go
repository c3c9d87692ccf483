package rt

import "sipedge/script/value"

// The functions here are for code that walks over XAVPs or copies them; scripts
// reach single values by XAVP and SetXAVP.

// XCursor walks over the values of one level of XAVPs from the newest.
type XCursor struct{ at, next int32 }

// XRoots is a cursor before the first root.
func (c *Ctx) XRoots() XCursor { return XCursor{next: c.xavps.head} }

// XFields is a cursor before the first field of the index-th newest root of that
// name; false where there is no such structure.
func (c *Ctx) XFields(root AVPName, index int) (XCursor, bool) {
	i := c.xavps.find(c.xavps.head, root, index)
	if i == 0 || !c.xavps.ents[i-1].node {
		return XCursor{}, false
	}
	return XCursor{next: c.xavps.ents[i-1].kids}, true
}

// NextX moves to the next value; false where there is none.
func (c *Ctx) NextX(k *XCursor) bool {
	if k.next == 0 {
		return false
	}
	k.at = k.next
	k.next = c.xavps.ents[k.at-1].next
	return true
}

// XAt is what the cursor stands on; structure is set for a root with fields, over
// which Fields walks.
func (c *Ctx) XAt(k *XCursor) (name AVPName, v value.Value, structure bool) {
	e := &c.xavps.ents[k.at-1]
	return e.name, e.v, e.node
}

// Fields is a cursor before the first field of the structure that k stands on.
func (c *Ctx) Fields(k *XCursor) XCursor { return XCursor{next: c.xavps.ents[k.at-1].kids} }

// AddXStructure puts a structure without fields on top of root's stack.
func (c *Ctx) AddXStructure(root AVPName) {
	i := c.addXNode(xnode{name: root, node: true})
	c.xavps.ents[i-1].next, c.xavps.head = c.xavps.head, i
}

// AppendXField adds a field behind all others of the newest structure of that name.
// false: there is none.
func (c *Ctx) AppendXField(root, field AVPName, v value.Value) bool {
	r := c.xavps.find(c.xavps.head, root, 0)
	if r == 0 || !c.xavps.ents[r-1].node {
		return false
	}
	n := c.addXNode(xnode{name: field, v: v})
	c.linkLast(&c.xavps.ents[r-1].kids, n)
	return true
}

// linkLast puts node n at the end of a chain.
func (c *Ctx) linkLast(chain *int32, n int32) {
	for *chain != 0 {
		chain = &c.xavps.ents[*chain-1].next
	}
	*chain = n
}

// CopyXAVP copies the index-th newest root of from: behind all roots of that name and
// others, or with at of 0 and more in the place of the at-th newest root of to. false
// where source or destination are not there.
func (c *Ctx) CopyXAVP(from AVPName, index int, to AVPName, at int) bool {
	l := &c.xavps
	src := l.find(l.head, from, index)
	dst := int32(0)
	if at >= 0 {
		dst = l.find(l.head, to, at)
	}
	if src == 0 || at >= 0 && dst == 0 {
		return false
	}
	n := c.addXNode(xnode{name: to, v: l.ents[src-1].v, node: l.ents[src-1].node})
	for k := l.ents[src-1].kids; k != 0; k = l.ents[k-1].next {
		f := c.addXNode(xnode{name: l.ents[k-1].name, v: l.ents[k-1].v})
		c.linkLast(&l.ents[n-1].kids, f)
	}
	if dst == 0 {
		c.linkLast(&l.head, n)
		return true
	}
	e := &l.ents[dst-1]
	e.v, e.kids, e.node = l.ents[n-1].v, l.ents[n-1].kids, l.ents[n-1].node
	return true
}

// FindAVPName is the name as the program knows it; false for one that the script
// mentions nowhere, so that nobody could ask for it.
func (c *Ctx) FindAVPName(name []byte) (AVPName, bool) {
	for i, n := range c.prog.AVPNames {
		if n == string(name) {
			return AVPName(i), true
		}
	}
	return 0, false
}

// AVPNameText is the text of a name.
func (c *Ctx) AVPNameText(n AVPName) string {
	if int(n) < len(c.prog.AVPNames) {
		return c.prog.AVPNames[n]
	}
	return ""
}

// VarSlot is the slot of $var(name), where the script mentions it.
func (c *Ctx) VarSlot(name []byte) (int, bool) {
	for i, n := range c.prog.VarNames {
		if n == string(name) {
			return i, true
		}
	}
	return 0, false
}
