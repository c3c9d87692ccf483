package tm

// A request over a connection can be lost long after it was sent: the peer refuses
// the connection, does not answer, or takes nothing. The branch then ends as if it
// had had its time.

// unsentGen is the bits of a branch's generation in the tag of its request.
const unsentGen = 1<<24 - 1

// sendTag names a branch for core's SendRequest.
func sendTag(bi int32, gen uint32) uint64 { return uint64(gen&unsentGen)<<32 | uint64(uint32(bi)) }

// Unsent implements core.LoopHook. A branch that has been answered is not touched: its
// request has arrived.
func (m *layer) Unsent(tag uint64) {
	bi, gen := int32(uint32(tag)), uint32(tag>>32)
	b := m.brs.get(bi, m.brs.gen(bi))
	if b == nil || m.brs.gen(bi)&unsentGen != gen || b.state != brCalling {
		return
	}
	m.stats.sendErrors.Add(1)
	if b.fr != 0 {
		m.loop.Cancel(b.fr)
		b.fr = 0
	}
	m.onFR(bi, b)
}
