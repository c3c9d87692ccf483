package posix

import "regexp/syntax"

// sizeOf is about the number of instructions that a pattern in Go's syntax is
// compiled to. It is computed before anything is compiled, since .{1000} written
// forty times over is short and large.
func sizeOf(source string) (int, error) {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return 0, err
	}
	return parts(re), nil
}

func parts(re *syntax.Regexp) int {
	n := 1
	for _, sub := range re.Sub {
		n += parts(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		n += len(re.Rune)
	case syntax.OpRepeat:
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// memory is about the number of bytes that a pattern holds, with the machines
// that it may keep.
func (r *Regexp) memory() int {
	n := 2048 + 2*len(r.pattern) + 200*r.size + 16*r.limits.idle*min(r.limits.room, r.size*2*(r.groups+1))
	if r.dfa != nil {
		n += 2*len(r.dfa.next) + len(r.dfa.end)
	}
	return n
}
