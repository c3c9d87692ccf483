package posix

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// The two states that every automaton has.
const (
	dead   = 0 // nothing can match any more
	accept = 1 // a match has been found
)

// automaton answers whether a text contains a match, in one pass over its bytes.
type automaton struct {
	class [256]uint8 // bytes that no instruction tells apart share a class
	width uint16
	next  []uint16 // state*width + class → state*width
	end   []bool   // state → whether the end of the text completes a match
	start uint16   // state*width
	// prefix is what every match begins with at the beginning of the text, in
	// lower case; behind is the state*width behind it.
	prefix []byte
	behind uint16
}

// match runs the automaton.
func (a *automaton) match(b []byte) bool {
	s, width := a.start, a.width
	if n := len(a.prefix); n > 0 {
		if len(b) < n || !a.begins(b[:n]) {
			return false
		}
		s, b = a.behind, b[n:]
	}
	if s == width*accept {
		return true
	}
	next := a.next
	for _, c := range b {
		// While the state stays as it is, the look-ups do not wait for one another.
		if to := next[int(s)+int(a.class[c])]; to != s {
			if s = to; s <= width {
				return s == width
			}
		}
	}
	return a.end[s/width]
}

// begins compares the beginning of a text with prefix: by classes, since what a
// state does not tell apart is equal.
func (a *automaton) begins(b []byte) bool {
	for i, c := range a.prefix {
		if a.class[b[i]] != a.class[c] {
			return false
		}
	}
	return true
}

// quicken finds the prefix.
func (a *automaton) quicken() {
	leaves := func(s uint16) (to uint16, by int, n int) { // the only class that leads to life
		for cl := range a.width {
			if t := a.next[s+cl]; t != dead {
				to, by, n = t, int(cl), n+1
			}
		}
		return to, by, n
	}
	a.behind = a.start
	for len(a.prefix) < maxPrefix && a.behind > accept*a.width && !a.end[a.behind/a.width] {
		to, by, n := leaves(a.behind)
		if n != 1 || to == a.behind {
			break
		}
		for c := range a.class {
			if int(a.class[c]) == by {
				a.prefix = append(a.prefix, byte(c))
				break
			}
		}
		a.behind = to
	}
}

// before is what stands before a position, as \b and ^ see it.
type before uint8

const (
	atStart before = iota
	afterWord
	afterLine // a line end
	afterOther
)

// builder makes an automaton out of a program by the subset construction. A
// state is the set of instructions that wait to be entered, and what stands
// before; it is resolved when the next byte, or the end, is known.
type builder struct {
	prog     *syntax.Prog
	anchored bool
	states   map[string]uint16
	sets     [][]uint32
	prev     []before
	mark     []uint32
	gen      uint32
	runes    []uint32
	hit      bool
	looks    bool // some instruction looks at what stands before
	work     int  // steps left
}

// newAutomaton makes the automaton of a pattern in Go's syntax; nil where it
// would be too large, take more than work steps to build, or the pattern is not
// all ASCII.
func newAutomaton(pattern string, fold bool, work int) *automaton {
	for i := range len(pattern) {
		if pattern[i] >= 0x80 {
			return nil
		}
	}
	flags := syntax.Perl
	if fold {
		flags |= syntax.FoldCase
	}
	re, err := syntax.Parse(pattern, flags)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxInsts {
		return nil
	}
	b := &builder{prog: prog, anchored: prog.StartCond()&syntax.EmptyBeginText != 0,
		states: map[string]uint16{}, mark: make([]uint32, len(prog.Inst)), work: work}
	for i := range prog.Inst {
		b.looks = b.looks || prog.Inst[i].Op == syntax.InstEmptyWidth
	}
	return b.build()
}

func isWordByte(c int) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// high stands for all bytes from 0x80: those of characters that no pattern names.
const high = 0x80

// stepsOn reports whether an instruction consumes byte c (0 to high).
func stepsOn(in *syntax.Inst, c int) bool {
	if c < high {
		return in.MatchRune(rune(c))
	}
	return in.MatchRune(0xE9) && in.MatchRune(0x10FFFD)
}

func (b *builder) build() *automaton {
	a := b.table()
	if a == nil {
		return nil
	}
	for i := range a.next { // states are used as offsets of their rows
		a.next[i] *= a.width
	}
	a.start *= a.width
	a.quicken()
	return a
}

