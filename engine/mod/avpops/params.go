package avpops

import "sipedge/script/registry"

// Config is the module's configuration in one snapshot. All of it describes the
// database in which AVPs would be kept.
type Config struct {
	UseDomain bool
	Texts     map[string]*string
	DBScheme  []string
}

// textParams are the parameters that are texts, with their defaults.
var textParams = []struct{ name, def, doc string }{
	{"db_url", "", "The database."},
	{"avp_table", "", "The table with AVPs."},
	{"uuid_column", "uuid", "The column with the user's unique name."},
	{"username_column", "username", "The column with the user's name."},
	{"domain_column", "domain", "The column with the user's domain."},
	{"attribute_column", "attribute", "The column with the AVP's name."},
	{"value_column", "value", "The column with the AVP's value."},
	{"type_column", "type", "The column with the kinds of the AVP's name and value."},
}

func newConfig() any {
	c := &Config{Texts: map[string]*string{}}
	for _, p := range textParams {
		s := p.def
		c.Texts[p.name] = &s
	}
	return c
}

// note is logged when a script sets one of the parameters.
const note = "has no effect: there are no databases yet"

func params() []registry.Param {
	rows := []registry.Param{
		{
			Name: "use_domain", Type: registry.ParamBool, Default: "no", Reloadable: true, Note: note, Source: source,
			Doc:   "Whether a user is found by name and domain.",
			Field: func(cfg any) any { return &cfg.(*Config).UseDomain },
		},
		{
			Name: "db_scheme", Type: registry.ParamList, Reloadable: true, Note: note, Source: source,
			Doc:   "A named set of table and columns.",
			Field: func(cfg any) any { return &cfg.(*Config).DBScheme },
		},
	}
	for _, p := range textParams {
		rows = append(rows, registry.Param{
			Name: p.name, Type: registry.ParamString, Default: p.def, Reloadable: true, Note: note, Source: source,
			Doc:   p.doc,
			Field: func(cfg any) any { return cfg.(*Config).Texts[p.name] },
		})
	}
	return rows
}
