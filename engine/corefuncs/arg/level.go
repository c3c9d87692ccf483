package arg

import (
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// The range of log levels that can be given as a number: L_ALERT to what debug
// can be set to in practice.
const (
	minLevel = -5
	maxLevel = 9
)

// levels are the names of log levels that scripts write, with their numbers
// (cookbook "debug").
var levels = []struct {
	name  string
	level int
}{
	{"L_ALERT", -5}, {"L_BUG", -4}, {"L_CRIT2", -3}, {"L_CRIT", -2}, {"L_ERR", -1},
	{"L_WARN", 0}, {"L_NOTICE", 1}, {"L_INFO", 2}, {"L_DBG", 3},
}

// LevelNames are the names that Level knows.
func LevelNames() []string {
	ns := make([]string, len(levels))
	for i, l := range levels {
		ns[i] = l.name
	}
	return ns
}

// Level is the number of a log level's name: -5 (L_ALERT) to 3 (L_DBG).
func Level(name string) (int, bool) {
	for _, l := range levels {
		if l.name == name {
			return l.level, true
		}
	}
	return 0, false
}

// LogLevel is an argument that is a log level.
type LogLevel struct {
	eval rt.Expr
	n    int
}

// FixedLevel is the LogLevel n, for an argument that is not given.
func FixedLevel(n int) LogLevel { return LogLevel{n: n} }

// NewLevel makes a LogLevel of argument i: a name, a number from -5 to 9, or
// computed at run time as either.
func NewLevel(args []registry.Actual, i int) (LogLevel, error) {
	text, ok := Const(&args[i])
	if !ok {
		return LogLevel{eval: args[i].Eval}, nil
	}
	if n, ok := levelOf([]byte(text)); ok {
		return LogLevel{n: n}, nil
	}
	return LogLevel{}, Error(i, "log level must be a name (%s) or a number from %d to %d, not %q",
		strings.Join(LevelNames(), " "), minLevel, maxLevel, text)
}

// Get is the level; L_ERR where it was computed and is none.
func (l *LogLevel) Get(c *rt.Ctx) int {
	if l.eval == nil {
		return l.n
	}
	v := l.eval(c)
	if v.Kind() == value.Int {
		if n := v.Int(); n >= minLevel && n <= maxLevel {
			return int(n)
		}
		return levelErr
	}
	if n, ok := levelOf(c.Bytes(v)); ok {
		return n
	}
	return levelErr
}

// levelErr is L_ERR.
const levelErr = -1

func levelOf(text []byte) (int, bool) {
	for i := range levels {
		if string(text) == levels[i].name {
			return levels[i].level, true
		}
	}
	n, ok := value.ParseInt(text)
	return int(n), ok && n >= minLevel && n <= maxLevel
}
