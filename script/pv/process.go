package pv

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Version is the server's version, without its name. The build sets it with
// -ldflags "-X sipedge/script/pv.Version=…".
var Version = "0.1.0"

// constant makes a row whose value is known at start.
func constant(name, doc string, get func(b registry.Build, inner string) (value.Value, value.Kind, error)) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Doc: doc, Source: "pseudo-variables, $" + name + "()",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex(name)
			}
			v, kind, err := get(b, inner)
			if err != nil {
				return nil, err
			}
			return &registry.Var{Name: name + "(" + inner + ")", Kind: kind, Get: func(*rt.Ctx) value.Value { return v }}, nil
		}}
}

// Defines is what a registry.Build implements when it knows the names defined
// by the preprocessor; without it no name is.
type Defines interface {
	// Define is the text that #!define gave to name.
	Define(name string) (text string, ok bool)
}

func define(b registry.Build, name string) (text string, ok bool) {
	if d, known := b.(Defines); known {
		return d.Define(name)
	}
	return "", false
}

// unquoteDefine takes the quotes off a define that stands for a string.
func unquoteDefine(text string) string {
	if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return text
}

// colours are the codes of $C(xy): x the foreground, y the background (SGR,
// ECMA-48).
var colours = map[byte]int{'s': 0, 'r': 1, 'g': 2, 'y': 3, 'b': 4, 'p': 5, 'c': 6, 'w': 7}

func colour(b registry.Build, inner string) (value.Value, value.Kind, error) {
	if len(inner) != 2 {
		return undef, value.Str, fmt.Errorf("$C(%s): expected two letters, foreground and background", inner)
	}
	const plain = 9 // the default colour
	code := func(ch byte, base int) (int, error) {
		if ch == 'x' {
			return base + plain, nil
		}
		n, ok := colours[ch]
		if !ok {
			return 0, fmt.Errorf("$C(%s): unknown colour %q; expected one of x s r g y b p c w", inner, ch)
		}
		return base + n, nil
	}
	front, bold := inner[0], 0
	if front >= 'A' && front <= 'Z' {
		front, bold = front|0x20, 1
	}
	fg, err := code(front, 30)
	if err != nil {
		return undef, value.Str, err
	}
	bg, err := code(inner[1], 40)
	if err != nil {
		return undef, value.Str, err
	}
	return b.Const(fmt.Sprintf("\x1b[%d;%d;%dm", bold, fg, bg)), value.Str, nil
}

func version(b registry.Build, inner string) (value.Value, value.Kind, error) {
	switch inner {
	case "num":
		return b.Const(Version), value.Str, nil
	case "full":
		return b.Const("sipedge " + Version + " (" + runtime.GOARCH + "/" + runtime.GOOS + ")"), value.Str, nil
	case "hash":
		return b.Const("unknown"), value.Str, nil
	}
	return undef, value.Str, fmt.Errorf("$version(%s): unknown key; expected num, full or hash", inner)
}

func environment(b registry.Build, inner string) (value.Value, value.Kind, error) {
	text, ok := os.LookupEnv(inner)
	if !ok {
		return undef, value.Undef, nil
	}
	return b.Const(text), value.Str, nil
}

// socketNumbers are the keys of $K(key).
var socketNumbers = map[string]int64{"IPv4": registry.AFInet, "IPv6": registry.AFInet6, "UDP": 1, "TCP": 2, "TLS": 3, "SCTP": 4, "WS": 5, "WSS": 6}

func number(_ registry.Build, inner string) (value.Value, value.Kind, error) {
	n, ok := socketNumbers[inner]
	if !ok {
		return undef, value.Int, fmt.Errorf("$K(%s): unknown key; expected IPv4, IPv6, UDP, TCP, TLS, SCTP, WS or WSS", inner)
	}
	return value.FromInt(n), value.Int, nil
}

// formatRow is $_s(format).
func formatRow() registry.PV {
	return registry.PV{Name: "_s", Inner: registry.Always, Source: "pseudo-variables, $_s(format)",
		Doc: "the text with the pseudo-variables in it replaced",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("_s")
			}
			expr, err := b.Format(inner)
			if err != nil {
				return nil, err
			}
			return &registry.Var{Name: "_s(" + inner + ")", Kind: value.Str, Get: func(c *rt.Ctx) value.Value {
				return c.Str(expr(c))
			}}, nil
		}}
}

// countRow is $cnt($avp(name)) and $cnt($xavp(name)).
func countRow() registry.PV {
	return registry.PV{Name: "cnt", Inner: registry.Always, Source: "pseudo-variables, $cnt(pv)",
		Doc: "number of values of an AVP or XAVP, given as $avp(name) or $xavp(name)",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("cnt")
			}
			spec := strings.TrimPrefix(strings.TrimSpace(inner), "$")
			v := &registry.Var{Name: "cnt(" + inner + ")", Kind: value.Int}
			if name, ok := insideOf(spec, "xavp"); ok {
				id := b.AVP(name)
				v.Get = func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.CountXAVP(id))) }
				return v, nil
			}
			name, ok := insideOf(spec, "avp")
			if !ok {
				return nil, fmt.Errorf("$cnt(%s): expected $avp(name) or $xavp(name)", inner)
			}
			id := b.AVP(name)
			v.Get = func(c *rt.Ctx) value.Value {
				n := 0
				for !c.AVP(id, n).IsUndef() {
					n++
				}
				return value.FromInt(int64(n))
			}
			return v, nil
		}}
}

// insideOf is x of "word(x)".
func insideOf(spec, word string) (string, bool) {
	x, ok := strings.CutPrefix(spec, word+"(")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(x, ")")
}

// processVars are the variables of the server, its build and its surroundings.
func processVars() []registry.PV {
	pid := int64(os.Getpid())
	return []registry.PV{
		read("pp", value.Int, "process id of the server", func(*rt.Ctx) value.Value { return value.FromInt(pid) }),
		read("mi", value.Int, "number of the message since the start of the server", messageID),
		read("sid", value.Int, "the parameter server_id", serverID),
		constant("version", "version of the server: num, full (with name and platform) or hash", version),
		constant("env", "environment variable, as it was when the script was loaded", environment),
		constant("envn", "$env", environment),
		constant("def", "text of a #!define, undefined for a name that is not defined", func(b registry.Build, inner string) (value.Value, value.Kind, error) {
			text, ok := define(b, inner)
			if !ok {
				return undef, value.Undef, nil
			}
			return b.Const(text), value.Str, nil
		}),
		constant("defn", "number of a #!define, 0 for a name that is not defined", func(b registry.Build, inner string) (value.Value, value.Kind, error) {
			text, ok := define(b, inner)
			if !ok {
				return value.FromInt(0), value.Int, nil
			}
			n, ok := value.ParseInt([]byte(unquoteDefine(text)))
			if !ok {
				return undef, value.Int, fmt.Errorf("$defn(%s): %q is not a number", inner, text)
			}
			return value.FromInt(n), value.Int, nil
		}),
		constant("C", "terminal colours for logs: two letters, foreground and background, of x s r g y b p c w; a capital foreground is bold", colour),
		constant("K", "number of an address family or transport: IPv4, IPv6, UDP, TCP, TLS, SCTP, WS, WSS", number),
		formatRow(),
		countRow(),
	}
}

func messageID(c *rt.Ctx) value.Value { return value.FromInt(int64(c.MsgID)) }

func serverID(c *rt.Ctx) value.Value {
	if e, ok := c.Env.(rt.ServerEnv); ok {
		return value.FromInt(e.ServerID())
	}
	return value.FromInt(0)
}
