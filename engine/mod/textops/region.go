package textops

import (
	"sipedge/engine/core"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// region is a part of the message that a function searches and changes: all behind
// the start line, the headers alone, or the body alone.
type region func(p *core.Proc) sipparse.Span

func behindStartLine(p *core.Proc) sipparse.Span {
	off := p.Index.StartLine().End()
	return span(off, max(p.Index.MsgEnd(), off))
}

func headersOnly(p *core.Proc) sipparse.Span {
	off := p.Index.StartLine().End()
	return span(off, max(p.Index.HeadersEnd(), off))
}

func bodyOnly(p *core.Proc) sipparse.Span { return p.Index.MsgBody(p.Msg) }

func span(off, end int) sipparse.Span {
	return sipparse.Span{Off: uint16(off), Len: uint16(end - off)}
}

// put makes text stand for n bytes at off of the message; an earlier change of
// exactly these bytes is given up.
func put(p *core.Proc, off, n int, text value.Value) bool {
	if n == 0 {
		return p.Insert(off, text, false)
	}
	p.Edits.Withdraw(off, n)
	return p.Replace(off, n, text)
}

// putDifference makes text stand for n bytes at off, touching only what differs
// between the two, so that other changes in their neighbourhood stay.
func putDifference(p *core.Proc, off, n int, text value.Value) bool {
	old, now := p.Msg[off:off+n], p.Bytes(text)
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	if head == len(old) && head == len(now) {
		return true
	}
	return put(p, off+head, n-head-tail, text.Slice(head, text.Len()-tail))
}
