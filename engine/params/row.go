package params

import (
	"strconv"
	"strings"

	"sipedge/script/registry"
)

// Core is the core configuration of one snapshot: one field per parameter,
// grouped as the files of this package are. It is filled while a script is
// checked and not written afterwards.
type Core struct {
	Sockets
	Process
	Memory
	Logging
	Routing
	Limits
	DNS
	Blacklist
	TCP
	TLS
	SCTP
	STUN
	RealTimeGroup
	Compat
}

// New makes a configuration with the default of every parameter.
func New() *Core {
	c := &Core{}
	for _, group := range groups() {
		for i := range group {
			group[i].reset(c)
		}
	}
	return c
}

// Rows describes every core parameter. The slice is the caller's.
func Rows() []registry.Param {
	var rows []registry.Param
	for _, group := range groups() {
		for _, r := range group {
			rows = append(rows, r.Param)
		}
	}
	return rows
}

func groups() [][]row {
	return [][]row{
		socketRows(), processRows(), memoryRows(), loggingRows(), routingRows(), limitRows(), dnsRows(),
		blacklistRows(), tcpRows(), tlsRows(), sctpRows(), stunRows(), realTimeRows(), compatRows(),
	}
}

// row is a parameter under construction: the methods below add to it.
type row struct {
	registry.Param
	reset func(*Core) // sets the field to its default
}

// number makes a row for an integer from lo to hi; both 0 for no bound.
func number(name string, field func(*Core) *int64, def, lo, hi int64) row {
	return row{
		Param: registry.Param{Name: name, Type: registry.ParamInt, Min: lo, Max: hi, Default: strconv.FormatInt(def, 10),
			Field: func(cfg any) any { return field(cfg.(*Core)) }},
		reset: func(c *Core) { *field(c) = def },
	}
}

// yesNo makes a row for a boolean.
func yesNo(name string, field func(*Core) *bool, def bool) row {
	text := "no"
	if def {
		text = "yes"
	}
	return row{
		Param: registry.Param{Name: name, Type: registry.ParamBool, Default: text,
			Field: func(cfg any) any { return field(cfg.(*Core)) }},
		reset: func(c *Core) { *field(c) = def },
	}
}

// text makes a row for a string or a bare word.
func text(name string, field func(*Core) *string, def string) row {
	return row{
		Param: registry.Param{Name: name, Type: registry.ParamString, Default: def,
			Field: func(cfg any) any { return field(cfg.(*Core)) }},
		reset: func(c *Core) { *field(c) = def },
	}
}

// list makes a row for a parameter that may be given several times.
func list(name string, field func(*Core) *[]string) row {
	return row{
		Param: registry.Param{Name: name, Type: registry.ParamList,
			Field: func(cfg any) any { return field(cfg.(*Core)) }},
		reset: func(c *Core) { *field(c) = nil },
	}
}

// words makes a row for one of a set of words, whatever their case.
func words(name string, field func(*Core) *string, def string, allowed ...string) row {
	return text(name, field, def).check(func(c *Core) error { return CheckWord(*field(c), allowed...) })
}

func (r row) alias(names ...string) row { r.Aliases = names; return r }

// doc sets the manual's text and, unless from has set another, the cookbook's
// entry of the same name as its source.
func (r row) doc(s string) row {
	r.Doc = s
	if r.Source == "" {
		r.Source = "cookbook: " + r.Name
	}
	return r
}

func (r row) from(source string) row { r.Source = source; return r }

// shown replaces the default's text where the value alone does not tell.
func (r row) shown(def string) row { r.Default = def; return r }

// live marks a parameter that a reload may change.
func (r row) live() row { r.Reloadable = true; return r }

func (r row) note(s string) row { r.Note = s; return r }

// later marks a parameter that is kept and checked, and does nothing in this
// version. Since nothing reads it, a reload may change it.
func (r row) later() row { r.Reloadable = true; return r.note(noEffectYet) }

// never marks a parameter of Kamailio's process and memory model for which there
// is no equivalent here; why says what takes its place.
func (r row) never(why string) row { r.Reloadable = true; return r.note("has no effect here: " + why) }

func (r row) check(f func(*Core) error) row {
	r.Check = func(cfg any) error { return f(cfg.(*Core)) }
	return r
}

// noEffectYet is the note of parameters whose behaviour is not served.
const noEffectYet = "accepted; has no effect in this version"

// Silent reports whether a row's note says that nothing reads the parameter.
func Silent(p *registry.Param) bool {
	return p.Note == noEffectYet || strings.HasPrefix(p.Note, "has no effect here: ")
}
