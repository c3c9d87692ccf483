package textops

import (
	"bytes"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func textFunctions() []registry.Function {
	return []registry.Function{
		pairFunction("cmp_str", "True if the two texts are the same.", bytes.Equal),
		pairFunction("cmp_istr", "True if the two texts are the same but for case.", bytes.EqualFold),
		pairFunction("starts_with", "True if the first text begins with the second.", bytes.HasPrefix),
		pairFunction("ends_with", "True if the first text ends with the second.", bytes.HasSuffix),
		pairFunction("str_find", "True if the first text contains the second.", bytes.Contains),
		pairFunction("str_ifind", "True if the first text contains the second, without regard to case.", containsFold),
		listFunction("in_list", "True if the list, whose items are separated by one character, has the subject.", bytes.Equal),
		listFunction("in_list_prefix", "True if an item of the list is a prefix of the subject.", bytes.HasPrefix),
	}
}

func pairFunction(name, doc string, f func(a, b []byte) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "text", Kind: registry.ArgFormat}, {Name: "part", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			x, y := args[0].Eval, args[1].Eval
			return func(c *rt.Ctx) int32 {
				a := text(c, x)
				return truth(f(a, text(c, y)))
			}, nil
		},
	}
}

func listFunction(name, doc string, f func(subject, item []byte) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{
			{Name: "subject", Kind: registry.ArgFormat},
			{Name: "list", Kind: registry.ArgFormat},
			{Name: "separator", Kind: registry.ArgStatic},
		},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			sep, _ := arg.Const(&args[2])
			if len(sep) != 1 {
				return nil, arg.Error(2, "%s: the separator must be one character, not %q", name, sep)
			}
			x, y, by := args[0].Eval, args[1].Eval, sep[0]
			return func(c *rt.Ctx) int32 {
				subject := text(c, x)
				list := text(c, y)
				for len(subject) > 0 && len(list) > 0 {
					item := list
					if n := bytes.IndexByte(list, by); n >= 0 {
						item, list = list[:n], list[n+1:]
					} else {
						list = nil
					}
					if item = bytes.Trim(item, " \t\r\n"); len(item) > 0 && f(subject, item) {
						return 1
					}
				}
				return -1
			}, nil
		},
	}
}

// containsFold is bytes.Contains without regard to the case of ASCII letters.
func containsFold(a, b []byte) bool {
	for i := 0; i+len(b) <= len(a); i++ {
		if bytes.EqualFold(a[i:i+len(b)], b) {
			return true
		}
	}
	return false
}

// listed reports whether want is one of the values in b, which are separated by
// semicolons, commas or white space; case does not matter.
func listed(b, want []byte) bool {
	for i := 0; i < len(b); {
		j := i
		for j < len(b) && b[j] != ';' && b[j] != ',' && b[j] > ' ' {
			j++
		}
		if bytes.EqualFold(b[i:j], want) {
			return true
		}
		i = j + 1
	}
	return false
}
