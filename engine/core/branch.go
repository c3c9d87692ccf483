package core

import (
	"hash/maphash"

	"github.com/cespare/xxhash/v2"

	"sipedge/script/rt"
	"sipedge/sipparse"
)

// AppendBranch adds a destination (cookbook append_branch). false: it is none, or
// there are max_branches already, which is counted.
func (p *Proc) AppendBranch(b rt.Branch) bool {
	if p.BranchesFull() {
		p.loop.stats.branchesFull.Add(1)
	}
	return p.Ctx.AppendBranch(b)
}

// magicCookie begins every branch made by an RFC 3261 element (§8.1.1.7).
const magicCookie = "z9hG4bK"

// Our branches: z9hG4bK, then "Se0." and 32 hexadecimal digits (syn_branch=0), or
// "Se1.", four digits of this process's generation, two of the loop, a dot and 16
// digits of a keyed hash (syn_branch=1).
const (
	stableMark = magicCookie + "Se0."
	cheapMark  = magicCookie + "Se1."
	// statefulMark begins the branches of transactions: generation and loop as in
	// cheapMark, then what the module that keeps them wants to find again.
	statefulMark = magicCookie + "Se2."
)

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, v uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// appendBranch makes the branch of a statelessly forwarded request by RFC 3261
// §16.11: the same for every retransmission, for the CANCEL of an INVITE and the
// ACK of its failure, another one for each passage of a request that comes back
// (its top Via is then another), and another one for another Request-URI.
func (p *Proc) appendBranch(dst []byte, uri []byte) []byte {
	if p.snap.cfg.SynBranch {
		h := p.transactionHash(p.loop.srv.seed)
		h = h*mix ^ maphash.Bytes(p.loop.srv.seed, uri)
		dst = append(dst, cheapMark...)
		dst = appendHex(dst, uint64(p.loop.srv.generation), 4)
		dst = appendHex(dst, uint64(p.loop.id), 2)
		dst = append(dst, '.')
		return appendHex(dst, h, 16)
	}
	dst = append(dst, stableMark...)
	dst = appendHex(dst, p.stableHash(uri, 1), 16)
	return appendHex(dst, p.stableHash(uri, 2), 16)
}

const mix = 0x9e3779b97f4a7c15

// transactionHash hashes what identifies the request's transaction: branch and
// sent-by of the top Via, or for an RFC 2543 request Call-ID, CSeq number, From
// tag, To tag and top Via (RFC 3261 §17.2.3).
func (p *Proc) transactionHash(seed maphash.Seed) uint64 {
	b := p.Msg
	via, e := p.Index.TopVia(b)
	if e != sipparse.OK {
		return 0
	}
	h := maphash.Bytes(seed, via.Host.Of(b))*mix ^ uint64(via.PortNum)
	if branch := via.Branch.Of(b); hasCookie(branch) {
		return h*mix ^ maphash.Bytes(seed, branch)
	}
	h = h*mix ^ maphash.Bytes(seed, p.Index.CallID(b).Of(b))
	if cs, e := p.Index.CSeq(b); e == sipparse.OK {
		h = h*mix ^ uint64(cs.Number)
	}
	if f, e := p.Index.From(b); e == sipparse.OK {
		h = h*mix ^ maphash.Bytes(seed, f.Tag.Of(b))
	}
	return h*mix ^ maphash.Bytes(seed, via.Whole.Of(b))
}

// stableHash is a hash of the transaction key and the Request-URI that is the
// same in every process, so that after a restart a retransmission still gets the
// branch that the next hop knows (cookbook syn_branch).
func (p *Proc) stableHash(uri []byte, seed uint64) uint64 {
	b := p.Msg
	var d xxhash.Digest
	d.ResetWithSeed(seed)
	sep := []byte{0}
	add := func(s sipparse.Span) {
		d.Write(s.Of(b))
		d.Write(sep)
	}
	if via, e := p.Index.TopVia(b); e == sipparse.OK {
		add(via.Host)
		add(via.Port)
		add(via.Branch)
	}
	add(p.Index.CallID(b))
	if f, e := p.Index.From(b); e == sipparse.OK {
		add(f.Tag)
	}
	if cs, e := p.Index.CSeq(b); e == sipparse.OK {
		add(cs.NumberSpan)
	}
	d.Write(uri)
	return d.Sum64()
}

