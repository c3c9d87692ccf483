package pv

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// fakeBuild is a registry.Build that knows the rows of this package and $var
// alone; script/compile brings the real one.
type fakeBuild struct {
	prog *rt.Program
	vars map[string]int
	avps map[string]rt.AVPName
	host any
}

func newBuild() *fakeBuild {
	return &fakeBuild{prog: &rt.Program{NumVars: 16, CallDepth: 10}, vars: map[string]int{}, avps: map[string]rt.AVPName{}}
}

func (b *fakeBuild) Config(string) any { return nil }
func (b *fakeBuild) Host() any         { return b.host }

func (b *fakeBuild) Const(s string) value.Value {
	v := value.FromSpan(value.Const, len(b.prog.Consts), len(s))
	b.prog.Consts = append(b.prog.Consts, s...)
	return v
}

func (b *fakeBuild) AVP(name string) rt.AVPName {
	n, ok := b.avps[name]
	if !ok {
		n = rt.AVPName(len(b.avps))
		b.avps[name] = n
	}
	return n
}

func (b *fakeBuild) VarSlot(name string) int {
	i, ok := b.vars[name]
	if !ok {
		i = len(b.vars)
		b.vars[name] = i
	}
	return i
}

func (b *fakeBuild) Flag(string) (int, bool)         { return 0, false }
func (b *fakeBuild) Route(rt.RouteKind, string) bool { return false }

func (b *fakeBuild) Define(name string) (string, bool) {
	defines := map[string]string{"ABC": "xyz", "NUM": "7", "QUOTED": `"a b"`}
	s, ok := defines[name]
	return s, ok
}

// Format takes texts of the form "text$name text" with names of letters only.
func (b *fakeBuild) Format(text string) (rt.Expr, error) {
	re := regexp.MustCompile(`\$[A-Za-z_]+(\([^)]*\))?`)
	var parts []rt.Expr
	at := 0
	for _, m := range re.FindAllStringIndex(text, -1) {
		lit := b.Const(text[at:m[0]])
		v, err := b.Var(text[m[0]+1 : m[1]])
		if err != nil {
			return nil, err
		}
		parts = append(parts, func(*rt.Ctx) value.Value { return lit }, v.Get)
		at = m[1]
	}
	lit := b.Const(text[at:])
	parts = append(parts, func(*rt.Ctx) value.Value { return lit })
	return func(c *rt.Ctx) value.Value {
		m := c.Mark()
		for _, p := range parts {
			c.AppendValue(p(c))
		}
		return c.FromMark(m)
	}, nil
}

// Var binds name, name(inner), name(inner)[index] and {transformations}.
func (b *fakeBuild) Var(spec string) (*registry.Var, error) {
	name := spec
	i := strings.IndexAny(spec, "([{")
	if i >= 0 {
		name, spec = spec[:i], spec[i:]
	} else {
		spec = ""
	}
	inner, index := "", ""
	if strings.HasPrefix(spec, "(") {
		end := closer(spec, '(', ')')
		inner, spec = spec[1:end], spec[end+1:]
	}
	if strings.HasPrefix(spec, "[") {
		end := closer(spec, '[', ']')
		index, spec = spec[1:end], spec[end+1:]
	}
	v, err := b.bind(name, inner, index)
	for err == nil && strings.HasPrefix(spec, "{") {
		end := closer(spec, '{', '}')
		v, err = b.transform(v, spec[1:end])
		spec = spec[end+1:]
	}
	return v, err
}

func closer(s string, open, end byte) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic("unbalanced " + s)
}

func (b *fakeBuild) bind(name, inner, index string) (*registry.Var, error) {
	switch name {
	case "var":
		slot := b.VarSlot(inner)
		return &registry.Var{Name: "var", Get: func(c *rt.Ctx) value.Value { return c.Vars[slot] },
			Set: func(c *rt.Ctx, v value.Value) bool { c.Vars[slot] = v; return true }}, nil
	case "null":
		return &registry.Var{Name: "null", Get: func(*rt.Ctx) value.Value { return undef }}, nil
	}
	for _, p := range Vars() {
		if p.Name == name {
			if p.Inner == registry.Always && inner == "" || p.Inner == registry.Never && inner != "" {
				return nil, fmt.Errorf("$%s: parentheses", name)
			}
			return p.Bind(b, inner, index)
		}
	}
	return nil, fmt.Errorf("unknown pseudo-variable %q", name)
}

func (b *fakeBuild) transform(v *registry.Var, text string) (*registry.Var, error) {
	name, rest, has := strings.Cut(text, ",")
	for _, t := range Transformations() {
		if t.Class+"."+t.Name != name {
			continue
		}
		var args []registry.TransArg
		if has {
			for _, s := range splitArgs(rest, t.MaxArgs) {
				a := registry.TransArg{Text: s}
				if strings.HasPrefix(s, "$") {
					spec := strings.TrimPrefix(s, "$")
					if strings.HasPrefix(spec, "(") {
						spec = spec[1 : len(spec)-1]
					}
					arg, err := b.Var(spec)
					if err != nil {
						return nil, err
					}
					a.Eval = arg.Get
				}
				args = append(args, a)
			}
		}
		if len(args) < t.MinArgs || len(args) > t.MaxArgs {
			return nil, fmt.Errorf("{%s}: %d arguments", name, len(args))
		}
		f, err := t.Bind(b, args)
		if err != nil {
			return nil, err
		}
		get := v.Get
		return &registry.Var{Name: v.Name, Get: func(c *rt.Ctx) value.Value { return f(c, get(c)) }}, nil
	}
	return nil, fmt.Errorf("unknown transformation %q", name)
}

