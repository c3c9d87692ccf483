package rt

import "sipedge/script/value"

// The indexes of an XPath that are not numbers.
const (
	XNone = -1 // no index written
	XAll  = -2 // [*]
)

// XPath names an XAVP: $xavp(root[i]) or $xavp(root[i]=>field[j]).
type XPath struct {
	Root, Field AVPName
	HasField    bool
	// RootIndex and FieldIndex count from 0, the newest; or XNone, XAll.
	RootIndex, FieldIndex int
}

// xnode is one XAVP value or, with kids, a structure of fields. Links are
// index + 1, 0 for none.
type xnode struct {
	v    value.Value
	name AVPName
	next int32
	kids int32
	// node is set for a structure, which stays one when its last field goes.
	node bool
}

// xavpList holds the XAVPs of one message: per level a stack, newest first.
type xavpList struct {
	ents []xnode
	head int32
	// changed since the state was loaded.
	changed bool
}

func (l *xavpList) reset() { l.ents, l.head, l.changed = l.ents[:0], 0, false }

// find is the n-th newest of name in the chain that begins at head.
func (l *xavpList) find(head int32, name AVPName, n int) int32 {
	for i := head; i != 0; i = l.ents[i-1].next {
		if l.ents[i-1].name == name {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return 0
}

// cut takes the n-th newest of name out of a chain, all of them for XAll, and
// returns the chain's new head.
func (l *xavpList) cut(head int32, name AVPName, n int) int32 {
	p := &head
	for *p != 0 {
		e := &l.ents[*p-1]
		if e.name != name {
			p = &e.next
			continue
		}
		if n > 0 {
			n--
			p = &e.next
			continue
		}
		*p = e.next
		if n != XAll {
			break
		}
	}
	return head
}

func (c *Ctx) addXNode(n xnode) int32 {
	if len(c.xavps.ents) >= MaxAVPs {
		c.Fail(ErrAVPs)
	}
	c.xavps.ents = append(c.xavps.ents, n)
	return int32(len(c.xavps.ents))
}

// XAVP is the value at p, undefined where there is none. A missing index and
// XAll mean the newest. structure is true for a root that has fields; its value
// is undefined.
func (c *Ctx) XAVP(p XPath) (v value.Value, structure bool) {
	l := &c.xavps
	i := l.find(l.head, p.Root, max(p.RootIndex, 0))
	if i == 0 {
		return value.Value{}, false
	}
	e := &l.ents[i-1]
	if !p.HasField {
		return e.v, e.node
	}
	if i = l.find(e.kids, p.Field, max(p.FieldIndex, 0)); i == 0 {
		return value.Value{}, false
	}
	return l.ents[i-1].v, false
}

// SetXAVP assigns to p. Without an index it puts a new value on top: of the
// root's stack, where p names a field a new structure with that field; with the
// root's index a further value of the field. With an index it replaces, and is
// false where nothing stands there. An undefined value removes: the newest, the
// one at the index, or all for XAll.
func (c *Ctx) SetXAVP(p XPath, v value.Value) bool {
	l := &c.xavps
	l.changed = true
	if v.IsUndef() {
		c.removeXAVP(p)
		return true
	}
	if p.RootIndex == XAll || p.FieldIndex == XAll {
		return false
	}
	if p.RootIndex == XNone {
		root := c.addXNode(xnode{name: p.Root, node: p.HasField})
		if p.HasField {
			l.ents[root-1].kids = c.addXNode(xnode{name: p.Field, v: v})
		} else {
			l.ents[root-1].v = v
		}
		l.ents[root-1].next, l.head = l.head, root
		return true
	}
	i := l.find(l.head, p.Root, p.RootIndex)
	if i == 0 {
		return false
	}
	if !p.HasField {
		e := &l.ents[i-1]
		e.v, e.kids, e.node = v, 0, false
		return true
	}
	if !l.ents[i-1].node {
		return false
	}
	return c.setXField(i, p, v)
}

func (c *Ctx) setXField(root int32, p XPath, v value.Value) bool {
	l := &c.xavps
	if p.FieldIndex == XNone {
		f := c.addXNode(xnode{name: p.Field, v: v, next: l.ents[root-1].kids})
		l.ents[root-1].kids = f
		return true
	}
	f := l.find(l.ents[root-1].kids, p.Field, p.FieldIndex)
	if f == 0 {
		return false
	}
	l.ents[f-1].v = v
	return true
}

func (c *Ctx) removeXAVP(p XPath) {
	l := &c.xavps
	if !p.HasField {
		n := p.RootIndex
		if n == XNone {
			n = 0
		}
		l.head = l.cut(l.head, p.Root, n)
		return
	}
	i := l.find(l.head, p.Root, max(p.RootIndex, 0))
	if i == 0 {
		return
	}
	n := p.FieldIndex
	if n == XNone {
		n = 0
	}
	l.ents[i-1].kids = l.cut(l.ents[i-1].kids, p.Field, n)
}

// CountXAVP is the number of roots of that name.
func (c *Ctx) CountXAVP(root AVPName) int {
	l, n := &c.xavps, 0
	for i := l.head; i != 0; i = l.ents[i-1].next {
		if l.ents[i-1].name == root {
			n++
		}
	}
	return n
}
