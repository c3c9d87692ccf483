package core

// EndHook gives back what a module keeps for a message: a lock, an entry in a
// table. It runs on the message's loop when the message is done, whether its
// script came to its end, failed, was dropped, panicked or was given up when the
// server stopped. The message can still be read. It must not suspend, and must not
// panic: nothing is left to catch that.
type EndHook func(p *Proc)

// AtEnd arranges for f to be called when the message is done. false: too many.
func (p *Proc) AtEnd(f EndHook) bool {
	if p.nEnds == len(p.ends) {
		return false
	}
	p.ends[p.nEnds] = f
	p.nEnds++
	return true
}

// runEndHooks calls the hooks, the latest first.
func (p *Proc) runEndHooks() {
	for p.nEnds > 0 {
		p.nEnds--
		f := p.ends[p.nEnds]
		p.ends[p.nEnds] = nil
		f(p)
	}
}
