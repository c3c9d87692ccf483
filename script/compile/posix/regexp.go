package posix

import (
	"regexp"
	"sync/atomic"
)

// Regexp is a compiled pattern. It is safe for use by several goroutines.
type Regexp struct {
	pattern string
	fold    bool
	dfa     *automaton
	groups  int
	re      *regexp.Regexp // for Find, and for Match where there is no automaton
	source  string
	// idle are machines that FindInto does not use now.
	idle [idleMachines]atomic.Pointer[machine]
	// large is set once the pattern has turned out too large for a machine.
	large atomic.Bool
}

// maxPattern is the longest pattern that Compile takes, in bytes.
const maxPattern = 16 << 10

// Compile translates and compiles a pattern, without regard to case where fold
// is set. An error is an *Error where the place of the mistake is known.
func Compile(pattern string, fold bool) (*Regexp, error) { return compile(pattern, fold, false) }

// CompileLines is Compile with regcomp's REG_NEWLINE: ^ and $ match at the
// beginning and end of every line, and . and [^…] match no line feed. It is how
// module functions (textops search and its kin) take patterns.
func CompileLines(pattern string, fold bool) (*Regexp, error) { return compile(pattern, fold, true) }

func compile(pattern string, fold, lines bool) (*Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, &Error{maxPattern, "the pattern is too long"}
	}
	source, err := translate(pattern, lines)
	if err != nil {
		return nil, err
	}
	r := &Regexp{pattern: pattern, fold: fold, source: source}
	re, err := r.compile()
	if err != nil {
		return nil, err
	}
	r.groups, r.re = re.NumSubexp(), re
	r.dfa = newAutomaton(source, fold)
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

// Match reports whether b contains a match. It does not allocate.
func (r *Regexp) Match(b []byte) bool {
	if r.dfa != nil {
		return r.dfa.match(b)
	}
	return r.re.Match(b)
}

// Find is the leftmost-longest match and its groups as pairs of offsets, -1 for
// a group that takes no part; nil if there is no match.
func (r *Regexp) Find(b []byte) []int {
	if r.dfa != nil && !r.dfa.match(b) {
		return nil
	}
	return r.re.FindSubmatchIndex(b)
}

// NumSubexp is the number of groups.
func (r *Regexp) NumSubexp() int { return r.groups }

// String is the pattern as it was given.
func (r *Regexp) String() string { return r.pattern }
