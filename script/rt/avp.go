package rt

import "sipedge/script/value"

// AVPName is an AVP's name as the compiler interned it.
type AVPName uint32

type avp struct {
	name  AVPName
	next  int32 // the next older value of any name, or of the free list; index+1
	flags uint32
	v     value.Value
}

// avpList is a stack of values per name, newest first, in one slice. Deleted
// entries are used again.
type avpList struct {
	ents []avp
	head int32
	free int32
	// changed since the state was loaded; asked for by transactions.
	changed bool
}

func (l *avpList) reset() { l.ents, l.head, l.free, l.changed = l.ents[:0], 0, 0, false }

// find is the index-th entry of name counted from the newest.
func (l *avpList) find(name AVPName, index int) *avp {
	for i := l.head; i != 0; i = l.ents[i-1].next {
		if e := &l.ents[i-1]; e.name == name {
			if index == 0 {
				return e
			}
			index--
		}
	}
	return nil
}

func (l *avpList) count(name AVPName) int {
	n := 0
	for i := l.head; i != 0; i = l.ents[i-1].next {
		if l.ents[i-1].name == name {
			n++
		}
	}
	return n
}

// AVP is the index-th value of name, newest first; undefined where there is
// none, as for every negative index.
func (c *Ctx) AVP(name AVPName, index int) value.Value {
	if index < 0 {
		return value.Value{}
	}
	if e := c.avps.find(name, index); e != nil {
		return e.v
	}
	return value.Value{}
}

// CountAVPs is the number of values that name has.
func (c *Ctx) CountAVPs(name AVPName) int { return c.avps.count(name) }

// AddAVP puts a value on top of name's values (cookbook "Assignment": an
// assignment adds). It fails the script beyond MaxAVPs.
func (c *Ctx) AddAVP(name AVPName, v value.Value) {
	l := &c.avps
	i := l.free
	switch {
	case i != 0:
		l.free = l.ents[i-1].next
		l.ents[i-1] = avp{name: name, next: l.head, v: v}
	case len(l.ents) >= MaxAVPs:
		c.Fail(ErrAVPs)
	default:
		l.ents = append(l.ents, avp{name: name, next: l.head, v: v})
		i = int32(len(l.ents))
	}
	l.head, l.changed = i, true
}

// DeleteAVPs removes values of name: all, or only the newest. It returns how many.
func (c *Ctx) DeleteAVPs(name AVPName, all bool) int {
	l, n := &c.avps, 0
	for p := &l.head; *p != 0; {
		i := *p
		e := &l.ents[i-1]
		if e.name != name {
			p = &e.next
			continue
		}
		*p, e.next, l.free = e.next, l.free, i
		n++
		l.changed = true
		if !all {
			break
		}
	}
	return n
}

// AVPFlags is a pointer to the flags of a value (setavpflag), found as AVP finds
// it; nil where there is none. It is good until the next change of an AVP.
func (c *Ctx) AVPFlags(name AVPName, index int) *uint32 {
	if e := c.avps.find(name, index); e != nil {
		c.avps.changed = true
		return &e.flags
	}
	return nil
}

// AnyAVP is the name for AVPs(AnyAVP): the values of all names.
const AnyAVP = ^AVPName(0)

// AVPCursor walks over the values of one name, or of all, from the newest. It
// goes on where values are added during the walk, which it does not visit, and
// where the value that it stands on is removed.
type AVPCursor struct {
	want     AVPName
	at, next int32
}

// AVPs is a cursor before the newest value of name.
func (c *Ctx) AVPs(name AVPName) AVPCursor { return AVPCursor{want: name, next: c.avps.head} }

// NextAVP moves to the next older value; false where there is none.
func (c *Ctx) NextAVP(k *AVPCursor) bool {
	for k.next != 0 {
		k.at = k.next
		e := &c.avps.ents[k.at-1]
		k.next = e.next
		if k.want == AnyAVP || e.name == k.want {
			return true
		}
	}
	return false
}

// AVPAt is the name and the value that the cursor stands on.
func (c *Ctx) AVPAt(k *AVPCursor) (AVPName, value.Value) {
	e := &c.avps.ents[k.at-1]
	return e.name, e.v
}

// AVPFlagsAt is a pointer to the flags of the value that the cursor stands on,
// good until the next change of an AVP.
func (c *Ctx) AVPFlagsAt(k *AVPCursor) *uint32 { return &c.avps.ents[k.at-1].flags }

// RemoveAVP removes the value that the cursor stands on.
func (c *Ctx) RemoveAVP(k *AVPCursor) {
	l := &c.avps
	for p := &l.head; *p != 0; p = &l.ents[*p-1].next {
		if *p == k.at {
			e := &l.ents[k.at-1]
			*p, e.next, l.free = e.next, l.free, k.at
			return
		}
	}
}

// EachAVP calls f for every value of name from the newest until f says false.
// f must not change AVPs.
func (c *Ctx) EachAVP(name AVPName, f func(v value.Value) bool) {
	for i := c.avps.head; i != 0; i = c.avps.ents[i-1].next {
		if e := &c.avps.ents[i-1]; e.name == name && !f(e.v) {
			return
		}
	}
}

// AVPsText is all values of name from the newest, joined by ", "; undefined
// where there is none ($(avp(name)[*])).
func (c *Ctx) AVPsText(name AVPName) value.Value {
	m, first := c.Mark(), true
	for i := c.avps.head; i != 0; i = c.avps.ents[i-1].next {
		e := &c.avps.ents[i-1]
		if e.name != name {
			continue
		}
		if !first {
			c.AppendString(", ")
		}
		first = false
		c.AppendValue(e.v)
	}
	if first {
		return value.Value{}
	}
	return c.FromMark(m)
}