// splitArgs cuts at commas outside of brackets, into n at most.
func splitArgs(s string, n int) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(s) && len(out) < n-1; i++ {
		switch s[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}

type goRegexp struct{ re *regexp.Regexp }

func (r goRegexp) Match(b []byte) bool { return r.re.Match(b) }
func (r goRegexp) Find(b []byte) []int { return r.re.FindSubmatchIndex(b) }
func (r goRegexp) NumSubexp() int      { return r.re.NumSubexp() }

func (b *fakeBuild) Regex(text string, fold bool) (registry.Matcher, error) {
	if fold {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	re.Longest()
	return goRegexp{re}, nil
}

func (b *fakeBuild) RegexCached(text []byte, fold bool) (registry.Matcher, error) {
	return b.Regex(string(text), fold)
}

// fakeEnv is a server with two sockets.
type fakeEnv struct{}

var fakeSockets = []rt.SocketInfo{
	{ID: 1, Proto: rt.ProtoUDP, Addr: netip.MustParseAddrPort("192.0.2.1:5060"), Name: "outer", AdvertiseHost: "edge.example.net", AdvertisePort: 5080},
	{ID: 2, Proto: rt.ProtoTCP, Addr: netip.MustParseAddrPort("[2001:db8::1]:5070"), Name: "inner"},
}

// fakeHosts are the sockets' addresses as text.
var fakeHosts = []string{"192.0.2.1", "2001:db8::1"}

func (fakeEnv) IsMyself(host []byte, port uint16, _ rt.Proto) bool {
	switch string(host) {
	case "192.0.2.1":
		return port == 0 || port == 5060
	case "biloxi.example.com":
		return true
	}
	return false
}
func (fakeEnv) Log(int, []byte)      {}
func (fakeEnv) LogEnabled(int) bool  { return false }
func (fakeEnv) WallClock() int64     { return testClock }
func (fakeEnv) WhileLimit() int      { return 100 }
func (fakeEnv) ServerID() int64      { return 42 }
func (fakeEnv) ConnID(*rt.Ctx) int64 { return 0 }

// testClock is Tue Nov 14 22:13:20 UTC 2023 and 123,456 microseconds.
const testClock = 1700000000_123456000

func (fakeEnv) FindSocket(proto rt.Proto, host []byte, port uint16) (rt.SocketInfo, bool) {
	for i, s := range fakeSockets {
		if (proto == rt.ProtoNone || proto == s.Proto) && (port == 0 || port == s.Addr.Port()) && string(host) == fakeHosts[i] {
			return s, true
		}
	}
	return rt.SocketInfo{}, false
}

func (fakeEnv) NamedSocket(name []byte) (rt.SocketInfo, bool) {
	for _, s := range fakeSockets {
		if string(name) == s.Name {
			return s, true
		}
	}
	return rt.SocketInfo{}, false
}

func (fakeEnv) Socket(id int32) (rt.SocketInfo, bool) {
	if id < 1 || int(id) > len(fakeSockets) {
		return rt.SocketInfo{}, false
	}
	return fakeSockets[id-1], true
}

func (fakeEnv) ReceiveSocket(proto rt.Proto, dst netip.AddrPort) (rt.SocketInfo, bool) {
	for _, s := range fakeSockets {
		if s.Proto == proto && s.Addr == dst {
			return s, true
		}
	}
	return rt.SocketInfo{}, false
}

// newCtx is a context for a message that arrived on the first socket.
func newCtx(t testing.TB, b *fakeBuild, msg string) *rt.Ctx {
	t.Helper()
	c := &rt.Ctx{Env: fakeEnv{}}
	load(c, b, []byte(msg))
	if !c.Index.IsRequest() && !strings.HasPrefix(msg, "SIP/2.0") {
		t.Fatalf("the test message did not parse: %.40q", msg)
	}
	return c
}

func load(c *rt.Ctx, b *fakeBuild, msg []byte) sipparse.Err {
	c.Reset(b.prog, msg)
	err := sipparse.Parse(msg, &c.Index)
	c.Src = netip.MustParseAddrPort("198.51.100.7:5066")
	c.Dst = netip.MustParseAddrPort("192.0.2.1:5060")
	c.Proto = rt.ProtoUDP
	c.Route = rt.RequestRoute
	return err
}

// show is a value as tests write it: <null> for undefined.
func show(c *rt.Ctx, v value.Value) string {
	if v.IsUndef() {
		return "<null>"
	}
	return string(c.Text(v))
}

// mustVar binds a variable given with its leading $.
func mustVar(t testing.TB, b *fakeBuild, spec string) *registry.Var {
	t.Helper()
	spec = strings.TrimPrefix(spec, "$")
	if strings.HasPrefix(spec, "(") {
		spec = spec[1 : len(spec)-1]
	}
	v, err := b.Var(spec)
	if err != nil {
		t.Fatalf("$%s: %v", spec, err)
	}
	return v
}

// crlf makes a message of text with plain line ends.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
