package posix

import (
	"fmt"
	"regexp"
	"sync/atomic"
)

// Regexp is a compiled pattern. It is safe for use by several goroutines.
type Regexp struct {
	pattern string
	fold    bool
	limits  *limits
	size    int // of the pattern with its repetitions written out, see sizeOf
	dfa     *automaton
	groups  int
	re      *regexp.Regexp // for Find, and for Match where there is no automaton
	source  string
	// idle are machines that FindInto does not use now.
	idle [idleMachines]atomic.Pointer[machine]
	// large is set once the pattern has turned out too large for a machine.
	large atomic.Bool
}

// Compile translates and compiles a pattern, without regard to case where fold
// is set. An error is an *Error where the place of the mistake is known.
func Compile(pattern string, fold bool) (*Regexp, error) {
	return compile(pattern, fold, false, &loaded)
}

// CompileLines is Compile with regcomp's REG_NEWLINE: ^ and $ match at the
// beginning and end of every line, and . and [^…] match no line feed. It is how
// module functions (textops search and its kin) take patterns.
func CompileLines(pattern string, fold bool) (*Regexp, error) {
	return compile(pattern, fold, true, &loaded)
}

func compile(pattern string, fold, lines bool, l *limits) (*Regexp, error) {
	if len(pattern) > l.pattern {
		return nil, &Error{l.pattern, fmt.Sprintf("the pattern is longer than %d bytes", l.pattern)}
	}
	source, err := translate(pattern, lines)
	if err != nil {
		return nil, err
	}
	r := &Regexp{pattern: pattern, fold: fold, source: source, limits: l}
	if r.size, err = sizeOf(source); err != nil {
		return nil, err
	}
	if r.size > l.size {
		return nil, &Error{-1, fmt.Sprintf("the pattern is too large: %d steps with its repetitions written out, at most %d are allowed", r.size, l.size)}
	}
	re, err := r.compile()
	if err != nil {
		return nil, err
	}
	r.groups, r.re = re.NumSubexp(), re
	r.dfa = newAutomaton(source, fold, l.work)
	return r, nil
}

func (r *Regexp) compile() (*regexp.Regexp, error) {
	src := r.source
	if r.fold {
		src = "(?i)" + src
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, err
	}
	re.Longest()
	return re, nil
}

// Match reports whether b contains a match. It does not allocate. A text that is
// TooLong does not match.
func (r *Regexp) Match(b []byte) bool {
	if r.dfa != nil {
		return r.dfa.match(b)
	}
	return !r.TooLong(len(b)) && r.re.Match(b)
}

// TooLong reports whether a text of n bytes is not searched for a pattern that
// was computed at run time, since that would take too many steps: patterns
// without an automaton cost steps for each byte of the text and each part of the
// pattern.
func (r *Regexp) TooLong(n int) bool {
	return r.dfa == nil && r.limits.steps > 0 && n*r.size > r.limits.steps
}

// Find is the leftmost-longest match and its groups as pairs of offsets, -1 for
// a group that takes no part; nil if there is no match.
func (r *Regexp) Find(b []byte) []int {
	if r.dfa != nil && !r.dfa.match(b) || r.TooLong(len(b)) {
		return nil
	}
	return r.re.FindSubmatchIndex(b)
}

// NumSubexp is the number of groups.
func (r *Regexp) NumSubexp() int { return r.groups }

// String is the pattern as it was given.
func (r *Regexp) String() string { return r.pattern }
