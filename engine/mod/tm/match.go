package tm

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/sipparse"
)

// find is the transaction that a request belongs to (RFC 3261 §17.2.3): of the
// same method, or of an INVITE for its ACK and, where cancel is set, for its
// CANCEL. nil for none.
func (m *layer) find(p *core.Proc, cancel bool) (int32, *tx) {
	want := p.Index.Method()
	if want == sipparse.MethodAck || cancel {
		want = sipparse.MethodInvite
	}
	return m.findOf(p, want)
}

// findOf is the transaction of a method that a request belongs to.
func (m *layer) findOf(p *core.Proc, want sipparse.Method) (int32, *tx) {
	method := p.Index.Method()
	key := max(p.Hash(), 1)
	for i := m.heads[key&uint64(len(m.heads)-1)]; i != 0; {
		t := m.txs.At(i - 1)
		if t.key == key && t.method == want && t.flags&fLocal == 0 && m.same(t, p, method) {
			return i - 1, t
		}
		i = t.hnext
	}
	return 0, nil
}

// findAccepted is the INVITE whose 2xx an ACK acknowledges: of the same Call-ID,
// CSeq number and From tag, and with the To tag of a 2xx that was relayed.
func (m *layer) findAccepted(p *core.Proc) (int32, *tx) {
	cs, e1 := p.Index.CSeq(p.Msg)
	from, e2 := p.Index.From(p.Msg)
	if e1 != sipparse.OK || e2 != sipparse.OK {
		return 0, nil
	}
	id, tag := p.Index.CallID(p.Msg).Of(p.Msg), m.toTag(p)
	if tag == 0 {
		return 0, nil
	}
	key := m.callKey(id, cs.Number)
	for i := m.accepted[key&uint64(len(m.accepted)-1)]; i != 0; {
		t := m.txs.At(i - 1)
		if have := m.requestBytes(t); t.call == key && t.cseq == cs.Number && t.status >= 200 && t.status < 300 &&
			bytes.Equal(id, t.callID.Of(have)) && bytes.Equal(from.Tag.Of(p.Msg), t.fromTag.Of(have)) {
			for n := t.first; n != 0; {
				b := m.brs.At(n - 1)
				if b.tag == tag {
					return i - 1, t
				}
				n = b.next
			}
		}
		i = t.acceptedNext
	}
	return 0, nil
}

// same compares what tells transactions apart. With the magic cookie these are
// branch and sent-by; without it (RFC 2543) the Request-URI, From tag, Call-ID,
// CSeq number and top Via, as the parameters ruri_matching and via1_matching say,
// and of an ACK the To tag of the reply.
func (m *layer) same(t *tx, p *core.Proc, method sipparse.Method) bool {
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return false
	}
	have := m.requestBytes(t)
	cs, e := p.Index.CSeq(p.Msg)
	if e != sipparse.OK {
		return false
	}
	if method == sipparse.MethodOther && !sameMethod(p, have) {
		return false
	}
	if b := via.Branch.Of(p.Msg); hasCookie(b) {
		return via.PortNum == t.viaPort && bytes.EqualFold(via.Host.Of(p.Msg), t.viaHost.Of(have)) && bytes.Equal(b, t.viaBranch.Of(have))
	}
	if hasCookie(t.viaBranch.Of(have)) {
		return false
	}
	c := m.cfg(t)
	if cs.Number != t.cseq || !bytes.Equal(p.Index.CallID(p.Msg).Of(p.Msg), t.callID.Of(have)) {
		return false
	}
	if f, e := p.Index.From(p.Msg); e != sipparse.OK || !bytes.Equal(f.Tag.Of(p.Msg), t.fromTag.Of(have)) {
		return false
	}
	if c.RURIMatching && method != sipparse.MethodAck && !bytes.Equal(p.Index.URISpan().Of(p.Msg), t.ruri.Of(have)) {
		return false
	}
	if method == sipparse.MethodAck && t.status >= 300 && !m.repliedTag(t, p) {
		return false
	}
	return !c.Via1Matching || bytes.Equal(via.Whole.Of(p.Msg), t.via.Of(have))
}

