package tm

import (
	"bytes"

	"sipedge/engine/blacklist"
	"sipedge/engine/core"
	"sipedge/reactor"
)

// A request can be lost after it was sent: the peer refuses the connection, does
// not answer, or takes nothing; an ICMP error says that nobody is there. The branch
// ends at once, unless its destination has another address: with 408 when a connection's
// peer did not answer, 477 when it refused or reset it, both as Kamailio's, and as if it had been
// answered with 503 after an ICMP error (RFC 3261 §16.9).

// unsentGen is the bits of a branch's generation in the tag of its request.
const unsentGen = 1<<24 - 1

// sendTag names a branch for core's SendRequest.
func sendTag(bi int32, gen uint32) uint64 { return uint64(gen&unsentGen)<<32 | uint64(uint32(bi)) }

// Unsent implements core.LoopHook.
func (m *layer) Unsent(tag uint64, how core.Loss) {
	bi, gen := int32(uint32(tag)), uint32(tag>>32)
	b := m.brs.Get(bi, m.brs.Gen(bi))
	if b == nil || m.brs.Gen(bi)&unsentGen != gen {
		return
	}
	code := uint16(477)
	switch how {
	case core.LostLate:
		code = 408
	case core.LostRefused:
		b.flags |= bRefused
	}
	m.lose(bi, b, code)
}

// Undelivered implements core.LoopHook. Whoever can send us a packet can send an ICMP
// error: the branch must be the one that is in our request, the whole of it, and the
// error about the address that it went to.
func (m *layer) Undelivered(branch []byte, sock reactor.SocketID, to reactor.Addr, why blacklist.Cause) bool {
	tok, own := m.loop.OwnBranch(branch)
	if !own {
		return false
	}
	_, bi, ok := m.branchOf(tok)
	if !ok {
		return false
	}
	b := m.brs.At(bi)
	sent, whole := core.SentBranch(m.arena.Bytes(b.req)[:b.reqLen])
	if !whole || !bytes.Equal(sent, branch) || b.sock != sock || b.to != to {
		m.stats.icmpForged.Add(1)
		return false
	}
	if b.state != brCalling {
		return true // an ACK or a CANCEL, or the answer has come after all
	}
	if why&^b.ignore != 0 {
		m.loop.Failed(b.sock, b.to, why)
	}
	m.lose(bi, b, 503)
	return true
}

// lose ends a branch whose request was lost, with a code. One that has been answered is not touched:
// its request has arrived.
func (m *layer) lose(bi int32, b *branch, code uint16) {
	if b.state != brCalling || b.flags&bLost != 0 {
		return
	}
	m.stats.sendErrors.Add(1)
	b.flags |= bLost
	b.lost = code
	m.stopBranch(b)
	m.onFR(bi, b)
}
