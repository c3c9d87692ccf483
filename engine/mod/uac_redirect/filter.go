package uac_redirect

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// The kinds of filter.
const (
	deny = iota
	accept
)

// filters are the filters of one kind: the default one, and those of the script's
// calls. Which of them count for a message is a number: a bit for each of the
// script's, and noDefault.
type filters struct {
	def   registry.Matcher // nil for none
	added []registry.Matcher
	state arg.State
}

const noDefault = 1 << maxFilters

// compileFilter is set_deny_filter() and set_accept_filter().
func compileFilter(kind int) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		f := &b.Config("uac_redirect").(*Config).filters[kind]
		if args[0].Regex == nil {
			return nil, arg.Error(0, "the filter must be known at start")
		}
		keep, without := ^int64(0), int64(0)
		switch reset, _ := arg.Const(&args[1]); reset {
		case "":
		case "reset_all":
			keep, without = 0, noDefault
		case "reset_default":
			without = noDefault
		case "reset_added":
			keep = noDefault
		default:
			return nil, arg.Error(1, `reset is "reset_all", "reset_default", "reset_added" or "", not %q`, reset)
		}
		if len(f.added) == maxFilters {
			return nil, arg.Error(0, "the script has more than %d filters", maxFilters)
		}
		bit := int64(1) << len(f.added)
		f.added = append(f.added, args[0].Regex)
		return func(c *rt.Ctx) int32 {
			f.state.Set(c, value.FromInt(f.state.Get(c).Int()&keep|without|bit))
			return 1
		}, nil
	}
}

// match reports whether a filter that counts for the message matches.
func (f *filters) match(p *core.Proc, uri []byte) bool {
	on := f.state.Get(&p.Ctx).Int()
	for i := range f.added {
		if on&(1<<i) != 0 && f.added[i].Match(uri) {
			return true
		}
	}
	return f.def != nil && on&noDefault == 0 && f.def.Match(uri)
}

// passes reports whether a Contact is followed: accept filters go before deny
// filters, and where none matches default_filter decides.
func (c *Config) passes(p *core.Proc, uri []byte) bool {
	return c.filters[accept].match(p, uri) || !c.filters[deny].match(p, uri) && c.DefaultFilter == "accept"
}
