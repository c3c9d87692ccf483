package avpops

import (
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// levelInfo is L_INFO.
const levelInfo = 2

// hidden tells the AVPs in which modules keep their state; no script sees them.
func hidden(name string) bool { return strings.HasPrefix(name, "\x00") }

// nameOf is an AVP's name in the spelling of $avp.
func nameOf(c *rt.Ctx, name rt.AVPName) string {
	if names := c.Program().AVPNames; int(name) < len(names) {
		return names[name]
	}
	return ""
}

func compileCopy(b registry.Build, args []registry.Actual) (rt.Func, error) {
	from, rest, err := cutAVP(b, constant(args, 0))
	if err == nil {
		_, err = flags(rest, "")
	}
	if err != nil {
		return nil, wrong(0, err)
	}
	to, rest, err := cutAVP(b, constant(args, 1))
	if err != nil {
		return nil, wrong(1, err)
	}
	f, err := flags(rest, "gdns")
	if err != nil {
		return nil, wrong(1, err)
	}
	all, move, number, text := f.has("g"), f.has("d"), f.has("n"), f.has("s")
	return func(c *rt.Ctx) int32 {
		done := false
		for k := c.AVPs(from); c.NextAVP(&k); {
			_, v := c.AVPAt(&k)
			switch {
			case number && v.Kind() == value.Str:
				n, ok := value.ParseInt(c.Bytes(v))
				if !ok {
					return -1
				}
				v = value.FromInt(n)
			case text && !number:
				v = c.Str(v)
			}
			c.AddAVP(to, v)
			if move {
				c.RemoveAVP(&k)
			}
			if done = true; !all {
				break
			}
		}
		return truth(done)
	}, nil
}

func compileDelete(b registry.Build, args []registry.Actual) (rt.Func, error) {
	text := constant(args, 0)
	if !strings.HasPrefix(text, "$") {
		return deleteKind(text)
	}
	name, rest, err := cutAVP(b, text)
	if err != nil {
		return nil, wrong(0, err)
	}
	f, err := flags(rest, "g")
	if err != nil {
		return nil, wrong(0, err)
	}
	all := f.has("g")
	return func(c *rt.Ctx) int32 { return truth(c.DeleteAVPs(name, all) > 0) }, nil
}

// deleteKind makes the deletion of all AVPs, or of those with one kind of name.
// A number of script flags behind the letter, and /g, change nothing.
func deleteKind(text string) (rt.Func, error) {
	letter, rest, _ := strings.Cut(text, "/")
	if _, err := flags(strings.TrimSuffix("/"+rest, "/"), "g"); err != nil {
		return nil, wrong(0, err)
	}
	kind := strings.ToLower(strings.TrimRight(letter, "0123456789"))
	if kind != "a" && kind != "s" && kind != "i" {
		return nil, arg.Error(0, "expected an AVP such as $avp(name), or a, s or i for all of a kind of name, not %q", text)
	}
	return func(c *rt.Ctx) int32 {
		done := false
		for k := c.AVPs(rt.AnyAVP); c.NextAVP(&k); {
			n, _ := c.AVPAt(&k)
			name := nameOf(c, n)
			if numbered := strings.HasPrefix(name, "i:"); hidden(name) || kind == "i" && !numbered || kind == "s" && numbered {
				continue
			}
			c.RemoveAVP(&k)
			done = true
		}
		return truth(done)
	}, nil
}

func compileIsSet(b registry.Build, args []registry.Actual) (rt.Func, error) {
	name, rest, err := cutAVP(b, constant(args, 0))
	if err != nil {
		return nil, wrong(0, err)
	}
	f, err := flags(rest, "esn")
	if err != nil {
		return nil, wrong(0, err)
	}
	empty, text, number := f.has("e"), f.has("s"), f.has("n")
	if text && number {
		return nil, arg.Error(0, "no value is both a text (s) and a number (n)")
	}
	return func(c *rt.Ctx) int32 {
		v := c.AVP(name, 0)
		return truth(!v.IsUndef() &&
			(!text || v.Kind() == value.Str) &&
			(!number || v.Kind() == value.Int) &&
			(!empty || v.Kind() == value.Str && v.Len() == 0 || v.Kind() == value.Int && v.Int() == 0))
	}, nil
}

func compilePrint(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 {
		if !c.Env.LogEnabled(levelInfo) {
			return 1
		}
		for k := c.AVPs(rt.AnyAVP); c.NextAVP(&k); {
			n, v := c.AVPAt(&k)
			name := nameOf(c, n)
			if hidden(name) {
				continue
			}
			m := c.Mark()
			c.AppendString("$avp(")
			c.AppendString(name)
			c.AppendString(") = ")
			quote := ""
			if v.Kind() == value.Str {
				quote = `"`
			}
			c.AppendString(quote)
			c.AppendValue(v)
			c.AppendString(quote)
			c.Env.Log(levelInfo, c.Bytes(c.FromMark(m)))
			c.Truncate(m)
		}
		return 1
	}, nil
}
