package siputils

import (
	"bytes"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// maxE164 is the largest number of digits of a telephone number (ITU-T E.164 §6).
const maxE164 = 15

func numberFunctions() []registry.Function {
	return []registry.Function{
		testFunction("is_numeric", "True if the text is made of digits.", isNumeric),
		testFunction("is_tel_number", "True if the text is made of digits, with or without a leading +.", isTelNumber),
		testFunction("is_alphanum", "True if the text is made of digits and ASCII letters.", isAlphanum),
		testFunction("is_e164", "True if the text is + and 2 to 15 digits.", isE164),
		testFunction("is_uri_user_e164", "True if the user of the URI is an E.164 number.", func(b []byte) bool {
			var u sipparse.URI
			return parse(b, &u) && isE164(u.User.Of(b))
		}),
		{
			Name: "is_alphanumex", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "text", Kind: registry.ArgFormat}, {Name: "extra", Kind: registry.ArgFormat}},
			Doc:    "True if the text is made of digits, ASCII letters and the characters of the second.",
			Source: source,
			Compile: comparison(func(b, extra []byte) bool {
				for _, c := range b {
					if !alphanum(c) && bytes.IndexByte(extra, c) < 0 {
						return false
					}
				}
				return len(b) > 0
			}),
		},
	}
}

func testFunction(name, doc string, test func([]byte) bool) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			x := args[0].Eval
			return func(c *rt.Ctx) int32 { return truth(test(text(c, x))) }, nil
		},
	}
}

func isNumeric(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func isTelNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	return isNumeric(b)
}

func isAlphanum(b []byte) bool {
	for _, c := range b {
		if !alphanum(c) {
			return false
		}
	}
	return len(b) > 0
}

func isE164(b []byte) bool {
	return len(b) > 2 && len(b) <= maxE164+1 && b[0] == '+' && isNumeric(b[1:])
}

func alphanum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
