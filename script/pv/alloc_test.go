package pv

import (
	"bytes"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// everySpec is one use of every variable.
func everySpec() []string {
	inner := map[string][]string{
		"hdr": {"X-Test", "From", "*", "$var(a)"}, "hdrc": {"Via"}, "hfl": {"Via"}, "hflc": {"Via"},
		"expires": {"min", "max"}, "sbranch": {"uri", "dst_uri", "path", "q", "send_socket", "flags", "ruid", "count"}, "branch": {"uri", "dst_uri", "path", "q", "send_socket", "flags", "ruid", "count"},
		"TV": {"s", "u", "Sn"}, "time": {"hour", "isdst"}, "utime": {"sec", "min", "mday", "mon", "year", "wday", "yday"},
		"timef": {"%c %U %V %p"}, "utimef": {"%Y-%m-%d %H:%M:%S %z"}, "version": {"num", "full"}, "env": {"PATH"}, "def": {"ABC"}, "defn": {"NUM"},
		"C": {"xg"}, "K": {"IPv4"}, "_s": {"a$rU-$si"}, "cnt": {"$avp(x)", "$xavp(x)"}, "msg": {"buf", "len", "body", "hdrs", "fline", "fpart", "lpart", "body_len", "hdrs_len"},
		"nh": {"u", "U", "d", "p", "P"}, "msgbuf": {"0", "$var(a)"}, "Mf": {"1"}, "Sf": {"0"}, "Bf": {"31"}, "envn": {"PATH"},
		"snd": {"ip", "port"}, "sndfrom": {"af", "sproto"}, "sndto": {"ip", "len", "proto"},
		"via0": {"host", "port", "proto", "protoid", "branch", "rport", "received", "params"}, "via1": {"host", "received"}, "viaZ": {"port"},
		"shv": {"alloc_test"}, "xavp": {"a", "a=>b", "a[1]=>c[0]"}, "xavi": {"A=>B"}, "xavu": {"x"},
	}
	index := map[string][]string{"hdr": {"-1", "*"}, "hfl": {"1", "-1", "*"}, "branch": {"-1"}, "ai": {"1"}}
	var specs []string
	for _, p := range Vars() {
		uses := []string{p.Name}
		if p.Inner == registry.Always {
			uses = nil
			for _, in := range inner[p.Name] {
				uses = append(uses, p.Name+"("+in+")")
			}
		}
		for _, u := range uses {
			specs = append(specs, u)
			for _, i := range index[p.Name] {
				specs = append(specs, u+"["+i+"]")
			}
		}
	}
	return specs
}

// literal is a matcher that finds a text, without allocating.
type literal struct{ text []byte }

func (m literal) Match(b []byte) bool { return bytes.Contains(b, m.text) }
func (m literal) Find(b []byte) []int { return m.FindInto(nil, b) }
func (m literal) NumSubexp() int      { return 0 }
func (m literal) FindInto(dst []int, b []byte) []int {
	i := bytes.Index(b, m.text)
	if i < 0 {
		return nil
	}
	return append(dst, i, i+len(m.text))
}

// literalBuild compiles regular expressions as literals.
type literalBuild struct{ *fakeBuild }

func (literalBuild) Regex(text string, _ bool) (registry.Matcher, error) {
	return literal{[]byte(text)}, nil
}

func checkAllocs(t *testing.T, name string, c *rt.Ctx, get rt.Expr) {
	t.Helper()
	run := func() {
		m := c.Mark()
		get(c)
		c.Truncate(m)
	}
	run() // the arena grows once
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%s: %.0f allocations", name, n)
	}
}

