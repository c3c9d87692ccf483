package tm

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Max-Breadth (RFC 5393 §5) bounds how many branches a request may have at one time
// in the whole network: each branch gets a share of what came in, and a fork that
// would need more is answered with 440. A request that carries the header is always
// held to it; one without gets it where the parameter max_breadth says so.

// breadth shares the request's Max-Breadth out among n new branches; 0 for no bound.
// ErrBreadth: there is not enough for all of them.
func (m *layer) breadth(t *tx, p *core.Proc, n int) (share, rest int64, err error) {
	if t.flags&fLocal != 0 || n == 0 {
		return 0, 0, nil
	}
	have := m.cfg(t).MaxBreadth
	if i := p.Index.First(sipparse.HdrMaxBreadth); i >= 0 {
		v, ok := value.ParseInt(bytes.TrimSpace(p.Index.Body(i).Of(p.Msg)))
		if !ok || v < 0 {
			return 0, 0, nil // no Max-Breadth by its grammar
		}
		have = min(v, 1<<16-1)
	} else if have == 0 {
		return 0, 0, nil
	}
	for k := t.first; k != 0; {
		b := m.brs.At(k - 1)
		if b.state != brFinal {
			have -= int64(b.breadth)
		}
		k = b.next
	}
	if have < int64(n) {
		return 0, 0, ErrBreadth
	}
	return have / int64(n), have % int64(n), nil
}

// setBreadth puts a branch's share into its request.
func setBreadth(p *core.Proc, n int64) bool {
	if i := p.Index.First(sipparse.HdrMaxBreadth); i >= 0 {
		body := p.Index.Body(i)
		return p.Replace(int(body.Off), int(body.Len), p.NewString(value.AppendInt(nil, n)))
	}
	m := p.Mark()
	p.AppendString("Max-Breadth: ")
	p.AppendValue(value.FromInt(n))
	return p.AppendHeader(p.FromMark(m))
}
