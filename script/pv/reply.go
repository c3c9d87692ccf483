package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// methodOf is the method of a request, the CSeq's method for a reply.
func methodOf(c *rt.Ctx) value.Value {
	if c.Index.IsRequest() {
		return present(c.Index.MethodSpan())
	}
	s, err := c.Index.CSeq(c.Msg)
	if err != sipparse.OK {
		return undef
	}
	return present(s.MethodSpan)
}

// methodIDs are Kamailio's numbers of the methods ($rmid).
var methodIDs = map[sipparse.Method]int64{
	sipparse.MethodInvite: 1, sipparse.MethodCancel: 2, sipparse.MethodAck: 4, sipparse.MethodBye: 8,
	sipparse.MethodInfo: 16, sipparse.MethodRegister: 32, sipparse.MethodSubscribe: 64, sipparse.MethodNotify: 128,
	sipparse.MethodMessage: 256, sipparse.MethodOptions: 512, sipparse.MethodPrack: 1024, sipparse.MethodUpdate: 2048,
	sipparse.MethodRefer: 4096, sipparse.MethodPublish: 8192,
}

// methodIDOther is the number of every other method.
const methodIDOther = 1 << 19

func methodID(registry.Build) rt.Expr {
	var ids [256]int64
	for i := range ids {
		ids[i] = methodIDOther
	}
	for m, id := range methodIDs {
		ids[m] = id
	}
	return func(c *rt.Ctx) value.Value {
		m := c.Index.Method()
		if !c.Index.IsRequest() {
			s, err := c.Index.CSeq(c.Msg)
			if err != sipparse.OK {
				return undef
			}
			m = s.Method
		}
		return value.FromInt(ids[m])
	}
}

// statusText is the status code of a reply as text; undefined for a request.
func statusText(c *rt.Ctx) value.Value {
	if c.Index.IsRequest() {
		return undef
	}
	// Status-Line: version, one space, three digits (RFC 3261 §7.2).
	at := c.Index.VersionSpan().End() + 1
	if at+3 > len(c.Msg) {
		return undef
	}
	return value.FromSpan(value.Msg, at, 3)
}

// statusNumber is the status code of a reply, 0 for a request.
func statusNumber(c *rt.Ctx) value.Value {
	if c.Index.IsRequest() {
		return value.FromInt(0)
	}
	return value.FromInt(int64(c.Index.Status()))
}

func reason(c *rt.Ctx) value.Value {
	if c.Index.IsRequest() {
		return undef
	}
	return inMsg(c.Index.ReasonSpan())
}

func messageType(c *rt.Ctx) value.Value {
	if c.Index.IsRequest() {
		return value.FromInt(1)
	}
	return value.FromInt(2)
}

// replyVars are the variables of the first line.
func replyVars() []registry.PV {
	return []registry.PV{
		read("rm", value.Undef, "method of the request; for a reply the method of its CSeq", methodOf),
		bound("rmid", value.Undef, "number of the method: INVITE 1, CANCEL 2, ACK 4, BYE 8, INFO 16, REGISTER 32, SUBSCRIBE 64, NOTIFY 128, MESSAGE 256, OPTIONS 512, PRACK 1024, UPDATE 2048, REFER 4096, PUBLISH 8192", methodID, nil),
		read("rs", value.Undef, "status code of the reply; undefined for a request", func(c *rt.Ctx) value.Value {
			if c.Index.IsRequest() {
				return undef
			}
			return statusNumber(c)
		}),
		read("rsi", value.Int, "status code of the reply; 0 for a request", statusNumber),
		read("rr", value.Undef, "reason phrase of the reply; undefined for a request", reason),
		read("rv", value.Undef, "version in the first line", func(c *rt.Ctx) value.Value { return present(c.Index.VersionSpan()) }),
		read("mt", value.Int, "1 for a request, 2 for a reply", messageType),
		bound("mts", value.Str, "rq for a request, rp for a reply", func(b registry.Build) rt.Expr {
			request, reply := b.Const("rq"), b.Const("rp")
			return func(c *rt.Ctx) value.Value {
				if c.Index.IsRequest() {
					return request
				}
				return reply
			}
		}, nil),
	}
}
