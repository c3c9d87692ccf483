package acc

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// What a line says has happened.
const (
	accounted    = "ACC: request accounted: "
	answered     = "ACC: transaction answered: "
	missed       = "ACC: call missed: "
	acknowledged = "ACC: request acknowledged: "
)

// entry is what a line is made of besides the request.
type entry struct {
	text   string
	toTag  []byte
	code   int    // 0 for none
	reason []byte // nil: the usual phrase of the code
	header bool   // the reason is the body of a Reason header
}

// write writes the line of a request. What goes wrong while the values are found
// costs the line alone.
func (c *Config) write(p *core.Proc, e *entry) {
	level := int(c.LogLevel)
	if !p.LogEnabled(level) {
		return
	}
	m := p.Mark()
	defer func() {
		if err := recover(); err != nil {
			p.Logf(levelErr, "acc: the request is not accounted: %v", err)
		}
		p.Truncate(m)
	}()
	// The values first: what they build in the arena must not stand in the line.
	var vals [maxFields]value.Value
	n := len(c.extra)
	for i := range n {
		vals[i] = c.extra[i].get(&p.Ctx)
	}
	var moment value.Value
	if c.moment.get != nil {
		moment = c.moment.get(&p.Ctx)
	}
	at := p.Mark()
	p.AppendString(e.text)
	c.appendTime(p, moment)
	c.appendWho(p, e)
	p.AppendString(";code=")
	if e.code > 0 {
		p.AppendValue(value.FromInt(int64(e.code)))
	}
	p.AppendString(";reason=")
	switch {
	case e.reason == nil:
		p.AppendString(phrase(e.code))
	case e.header:
		p.Append(e.reason)
	default:
		appendField(&p.Ctx, e.reason)
	}
	for i := range n {
		p.AppendString(c.extra[i].label)
		p.AppendValue(vals[i])
	}
	c.appendLegs(p)
	p.LogAccount(level, p.Arena()[at:])
}

func (c *Config) appendTime(p *core.Proc, moment value.Value) {
	now := p.WallClock()
	const second = 1_000_000_000
	p.AppendString("timestamp=")
	p.AppendValue(value.FromInt(now / second))
	switch c.TimeMode {
	case 1:
		p.AppendByte(';')
		p.AppendString(c.TimeExten)
		p.AppendByte('=')
		p.AppendValue(value.FromInt(now % second / 1000))
	case 2:
		p.AppendByte(';')
		p.AppendString(c.TimeAttr)
		p.AppendByte('=')
		p.AppendValue(value.FromInt(now / second))
		ms := now % second / 1_000_000
		p.AppendByte('.')
		p.AppendByte(byte('0' + ms/100))
		p.AppendByte(byte('0' + ms/10%10))
		p.AppendByte(byte('0' + ms%10))
	case 3, 4:
		p.AppendString(c.moment.label)
		p.AppendValue(moment)
	}
}

// appendWho writes method, tags and Call-ID; of a request from callee to caller
// with the tags exchanged (detect_direction).
func (c *Config) appendWho(p *core.Proc, e *entry) {
	p.AppendString(";method=")
	appendField(&p.Ctx, methodOf(p))
	from, to := []byte(nil), e.toTag
	if f, err := p.Index.From(p.Msg); err == sipparse.OK {
		from = f.Tag.Of(p.Msg)
	}
	if c.upstream != nil && c.upstream(p) {
		from, to = to, from
	}
	p.AppendString(";from_tag=")
	appendField(&p.Ctx, from)
	p.AppendString(";to_tag=")
	appendField(&p.Ctx, to)
	p.AppendString(";call_id=")
	appendField(&p.Ctx, p.Index.CallID(p.Msg).Of(p.Msg))
}

// appendLegs writes the legs: the newest values of the AVPs, then the next, until
// none has a value. The first leg is always there.
func (c *Config) appendLegs(p *core.Proc) {
	for i := range maxLegs {
		any := i == 0
		for k := range c.legs {
			any = any || !c.legs[k].get[i](&p.Ctx).IsUndef()
		}
		if !any {
			return
		}
		for k := range c.legs {
			p.AppendString(c.legs[k].label)
			p.AppendValue(c.legs[k].get[i](&p.Ctx))
		}
	}
}

// appendField writes a value from the network that has no semicolon by its
// grammar, so that nobody can make up fields: one is written as \x3b. The log
// escapes control bytes.
func appendField(c *rt.Ctx, b []byte) {
	for {
		i := 0
		for i < len(b) && b[i] != ';' {
			i++
		}
		c.Append(b[:i])
		if i == len(b) {
			return
		}
		c.AppendString(`\x3b`)
		b = b[i+1:]
	}
}

func methodOf(p *core.Proc) []byte {
	if p.Index.IsRequest() {
		return p.Index.MethodSpan().Of(p.Msg)
	}
	if cs, e := p.Index.CSeq(p.Msg); e == sipparse.OK {
		return cs.MethodSpan.Of(p.Msg)
	}
	return nil
}

func toTagOf(p *core.Proc) []byte {
	if to, e := p.Index.To(p.Msg); e == sipparse.OK {
		return to.Tag.Of(p.Msg)
	}
	return nil
}
