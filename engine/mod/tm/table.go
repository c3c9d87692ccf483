package tm

import "sipedge/sipparse"

// The tables in which transactions are found: all by what RFC 3261 §17.2.3 names
// (tx.key), INVITEs by Call-ID and CSeq number (tx.call).

// tableRoom is how many times larger than their number the tables are: every entry that
// is passed by on the way along a chain is memory that no cache holds.
const tableRoom = 4

// enter puts a transaction into the tables.
func (m *layer) enter(i int32, t *tx, key uint64) {
	if tableRoom*m.txs.Live() > len(m.heads) {
		m.grow()
	}
	t.key = max(key, 1) // 0 is that of one that is not in the table
	h := &m.heads[t.key&uint64(len(m.heads)-1)]
	t.hnext, *h = *h, i+1
	switch {
	case t.flags&fLocal != 0:
	case t.method == sipparse.MethodInvite:
		t.call = m.callKey(t.callID.Of(m.requestBytes(t)), t.cseq)
		m.enterCall(i, t)
	case t.method == sipparse.MethodCancel:
		m.cancels++
	}
}

func (m *layer) enterCall(i int32, t *tx) {
	h := &m.calls[t.call&uint64(len(m.calls)-1)]
	t.callNext, t.callPrev = *h, 0
	if *h != 0 {
		m.txs.At(*h - 1).callPrev = i + 1
	}
	*h = i + 1
}

// enterAccepted makes an INVITE known to the ACK of its 2xx. It waits until there
// is one: whoever sends many INVITEs with one Call-ID shall not make a long chain
// for ACKs to walk.
func (m *layer) enterAccepted(i int32, t *tx) {
	if t.flags&fAccepted != 0 || t.call == 0 {
		return
	}
	t.flags |= fAccepted
	d := &m.accepted[t.call&uint64(len(m.accepted)-1)]
	t.acceptedNext, *d = *d, i+1
}

// callKey is the hash of what an INVITE and the ACK of its 2xx have in common; not 0.
func (m *layer) callKey(callID []byte, cseq uint32) uint64 {
	return max((m.loop.Server().HashBytes(callID)^uint64(cseq))*fnvPrime, 1)
}

// grow doubles the tables. At half a million transactions it costs a few
// milliseconds, once.
func (m *layer) grow() {
	n := 2 * len(m.heads)
	m.heads, m.calls, m.accepted = make([]int32, n), make([]int32, n), make([]int32, n)
	for i, ok := m.txs.Next(0); ok; i, ok = m.txs.Next(i + 1) {
		t := m.txs.At(i)
		if t.key == 0 { // the one that is being entered
			continue
		}
		h := &m.heads[t.key&uint64(n-1)]
		t.hnext, *h = *h, i+1
		if t.call != 0 {
			m.enterCall(i, t)
		}
		if t.flags&fAccepted != 0 {
			d := &m.accepted[t.call&uint64(n-1)]
			t.acceptedNext, *d = *d, i+1
		}
	}
}

// unhash takes a transaction out of the tables.
func (m *layer) unhash(i int32, t *tx) {
	for at := &m.heads[t.key&uint64(len(m.heads)-1)]; *at != 0; at = &m.txs.At(*at - 1).hnext {
		if *at == i+1 {
			*at = t.hnext
			break
		}
	}
	if t.method == sipparse.MethodCancel && t.flags&fLocal == 0 {
		m.cancels--
	}
	if t.call == 0 {
		return
	}
	if t.callPrev != 0 {
		m.txs.At(t.callPrev - 1).callNext = t.callNext
	} else {
		m.calls[t.call&uint64(len(m.calls)-1)] = t.callNext
	}
	if t.callNext != 0 {
		m.txs.At(t.callNext - 1).callPrev = t.callPrev
	}
	if t.flags&fAccepted == 0 {
		return
	}
	for at := &m.accepted[t.call&uint64(len(m.accepted)-1)]; *at != 0; at = &m.txs.At(*at - 1).acceptedNext {
		if *at == i+1 {
			*at = t.acceptedNext
			return
		}
	}
}
