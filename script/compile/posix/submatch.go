package posix

import (
	"regexp/syntax"
	"unicode/utf8"
)

// machine finds the leftmost-longest match and its groups by running all
// threads of a program side by side, one step per character. It allocates when
// it is made and never after.
type machine struct {
	prog *syntax.Prog
	// ncap is the number of offsets of a thread: two per group and two for the match.
	ncap    int
	cur     []int // the offsets of the thread that is being followed
	best    []int // those of the best match
	matched bool
	now     threads
	then    threads
}

// threads is a set of threads in order of their priority, each waiting at an
// instruction that takes a character, or at the match.
type threads struct {
	at    []uint32 // instruction of each thread
	where []uint32 // instruction → place in at, for those that have been followed
	count int      // valid entries of seen
	seen  []uint32 // instructions that have been followed
	caps  []int    // ncap offsets per thread
}

// newMachine makes a machine for a translated pattern; nil where it is too large.
func newMachine(source string, fold bool, room int) *machine {
	flags := syntax.Perl
	if fold {
		flags |= syntax.FoldCase
	}
	re, err := syntax.Parse(source, flags)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxProg {
		return nil
	}
	n := len(prog.Inst)
	if n*max(prog.NumCap, 2) > room {
		return nil
	}
	m := &machine{prog: prog, ncap: max(prog.NumCap, 2)}
	m.cur, m.best = make([]int, m.ncap), make([]int, m.ncap)
	for _, t := range []*threads{&m.now, &m.then} {
		t.at, t.where, t.seen = make([]uint32, 0, n), make([]uint32, n), make([]uint32, n)
		t.caps = make([]int, n*m.ncap)
	}
	return m
}

func (t *threads) reset() { t.at, t.count = t.at[:0], 0 }

// enter notes that an instruction is followed; false if it already was.
func (t *threads) enter(pc uint32) bool {
	if i := t.where[pc]; int(i) < t.count && t.seen[i] == pc {
		return false
	}
	t.where[pc] = uint32(t.count)
	t.seen[t.count] = pc
	t.count++
	return true
}

// follow adds to t the threads that pc leads to without taking a character.
func (m *machine) follow(t *threads, pc uint32, pos int, here syntax.EmptyOp) {
	for t.enter(pc) {
		i := &m.prog.Inst[pc]
		switch i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			m.follow(t, i.Out, pos, here)
			pc = i.Arg
			continue
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(i.Arg)&^here != 0 {
				return
			}
			pc = i.Out
			continue
		case syntax.InstNop:
			pc = i.Out
			continue
		case syntax.InstCapture:
			old := m.cur[i.Arg]
			m.cur[i.Arg] = pos
			m.follow(t, i.Out, pos, here)
			m.cur[i.Arg] = old
			return
		case syntax.InstFail:
			return
		}
		copy(t.caps[len(t.at)*m.ncap:], m.cur)
		t.at = append(t.at, pc)
		return
	}
}

// find runs the program over b from an offset on and appends the offsets to dst;
// nil if there is no match. What stands before the offset counts for ^ and its kin.
func (m *machine) find(dst []int, b []byte, from int) []int {
	m.matched = false
	m.now.reset()
	prev := rune(-1)
	if from > 0 {
		prev, _ = utf8.DecodeLastRune(b[:from])
	}
	for pos := from; ; {
		r, width := rune(-1), 0
		if pos < len(b) {
			r, width = rune(b[pos]), 1
			if r >= utf8.RuneSelf {
				r, width = utf8.DecodeRune(b[pos:])
			}
		}
		if !m.matched {
			for i := range m.cur {
				m.cur[i] = -1
			}
			m.cur[0] = pos
			m.follow(&m.now, uint32(m.prog.Start), pos, syntax.EmptyOpContext(prev, r))
		} else if len(m.now.at) == 0 {
			break
		}
		m.step(b, pos, r, width)
		if width == 0 {
			break
		}
		prev, pos = r, pos+width
		m.now, m.then = m.then, m.now
	}
	if !m.matched {
		return nil
	}
	return append(dst, m.best...)
}

// step lets every thread take the character r at pos.
func (m *machine) step(b []byte, pos int, r rune, width int) {
	next := rune(-1)
	if after := pos + width; width > 0 && after < len(b) {
		next, _ = utf8.DecodeRune(b[after:])
	}
	here := syntax.EmptyOpContext(r, next)
	m.then.reset()
	for n, pc := range m.now.at {
		caps := m.now.caps[n*m.ncap : (n+1)*m.ncap]
		if m.matched && m.best[0] < caps[0] {
			continue // further right than the match that we have
		}
		i := &m.prog.Inst[pc]
		if i.Op == syntax.InstMatch {
			if !m.matched || m.best[0] > caps[0] || m.best[1] < pos {
				copy(m.best, caps)
				m.best[1], m.matched = pos, true
			}
			continue
		}
		if width > 0 && i.MatchRune(r) {
			copy(m.cur, caps)
			m.follow(&m.then, i.Out, pos+width, here)
		}
	}
}

// FindInto is Find with the offsets appended to dst; nil if there is no match.
// It does not allocate where dst has room for two offsets per group and two
// more.
func (r *Regexp) FindInto(dst []int, b []byte) []int { return r.FindFrom(dst, b, 0) }

// FindFrom is FindInto for matches that begin at from or behind it. ^ does not
// match at from because the search begins there. A pattern too large for a machine
// of ours does not see what stands before from.
func (r *Regexp) FindFrom(dst []int, b []byte, from int) []int {
	if r.dfa != nil && !r.dfa.match(b) || r.TooLong(len(b)) {
		return nil
	}
	m := r.take()
	if m == nil {
		loc := r.re.FindSubmatchIndex(b[from:])
		if loc == nil {
			return nil
		}
		for _, o := range loc {
			if o >= 0 {
				o += from
			}
			dst = append(dst, o)
		}
		return dst
	}
	loc := m.find(dst, b, from)
	r.give(m)
	return loc
}

// take is an idle machine or a new one; nil where the pattern is too large.
func (r *Regexp) take() *machine {
	if r.large.Load() {
		return nil
	}
	for i := range r.idle {
		if m := r.idle[i].Swap(nil); m != nil {
			return m
		}
	}
	m := newMachine(r.source, r.fold, r.limits.room)
	r.large.Store(m == nil)
	return m
}

// give makes a machine idle again; with enough idle ones it is dropped.
func (r *Regexp) give(m *machine) {
	for i := range r.limits.idle {
		if r.idle[i].CompareAndSwap(nil, m) {
			return
		}
	}
}
