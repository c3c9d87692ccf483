package siputils

import (
	"errors"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	// Accept, AcceptEncoding, AcceptLanguage and Support are the headers of
	// options_reply().
	Accept, AcceptEncoding, AcceptLanguage, Support string
	// Separator stands between the fields of an encoded contact, one character.
	Separator string
}

func newConfig() any {
	return &Config{Accept: "*/*", AcceptLanguage: "en", Separator: "*"}
}

func headerParam(name, header, def string, field func(*Config) *string) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamString, Default: def, Reloadable: true, Source: source + "; RFC 3261 §11.2",
		Doc:   "What options_reply() says in " + header + ".",
		Field: func(cfg any) any { return field(cfg.(*Config)) },
	}
}

var params = []registry.Param{
	headerParam("options_accept", "Accept", "*/*", func(c *Config) *string { return &c.Accept }),
	headerParam("options_accept_encoding", "Accept-Encoding", "", func(c *Config) *string { return &c.AcceptEncoding }),
	headerParam("options_accept_language", "Accept-Language", "en", func(c *Config) *string { return &c.AcceptLanguage }),
	headerParam("options_support", "Supported", "", func(c *Config) *string { return &c.Support }),
	{
		Name: "contact_flds_separator", Type: registry.ParamString, Default: "*", Reloadable: true, Source: source,
		Doc:   "The character between the fields of a contact that encode_contact() has written.",
		Field: func(cfg any) any { return &cfg.(*Config).Separator },
	},
}

var (
	errHeader    = errors.New("options_accept, options_accept_encoding, options_accept_language and options_support must each be one line of text")
	errSeparator = errors.New("contact_flds_separator must be one character that may stand in a user part and is no letter, digit or dot")
)

func check(cfg any) error {
	c := cfg.(*Config)
	for _, s := range []string{c.Accept, c.AcceptEncoding, c.AcceptLanguage, c.Support} {
		for _, ch := range []byte(s) {
			if ch < ' ' || ch == 0x7f {
				return errHeader
			}
		}
	}
	if len(c.Separator) != 1 {
		return errSeparator
	}
	switch c.Separator[0] {
	case '-', '_', '!', '~', '*', '\'', '(', ')', '&', '=', '+', '$', ',':
		return nil
	}
	return errSeparator
}