// repliedTag reports whether a request has the To tag of the transaction's last
// reply.
func (m *layer) repliedTag(t *tx, p *core.Proc) bool {
	to, e := p.Index.To(p.Msg)
	if e != sipparse.OK || t.reply == 0 {
		return e == sipparse.OK
	}
	reply := m.arena.Bytes(t.reply)[:t.replyLen]
	if sipparse.Parse(reply, &m.scratch) != sipparse.OK {
		return true
	}
	sent, e := m.scratch.To(reply)
	return e == sipparse.OK && bytes.Equal(sent.Tag.Of(reply), to.Tag.Of(p.Msg))
}

// sameMethod compares the names of methods that have no number.
func sameMethod(p *core.Proc, have []byte) bool {
	name := p.Index.MethodSpan().Of(p.Msg)
	return len(have) > len(name) && bytes.Equal(have[:len(name)], name) && have[len(name)] == ' '
}

// hasCookie reports whether a branch is of RFC 3261 (§8.1.1.7).
func hasCookie(b []byte) bool { return len(b) > 7 && string(b[:7]) == "z9hG4bK" }

// What stands in our branches behind loop and generation: slot, generation of the
// slot, number of the branch, and the hash by which loops are found.
const (
	tokenSlot   = 8
	tokenGen    = 8
	tokenBranch = 2
	tokenHash   = 8
	tokenLen    = tokenSlot + tokenGen + tokenBranch + 1 + tokenHash
)

// appendToken makes the branch parameter of a branch.
func (m *layer) appendToken(dst []byte, i int32, num uint8, loopHash uint32) []byte {
	dst = m.loop.AppendBranch(dst)
	dst = core.AppendHex(dst, uint64(i), tokenSlot)
	dst = core.AppendHex(dst, uint64(m.txs.Gen(i)), tokenGen)
	dst = core.AppendHex(dst, uint64(num), tokenBranch)
	dst = append(dst, '.')
	return core.AppendHex(dst, uint64(loopHash), tokenHash)
}

// findBranch is the branch that a reply belongs to (RFC 3261 §17.1.3): by our
// branch parameter and, since the CANCEL of a request has the same, by the
// method in CSeq. isCancel: the reply is to the branch's CANCEL.
func (m *layer) findBranch(p *core.Proc) (b int32, isCancel, ok bool) {
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return 0, false, false
	}
	tok, own := m.loop.OwnBranch(via.Branch.Of(p.Msg))
	if !own {
		return 0, false, false
	}
	t, bi, ok := m.branchOf(tok)
	if t == nil {
		return 0, false, false
	}
	cs, e := p.Index.CSeq(p.Msg)
	if e != sipparse.OK || cs.Number != t.cseq && t.flags&fLocal == 0 {
		return 0, false, false
	}
	if m.cfg(t).CallIDMatching && !bytes.Equal(p.Index.CallID(p.Msg).Of(p.Msg), t.callID.Of(m.requestBytes(t))) {
		return 0, false, false
	}
	isCancel = cs.Method == sipparse.MethodCancel && t.method != sipparse.MethodCancel
	if !isCancel && (cs.Method != t.method || cs.Method == sipparse.MethodOther && !m.cseqMethodIs(t, cs.MethodSpan.Of(p.Msg))) {
		m.stats.wrongMethod.Add(1)
		return 0, false, false
	}
	return bi, isCancel, ok
}

// branchOf is the transaction that a branch of ours names, and its branch where ok is
// set.
func (m *layer) branchOf(tok []byte) (t *tx, bi int32, ok bool) {
	if len(tok) != tokenLen {
		return nil, 0, false
	}
	slot, ok1 := core.ParseHex(tok[:tokenSlot])
	gen, ok2 := core.ParseHex(tok[tokenSlot : tokenSlot+tokenGen])
	num, ok3 := core.ParseHex(tok[tokenSlot+tokenGen : tokenSlot+tokenGen+tokenBranch])
	if !ok1 || !ok2 || !ok3 || slot > 1<<30 {
		return nil, 0, false
	}
	if t = m.txs.Get(int32(slot), uint32(gen)); t == nil {
		return nil, 0, false
	}
	for i := t.first; i != 0; {
		br := m.brs.At(i - 1)
		if uint64(br.num) == num {
			return t, i - 1, true
		}
		i = br.next
	}
	return t, 0, false
}

func (m *layer) cseqMethodIs(t *tx, name []byte) bool {
	have := m.requestBytes(t)
	return len(have) > len(name) && bytes.Equal(have[:len(name)], name) && have[len(name)] == ' '
}