// table makes the automaton with states by their numbers.
func (b *builder) table() *automaton {
	a := &automaton{}
	samples := b.classify(a)
	b.sets = [][]uint32{nil, nil}
	b.prev = []before{afterOther, afterOther}
	start := b.state([]uint32{uint32(b.prog.Start)}, atStart)
	a.start = start
	for s := 2; s < len(b.sets); s++ {
		if len(b.sets) > maxStates || b.work < 0 {
			return nil
		}
		a.grow(len(b.sets))
		for cl, c := range samples {
			a.next[s*int(a.width)+cl] = b.step(s, c)
		}
	}
	if len(b.sets) > maxStates {
		return nil
	}
	a.grow(len(b.sets))
	a.end = make([]bool, len(b.sets))
	a.end[accept] = true
	for s := 2; s < len(b.sets); s++ {
		b.resolve(s, -1)
		a.end[s] = b.hit
	}
	return a
}

func (a *automaton) grow(states int) {
	for len(a.next) < states*int(a.width) {
		a.next = append(a.next, dead)
	}
}

// classify finds the classes of bytes and returns one byte of each.
func (b *builder) classify(a *automaton) []int {
	var samples []int
	seen := map[string]int{}
	sig := make([]byte, 0, len(b.prog.Inst)+2)
	for c := 0; c <= high; c++ {
		sig = sig[:0]
		for i := range b.prog.Inst {
			switch b.prog.Inst[i].Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				sig = append(sig, bit(stepsOn(&b.prog.Inst[i], c)))
			}
		}
		sig = append(sig, bit(isWordByte(c)), bit(c == '\n'))
		cl, ok := seen[string(sig)]
		if !ok {
			cl = len(samples)
			seen[string(sig)] = cl
			samples = append(samples, c)
		}
		if c < high {
			a.class[c] = uint8(cl)
			continue
		}
		for i := high; i < 256; i++ {
			a.class[i] = uint8(cl)
		}
	}
	a.width = uint16(len(samples))
	return samples
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// state is the number of a set of instructions.
func (b *builder) state(set []uint32, prev before) uint16 {
	if !b.looks {
		prev = afterOther // all the same
	}
	if len(set) == 0 {
		return dead
	}
	slices.Sort(set)
	set = slices.Compact(set)
	key := []byte{byte(prev)}
	for _, pc := range set {
		key = binary.BigEndian.AppendUint32(key, pc)
	}
	if s, ok := b.states[string(key)]; ok {
		return s
	}
	s := uint16(len(b.sets))
	b.states[string(key)] = s
	b.sets = append(b.sets, set)
	b.prev = append(b.prev, prev)
	return s
}

// resolve follows the empty steps of a state before byte c (-1: the end): runes
// are the instructions that may consume it, hit tells that a match is complete.
func (b *builder) resolve(s, c int) {
	b.gen++
	b.runes, b.hit = b.runes[:0], false
	var flags syntax.EmptyOp
	word := b.prev[s] == afterWord
	switch b.prev[s] {
	case atStart:
		flags |= syntax.EmptyBeginText | syntax.EmptyBeginLine
	case afterLine:
		flags |= syntax.EmptyBeginLine
	}
	switch c {
	case -1:
		flags |= syntax.EmptyEndText | syntax.EmptyEndLine
	case '\n':
		flags |= syntax.EmptyEndLine
	}
	if word != isWordByte(c) {
		flags |= syntax.EmptyWordBoundary
	} else {
		flags |= syntax.EmptyNoWordBoundary
	}
	for _, pc := range b.sets[s] {
		b.follow(pc, flags)
	}
	b.work -= len(b.sets[s]) + len(b.runes) + 8
}

func (b *builder) follow(pc uint32, flags syntax.EmptyOp) {
	if b.mark[pc] == b.gen {
		return
	}
	b.mark[pc] = b.gen
	b.work--
	in := &b.prog.Inst[pc]
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		b.follow(in.Out, flags)
		b.follow(in.Arg, flags)
	case syntax.InstCapture, syntax.InstNop:
		b.follow(in.Out, flags)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^flags == 0 {
			b.follow(in.Out, flags)
		}
	case syntax.InstMatch:
		b.hit = true
	case syntax.InstFail:
	default:
		b.runes = append(b.runes, pc)
	}
}

// step is the state after byte c.
func (b *builder) step(s, c int) uint16 {
	b.resolve(s, c)
	if b.hit {
		return accept
	}
	var set []uint32
	for _, pc := range b.runes {
		if in := &b.prog.Inst[pc]; stepsOn(in, c) {
			set = append(set, in.Out)
		}
	}
	if !b.anchored {
		set = append(set, uint32(b.prog.Start))
	}
	prev := afterOther
	switch {
	case isWordByte(c):
		prev = afterWord
	case c == '\n':
		prev = afterLine
	}
	return b.state(set, prev)
}