func hasCookie(branch []byte) bool {
	return len(branch) > len(magicCookie) && string(branch[:len(magicCookie)]) == magicCookie
}

// transactionKey is the key of a request in the table of suspended messages.
func transactionKey(p *Proc) uint64 { return p.transactionHash(p.loop.srv.seed) }

// sameTransaction compares what transactionKey hashes.
func sameTransaction(a, b *Proc) bool {
	va, ea := a.Index.TopVia(a.Msg)
	vb, eb := b.Index.TopVia(b.Msg)
	if ea != sipparse.OK || eb != sipparse.OK {
		return false
	}
	if string(va.Host.Of(a.Msg)) != string(vb.Host.Of(b.Msg)) || va.PortNum != vb.PortNum {
		return false
	}
	if ba := va.Branch.Of(a.Msg); hasCookie(ba) {
		return string(ba) == string(vb.Branch.Of(b.Msg))
	}
	ca, e1 := a.Index.CSeq(a.Msg)
	cb, e2 := b.Index.CSeq(b.Msg)
	return e1 == sipparse.OK && e2 == sipparse.OK && ca.Number == cb.Number &&
		string(a.Index.CallID(a.Msg).Of(a.Msg)) == string(b.Index.CallID(b.Msg).Of(b.Msg)) &&
		string(va.Whole.Of(a.Msg)) == string(vb.Whole.Of(b.Msg))
}

// branchLoop is the loop named in a branch of ours of this process.
func (s *Server) branchLoop(branch []byte) (int, bool) {
	const n = len(cheapMark)
	if len(branch) < n+6 || string(branch[:n]) != cheapMark && string(branch[:n]) != statefulMark {
		return 0, false
	}
	v := 0
	for _, c := range branch[n : n+6] {
		d := unhex(c)
		if d < 0 {
			return 0, false
		}
		v = v<<4 | d
	}
	if v>>8 != int(s.generation) || v&0xff >= s.loops {
		return 0, false
	}
	return v & 0xff, true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// topViaOurs reports whether the top Via of a reply is one that we made
// (decisions: a branch of ours, or one of our addresses, aliases or advertised
// names).
func (p *Proc) topViaOurs() bool {
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return false
	}
	br := via.Branch.Of(p.Msg)
	if len(br) > len(cheapMark) && (string(br[:len(cheapMark)]) == cheapMark || string(br[:len(statefulMark)]) == statefulMark || string(br[:len(stableMark)]) == stableMark) {
		return true
	}
	return p.snap.names.has(via.Host.Of(p.Msg), via.PortNum, 0)
}

// AppendBranch appends a branch that names this loop of this process; the caller
// appends what it wants to find again (a token).
func (l *loop) AppendBranch(dst []byte) []byte {
	dst = append(dst, statefulMark...)
	dst = appendHex(dst, uint64(l.srv.generation), 4)
	dst = appendHex(dst, uint64(l.id), 2)
	return append(dst, '.')
}

// OwnBranch is what was appended to AppendBranch's, for a branch made by this
// loop of this process.
func (l *loop) OwnBranch(branch []byte) (rest []byte, ok bool) {
	const n = len(statefulMark) + 7
	if len(branch) < n || string(branch[:len(statefulMark)]) != statefulMark {
		return nil, false
	}
	if loop, ok := l.srv.branchLoop(branch); !ok || loop != l.id {
		return nil, false
	}
	return branch[n:], true
}

// OwnBranchRest is OwnBranch for a branch of any loop and any process of ours,
// for the detection of loops.
func OwnBranchRest(branch []byte) (rest []byte, ok bool) {
	const n = len(statefulMark) + 7
	if len(branch) < n || string(branch[:len(statefulMark)]) != statefulMark {
		return nil, false
	}
	return branch[n:], true
}

// AppendHex appends v as hexadecimal digits, and ParseHex reads them.
func AppendHex(dst []byte, v uint64, digits int) []byte { return appendHex(dst, v, digits) }

// ParseHex reads lower-case hexadecimal digits.
func ParseHex(b []byte) (v uint64, ok bool) {
	for _, c := range b {
		d := unhex(c)
		if d < 0 {
			return 0, false
		}
		v = v<<4 | uint64(d)
	}
	return v, len(b) > 0 && len(b) <= 16
}

func (s *Server) hashBytes(b []byte) uint64 { return maphash.Bytes(s.seed, b) }
