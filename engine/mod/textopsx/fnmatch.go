package textopsx

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func matchFunctions() []registry.Function {
	return []registry.Function{{
		Name: "fnmatch", Routes: rt.AnyRoute,
		Args: []registry.Arg{
			{Name: "text", Kind: registry.ArgFormat},
			{Name: "pattern", Kind: registry.ArgFormat},
			{Name: "flags", Kind: registry.ArgFormat, Optional: true},
		},
		Doc: "True if the text is what the pattern describes: * any characters, ? one, [a-z] and [!a-z] one of these or none " +
			`of these, \ takes the next one as it is. Flag i ignores case.`,
		Source:  source + "; POSIX fnmatch",
		Compile: compileMatch,
	}}
}

func compileMatch(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	subject, pattern := args[0].Eval, args[1].Eval
	flags := rt.Expr(nil)
	if arg.Given(args, 2) {
		if s, ok := arg.Const(&args[2]); ok && s != "" && s != "i" {
			return nil, arg.Error(2, `fnmatch: flags must be "i" or empty, not %q`, s)
		}
		flags = args[2].Eval
	}
	return func(c *rt.Ctx) int32 {
		s, p := text(c, subject), text(c, pattern)
		fold := flags != nil && string(text(c, flags)) == "i"
		return truth(glob(p, s, fold))
	}, nil
}

// glob matches a whole text. A * is tried with as few bytes as will do; only the
// last one is ever lengthened, so the time is bounded by the product of the lengths.
func glob(p, s []byte, fold bool) bool {
	starP, starS := -1, 0
	i, j := 0, 0
	for j < len(s) {
		if i < len(p) && p[i] == '*' {
			starP, starS = i, j
			i++
			continue
		}
		if n := one(p[i:], s[j], fold); n > 0 {
			i += n
			j++
			continue
		}
		if starP < 0 {
			return false
		}
		starS++
		i, j = starP+1, starS
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// one matches one byte with the beginning of a pattern that is no *; the result is
// how much of the pattern that was, 0 for no match.
func one(p []byte, c byte, fold bool) int {
	if len(p) == 0 {
		return 0
	}
	switch p[0] {
	case '?':
		return 1
	case '[':
		if n, in := set(p, c, fold); n > 0 {
			if in {
				return n
			}
			return 0
		}
	case '\\':
		if len(p) > 1 {
			if same(p[1], c, fold) {
				return 2
			}
			return 0
		}
	}
	if same(p[0], c, fold) {
		return 1
	}
	return 0
}

// set looks a byte up in the bracket expression at the beginning of p. n is its
// length, 0 where it does not end and [ is an ordinary character.
func set(p []byte, c byte, fold bool) (n int, in bool) {
	i := 1
	not := i < len(p) && (p[i] == '!' || p[i] == '^')
	if not {
		i++
	}
	for first := true; i < len(p); first = false {
		if p[i] == ']' && !first {
			return i + 1, in != not
		}
		lo := p[i]
		if lo == '\\' && i+1 < len(p) {
			i++
			lo = p[i]
		}
		i++
		hi := lo
		if i+1 < len(p) && p[i] == '-' && p[i+1] != ']' {
			hi = p[i+1]
			i += 2
			if hi == '\\' && i < len(p) {
				hi = p[i]
				i++
			}
		}
		if lo <= c && c <= hi || fold && (lo <= lower(c) && lower(c) <= hi || lo <= upper(c) && upper(c) <= hi) {
			in = true
		}
	}
	return 0, false
}

func same(a, b byte, fold bool) bool { return a == b || fold && lower(a) == lower(b) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}