func TestNoGetterAllocates(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range allMessages {
		b := newBuild()
		c := newCtx(t, b, m.text)
		c.Append(make([]byte, 1<<16))
		c.Vars[b.VarSlot("a")] = c.NewString([]byte("X-Test"))
		for _, u := range []string{"sip:one@r.example.com", "sip:two@r.example.com"} {
			c.AppendBranch(rt.Branch{URI: textValue(c, u), Q: 500, Socket: 1})
		}
		c.SendSocket = 1
		mustVar(t, b, "xavp(a=>b)").Set(c, value.FromInt(1))
		mustVar(t, b, "shv(alloc_test)").Set(c, textValue(c, "some text"))
		for _, spec := range everySpec() {
			v := mustVar(t, b, spec)
			seen[spec] = true
			checkAllocs(t, "$"+spec+" of "+m.name, c, v.Get)
		}
		for _, k := range Keywords() {
			checkAllocs(t, k.Name+" of "+m.name, c, k.Get)
			if k.Myself != nil {
				checkAllocs(t, k.Name+"==myself of "+m.name, c, func(c *rt.Ctx) value.Value { return value.FromBool(k.Myself(c)) })
			}
		}
		for _, r := range selectRows {
			x, err := bindPath(b, r.path)
			if err != nil {
				t.Fatal(err)
			}
			checkAllocs(t, r.path+" of "+m.name, c, x)
		}
	}
	for _, p := range Vars() {
		used := false
		for s := range seen {
			used = used || s == p.Name || len(s) > len(p.Name) && s[:len(p.Name)] == p.Name && s[len(p.Name)] == '('
		}
		if !used {
			t.Errorf("$%s is not in the test", p.Name)
		}
	}
}

func TestNoTransformationAllocates(t *testing.T) {
	b := newBuild()
	b.prog.NumVars = len(transTexts) + 3
	c := newCtx(t, b, optionsMsg)
	setTransVars(c, b)
	c.Append(make([]byte, 1<<16))
	for _, r := range transRows {
		if r.trans[:2] == "re" {
			continue // the matcher of this test allocates
		}
		v := mustVar(t, b, "var("+r.name+"){"+r.trans+"}")
		checkAllocs(t, "{"+r.trans+"} of "+r.name, c, v.Get)
	}
	f, err := bindSubst(literalBuild{b}, []registry.TransArg{{Text: "/b/[\\0]/g"}})
	if err != nil {
		t.Fatal(err)
	}
	v := c.NewString([]byte("abcabc"))
	checkAllocs(t, "{re.subst}", c, func(c *rt.Ctx) value.Value { return f(c, v, c.Bytes(v)) })
}

func TestNoAssignmentAllocates(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, inviteMsg)
	c.Append(make([]byte, 1<<16))
	texts := map[string]value.Value{
		"ru": textValue(c, "sip:bob@host.example.com"), "rU": textValue(c, "carol"), "rd": textValue(c, "d.example.com"), "rp": textValue(c, "5071"),
		"du": textValue(c, "sip:next.example.com;transport=tcp"), "fs": textValue(c, "udp:192.0.2.1:5060"), "mf": value.FromInt(7),
		"shv(alloc_set)": textValue(c, "text"),
	}
	for spec, v := range texts {
		w := mustVar(t, b, spec)
		checkAllocs(t, "$"+spec+" =", c, func(c *rt.Ctx) value.Value {
			uri := c.NewURI
			if !w.Set(c, v) {
				t.Errorf("$%s was refused", spec)
			}
			c.NewURI = uri // the arena is taken back after each run
			return undef
		})
	}
}

func BenchmarkVariables(b *testing.B) {
	for _, spec := range []string{"ru", "rU", "fd", "si", "hdr(X-Test)", "hdr(Contact)", "var(uri){uri.user}", "var(pr){param.value,c}"} {
		b.Run(spec, func(b *testing.B) {
			build := newBuild()
			build.prog.NumVars = len(transTexts) + 3
			v := mustVar(b, build, spec)
			c := newCtx(b, build, inviteMsg)
			setTransVars(c, build)
			m := c.Mark()
			b.ReportAllocs()
			for b.Loop() {
				v.Get(c)
				c.Truncate(m)
			}
		})
	}
}
