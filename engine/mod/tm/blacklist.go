package tm

import (
	"sipedge/engine/blacklist"
	"sipedge/engine/core"
	"sipedge/sipparse"
)

// What a transaction tells the list of destinations that failed (use_dst_blacklist):
// a destination that answers a request of some methods with nothing at all
// (blst_methods_add), and with blst_503 one that answers 503, for as long as its
// Retry-After says.

// methodBits are the methods as Kamailio numbers them, for blst_methods_add and
// blst_methods_lookup.
var methodBits = [...]int64{
	sipparse.MethodInvite: 1 << 0, sipparse.MethodCancel: 1 << 1, sipparse.MethodAck: 1 << 2, sipparse.MethodBye: 1 << 3,
	sipparse.MethodInfo: 1 << 4, sipparse.MethodRegister: 1 << 5, sipparse.MethodSubscribe: 1 << 6, sipparse.MethodNotify: 1 << 7,
	sipparse.MethodMessage: 1 << 8, sipparse.MethodOptions: 1 << 9, sipparse.MethodPrack: 1 << 10, sipparse.MethodUpdate: 1 << 11,
	sipparse.MethodRefer: 1 << 12, sipparse.MethodPublish: 1 << 13, sipparse.MethodOther: 1 << 19,
}

func methodBit(m sipparse.Method) int64 { return methodBits[m] }

// unavailable deals with a 503, which is about its sender and not about the request
// (RFC 3261 §21.5.4): the sender is listed, and the request goes to the next address.
// p is the reply.
func (m *layer) unavailable(i int32, t *tx, b *branch, p *core.Proc) {
	c := m.cfg(t)
	if c.Blst503 && blacklist.Answer503&^b.ignore != 0 && c.BlstAdd&methodBit(t.method) != 0 {
		if s := m.retryAfter(c, p); s > 0 {
			m.loop.FailedFor(b.sock, b.to, blacklist.Answer503, s)
		}
	}
	m.failOver(i, t, b)
}

// retryAfter is for how many seconds the sender of a 503 is left alone: by its own
// word within the bounds of the parameters, else blst_503_def_timeout.
func (m *layer) retryAfter(c *Config, p *core.Proc) int64 {
	k := p.Index.First(sipparse.HdrRetryAfter)
	if k < 0 {
		return c.Blst503Def
	}
	body := p.Index.Body(k)
	var r sipparse.RetryAfter
	if sipparse.ParseRetryAfter(p.Msg, int(body.Off), body.End(), &r) != sipparse.OK {
		return c.Blst503Def
	}
	return min(max(int64(r.Seconds), c.Blst503Min), c.Blst503Max)
}
