package dialog

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/sipparse"
)

// Directions of a message within a dialog.
const (
	downstream = 0 // from the caller, or a reply to such a request
	upstream   = 1
)

// names are what tells dialogs apart, as they stand in a message.
type names struct{ callID, from, to []byte }

func namesOf(p *core.Proc) (n names, ok bool) {
	x := &p.Index
	f, e1 := x.From(p.Msg)
	t, e2 := x.To(p.Msg)
	if e1 != sipparse.OK || e2 != sipparse.OK {
		return n, false
	}
	return names{x.CallID(p.Msg).Of(p.Msg), f.Tag.Of(p.Msg), t.Tag.Of(p.Msg)}, true
}

// matches tells whether a message with these names belongs to the dialog. While
// nobody has answered, the callee has no tag and any fits.
func (m *layer) matches(d *dlg, n *names) (dir int, ok bool) {
	if !bytes.Equal(m.callID(d), n.callID) {
		return 0, false
	}
	from, to := m.tag(d, caller), m.tag(d, callee)
	switch {
	case bytes.Equal(from, n.from) && (len(to) == 0 || len(n.to) == 0 || bytes.Equal(to, n.to)):
		return downstream, true
	case len(n.to) > 0 && bytes.Equal(from, n.to) && (len(to) == 0 || bytes.Equal(to, n.from)):
		return upstream, true
	}
	return 0, false
}

// find is the dialog of these names: one that is alive before one that has ended.
// The index is -1 for none.
func (m *layer) find(n *names) (i int32, d *dlg, dir int) {
	i = -1
	key := m.live.srv.HashBytes(n.callID)
	for k := m.heads[key&uint64(len(m.heads)-1)]; k != 0; {
		e := m.dlgs.At(k - 1)
		if e.key == key {
			if at, ok := m.matches(e, n); ok && (d == nil || d.state == Ended) {
				i, d, dir = k-1, e, at
				if d.state != Ended {
					return
				}
			}
		}
		k = e.next
	}
	return
}

// ofMessage is the dialog of a message, nil for none. The INVITE that would begin
// one does not belong to one that has ended.
func (m *layer) ofMessage(p *core.Proc) (i int32, d *dlg, dir int) {
	n, ok := namesOf(p)
	if !ok {
		return -1, nil, 0
	}
	i, d, dir = m.find(&n)
	if d != nil && d.state == Ended && len(n.to) == 0 && p.Index.IsRequest() {
		if p.Index.Method() == sipparse.MethodInvite && (p.Txn == 0 || uint64(d.invite) != p.Txn) {
			return -1, nil, 0
		}
	}
	return
}

// ofParam is the dialog that the parameter of a Route header of ours names.
func (m *layer) ofParam(v []byte, n *names) (i int32, d *dlg, dir int) {
	dot := bytes.IndexByte(v, '.')
	if dot < 0 {
		return -1, nil, 0
	}
	entry, ok1 := core.ParseHex(v[:dot])
	id, ok2 := core.ParseHex(v[dot+1:])
	if !ok1 || !ok2 || entry>>32 != 0 || id>>32 != 0 {
		return -1, nil, 0
	}
	r := Ref(entry<<32 | id)
	if d = m.get(r); d == nil {
		return -1, nil, 0
	}
	dir, ok := m.matches(d, n) // an id alone proves nothing: anybody can write one
	if !ok {
		return -1, nil, 0
	}
	return r.slot(), d, dir
}

// appendParam writes the parameter into a Record-Route URI of the INVITE.
func (c *Config) appendParam(p *core.Proc) {
	if c.MatchMode == matchNoID || p.Index.Method() != sipparse.MethodInvite {
		return
	}
	if to, e := p.Index.To(p.Msg); e != sipparse.OK || to.Tag.Len > 0 {
		return
	}
	m := c.live.layerOf(p)
	i, d, _ := m.ofMessage(p)
	if d == nil || d.state == Tentative {
		return
	}
	r := m.ref(i)
	p.AppendByte(';')
	p.AppendString(c.RRParam)
	p.AppendByte('=')
	b := p.Scratch()
	b = core.AppendHex(b, uint64(r)>>32, 8)
	b = append(b, '.')
	b = core.AppendHex(b, uint64(r.gen()), 8)
	p.Append(b)
}
