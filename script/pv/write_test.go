package pv

import (
	"strings"
	"testing"

	"sipedge/script/rt"
	"sipedge/script/value"
)

// textValue is a string in the context's arena.
func textValue(c *rt.Ctx, s string) value.Value { return c.NewString([]byte(s)) }

// assign sets one variable and reads another.
func TestAssignmentsChangeTheRequest(t *testing.T) {
	const long = "sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr"
	rows := []struct {
		spec string
		set  any // string, int or nil
		ok   bool
		read string
		want string
	}{
		{"$ru", "sip:new@h.example.com", true, "$ru", "sip:new@h.example.com"},
		{"$ru", "tel:+1", true, "$rU", "+1"},
		{"$ru", "sip:", false, "$ru", long},
		{"$ru", "garbage", false, "$ru", long},
		{"$ru", "sip:a b@h", false, "$ru", long},
		{"$ru", "sip:a@b\r\nX: y", false, "$ru", long},
		{"$ru", "sip:a@b\x00", false, "$ru", long},
		{"$ru", "sip:a@b>", false, "$ru", long},
		{"$ru", "", false, "$ru", long},
		{"$ru", nil, false, "$ru", long},
		{"$ru", 5, false, "$ru", long},
		{"$rU", "bob", true, "$ru", "sip:bob:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr"},
		{"$rU", 123, false, "$rU", "+4930123"},
		{"$rU", nil, true, "$ru", "sip:biloxi.example.com:5070;transport=tcp;user=phone;lr"},
		{"$rU", "", true, "$ru", "sip:biloxi.example.com:5070;transport=tcp;user=phone;lr"},
		{"$rU", "a b", false, "$ru", long},
		{"$rU", "a@b", false, "$ru", long},
		{"$rU", "a:b", false, "$ru", long},
		{"$rd", "d.example.com", true, "$ru", "sip:+4930123:secret@d.example.com:5070;transport=tcp;user=phone;lr"},
		{"$rd", "d.example.com:99", false, "$ru", long},
		{"$rd", "[::1]", true, "$rd", "[::1]"},
		{"$rd", "::1", true, "$rd", "[::1]"},
		{"$rd", "1.2.3.4", true, "$rd", "1.2.3.4"},
		{"$rd", "", false, "$ru", long},
		{"$rd", nil, false, "$ru", long},
		{"$rd", "a;b", false, "$rd", "biloxi.example.com"},
		{"$rp", "7777", true, "$ru", "sip:+4930123:secret@biloxi.example.com:7777;transport=tcp;user=phone;lr"},
		{"$rp", 7777, true, "$rp", "7777"},
		{"$rp", nil, true, "$ru", "sip:+4930123:secret@biloxi.example.com;transport=tcp;user=phone;lr"},
		{"$rp", "", true, "$rp", "5060"},
		{"$rp", "abc", false, "$rp", "5070"},
		{"$rp", 99999, false, "$rp", "5070"},
		{"$du", "sip:x.example.com:1;transport=tls", true, "$dP", "tls"},
		{"$du", "sip:x.example.com:1;transport=tls", true, "$dp", "1"},
		{"$du", "sip:x.example.com", true, "$dd", "x.example.com"},
		{"$du", "sip:x.example.com", true, "$dp", "5060"},
		{"$du", "garbage", false, "$du", "<null>"},
		{"$du", "", true, "$du", "<null>"},
		{"$du", nil, true, "$du", "<null>"},
		{"$fs", "udp:192.0.2.1:5060", true, "$fs", "udp:192.0.2.1:5060"},
		{"$fs", "192.0.2.1", true, "$fs", "udp:192.0.2.1:5060"},
		{"$fs", "tcp:[2001:db8::1]:5070", true, "$fs", "tcp:[2001:db8::1]:5070"},
		{"$fs", "tcp:[2001:db8::1]:5070", true, "$fsn", "inner"},
		{"$fs", "udp:203.0.113.9:1", false, "$fs", "<null>"},
		{"$fs", "udp:[::1", false, "$fs", "<null>"},
		{"$fs", nil, true, "$fs", "<null>"},
		{"$fsn", "inner", true, "$fs", "tcp:[2001:db8::1]:5070"},
		{"$fsn", "none", false, "$fs", "<null>"},
		{"$br", "sip:b@r.example.com", true, "$br", "sip:b@r.example.com"},
		{"$br", "sip:b@r.example.com", true, "$branch(count)", "1"},
		{"$br", "sip:b@r.example.com", true, "$ds", "Contact: <sip:b@r.example.com>"},
		{"$br", "b b", false, "$branch(count)", "<null>"},
		{"$br", nil, false, "$branch(count)", "<null>"},
		{"$mf", 5, true, "$mF", "00000005"},
		{"$mf", "7", false, "$mf", "0"},
		{"$mf", -1, true, "$mf", "4294967295"},
		{"$mF", 16, true, "$mf", "16"},
		{"$mf", nil, true, "$mf", "0"},
		{"$sf", 3, true, "$sF", "00000003"},
		{"$bf", 255, true, "$bF", "000000ff"},
		{"$shv(x)", 12, true, "$shv(x)", "12"},
		{"$shv(x)", "text", true, "$shv(x)", "text"},
		{"$shv(x)", nil, true, "$shv(x)", "0"},
	}
	for _, r := range rows {
		b := newBuild()
		w, g := mustVar(t, b, r.spec), mustVar(t, b, r.read)
		c := newCtx(t, b, inviteMsg)
		v := undef
		switch x := r.set.(type) {
		case string:
			v = textValue(c, x)
		case int:
			v = value.FromInt(int64(x))
		}
		if ok := w.Set(c, v); ok != r.ok {
			t.Errorf("%s = %v: got %v, want %v", r.spec, r.set, ok, r.ok)
		}
		if got := show(c, g.Get(c)); got != r.want {
			t.Errorf("%s after %s = %v: got %q, want %q", r.read, r.spec, r.set, got, r.want)
		}
	}
}

func TestBranchAttributesAreReadAndWritten(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, inviteMsg)
	set := func(spec string, v value.Value) bool { return mustVar(t, b, spec).Set(c, v) }
	get := func(spec string) string { return show(c, mustVar(t, b, spec).Get(c)) }
	for _, u := range []string{"sip:one@r.example.com", "sip:two@r.example.com"} {
		if !set("$br", textValue(c, u)) {
			t.Fatalf("$br = %s was refused", u)
		}
	}
	if got := get("$bR"); got != "sip:one@r.example.com, sip:two@r.example.com" {
		t.Errorf("$bR: %q", got)
	}
	if !set("$(branch(q)[1])", textValue(c, "0.75")) || get("$(branch(q)[-1])") != "750" {
		t.Errorf("q of the second branch: %q", get("$(branch(q)[-1])"))
	}
	if !set("$(branch(q)[0])", value.FromInt(500)) || get("$br") != "<sip:one@r.example.com>;q=0.5" || !set("$(branch(q)[0])", undef) {
		t.Errorf("thousandths: %q", get("$br"))
	}
	if set("$(branch(q)[1])", value.FromInt(1001)) || set("$(branch(q)[1])", value.FromInt(-1)) {
		t.Error("a number above 1000 or below 0 was taken")
	}
	if set("$(branch(q)[1])", textValue(c, "1.5")) || set("$(branch(q)[1])", textValue(c, "x")) {
		t.Error("a q value above 1 or a word was taken")
	}
	if got := get("$ds"); got != "Contact: <sip:one@r.example.com>, <sip:two@r.example.com>;q=0.75" {
		t.Errorf("$ds: %q", got)
	}
	if !set("$(branch(send_socket)[0])", textValue(c, "192.0.2.1:5060")) || get("$branch(send_socket)") != "udp:192.0.2.1:5060" {
		t.Errorf("send_socket: %q", get("$branch(send_socket)"))
	}
	if !set("$branch(flags)", value.FromInt(6)) || get("$branch(flags)") != "6" {
		t.Error("flags")
	}
	if set("$(branch(uri)[0])", textValue(c, "not a uri")) {
		t.Error("a text that is no URI was taken for a branch")
	}
	if set("$(branch(uri)[7])", textValue(c, "sip:x@y")) {
		t.Error("a branch that is not there was written")
	}
	if !set("$branch(uri)", undef) || get("$branch(count)") != "1" || get("$br") != "<sip:two@r.example.com>;q=0.75" {
		t.Errorf("after dropping the first: %q of %s", get("$br"), get("$branch(count)"))
	}
}

func TestBranchesAreBounded(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, inviteMsg)
	br := mustVar(t, b, "$br")
	n := 0
	for br.Set(c, textValue(c, "sip:x@y.example.com")) {
		n++
	}
	if n != rt.MaxBranches {
		t.Errorf("%d branches were taken, want %d", n, rt.MaxBranches)
	}
}

func TestXAVPsAreStacksOfStructures(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, optionsMsg)
	steps := []struct {
		spec string
		set  any
		ok   bool
		want string // "read=value read=value"
	}{
		{"$xavp(a)", "x", true, "$xavp(a)=x $xavp(a[1])=<null>"},
		{"$xavp(a)", "y", true, "$xavp(a)=y $xavp(a[1])=x $cnt($xavp(a))=2"},
		{"$xavp(a[0])", "z", true, "$xavp(a)=z $xavp(a[1])=x $cnt($xavp(a))=2"},
		{"$xavp(a[5])", "q", false, "$cnt($xavp(a))=2"},
		{"$xavp(a=>b)", 1, true, "$xavp(a=>b)=1 $xavp(a[1])=z $cnt($xavp(a))=3"},
		{"$xavp(a=>c)", 2, true, "$xavp(a=>b)=<null> $xavp(a[1]=>b)=1 $xavp(a=>c)=2 $cnt($xavp(a))=4"},
		{"$xavp(a[0]=>d)", 3, true, "$xavp(a=>d)=3 $xavp(a=>c)=2"},
		{"$xavp(a[0]=>d)", 4, true, "$xavp(a=>d)=4 $xavp(a=>d[1])=3"},
		{"$xavp(a[0]=>d[0])", 5, true, "$xavp(a=>d)=5 $xavp(a=>d[1])=3"},
		{"$xavp(a[2]=>f)", 7, false, "$xavp(a[2])=z"},
		{"$xavp(a[0]=>d)", nil, true, "$xavp(a=>d)=3"},
		{"$xavp(a[0])", nil, true, "$xavp(a=>b)=1 $cnt($xavp(a))=3"},
		{"$xavp(a[*])", nil, true, "$xavp(a)=<null> $cnt($xavp(a))=0"},
		{"$xavp(n[0]=>x)", 1, false, "$xavp(n)=<null>"},
		{"$xavu(u)", 1, true, "$xavu(u)=1"},
		{"$xavu(u)", 2, true, "$xavu(u)=2 $xavu(u[1])=<null>"},
		{"$xavu(u=>k)", 3, true, "$xavu(u=>k)=3"},
		{"$xavu(u=>k)", 4, true, "$xavu(u=>k)=4 $xavu(u=>k[1])=<null>"},
		{"$xavu(u)", nil, true, "$xavu(u=>k)=<null>"},
		{"$xavi(Ab=>Cd)", 5, true, "$xavi(aB=>cD)=5 $xavp(ab=>cd)=<null>"},
	}
	for _, s := range steps {
		v := undef
		switch x := s.set.(type) {
		case string:
			v = textValue(c, x)
		case int:
			v = value.FromInt(int64(x))
		}
		if ok := mustVar(t, b, s.spec).Set(c, v); ok != s.ok {
			t.Errorf("%s = %v: got %v, want %v", s.spec, s.set, ok, s.ok)
		}
		for _, w := range strings.Fields(s.want) {
			at := strings.LastIndex(w, "=")
			if got := show(c, mustVar(t, b, w[:at]).Get(c)); got != w[at+1:] {
				t.Errorf("%s after %s = %v: got %q, want %q", w[:at], s.spec, s.set, got, w[at+1:])
			}
		}
	}
}

func TestSharedVariablesSurviveTheMessageAndTheProgram(t *testing.T) {
	host := &liveHost{}
	first, second := newBuild(), newBuild()
	first.host, second.host = host, host
	c := newCtx(t, first, optionsMsg)
	if !mustVar(t, first, "$shv(count)").Set(c, textValue(c, "kept")) {
		t.Fatal("the assignment was refused")
	}
	d := newCtx(t, second, inviteMsg)
	if got := show(d, mustVar(t, second, "$shv(count)").Get(d)); got != "kept" {
		t.Errorf("got %q", got)
	}
	other := newBuild()
	other.host = &liveHost{}
	if got := show(d, mustVar(t, other, "$shv(count)").Get(d)); got != "0" {
		t.Errorf("another server's variable: got %q, want 0", got)
	}
}

// liveHost keeps live state as a server does.
type liveHost struct{ state map[string]any }

func (h *liveHost) Live(key string, mk func() any) any {
	if h.state == nil {
		h.state = map[string]any{}
	}
	if h.state[key] == nil {
		h.state[key] = mk()
	}
	return h.state[key]
}

func TestUpdatedMessageCarriesTheNewURI(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, optionsMsg)
	mbu := mustVar(t, b, "$mbu")
	if got := show(c, mbu.Get(c)); got != optionsMsg {
		t.Errorf("unchanged: %q", got)
	}
	mustVar(t, b, "$rU").Set(c, textValue(c, "bob"))
	want := strings.Replace(optionsMsg, "sip:host.example.com", "sip:bob@host.example.com", 1)
	if got := show(c, mbu.Get(c)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadOnlyVariablesHaveNoWriter(t *testing.T) {
	b := newBuild()
	for _, spec := range []string{"$si", "$ft", "$rm", "$rs", "$hdr(From)", "$ou", "$dd", "$rb", "$ci"} {
		if mustVar(t, b, spec).Set != nil {
			t.Errorf("%s can be written", spec)
		}
	}
}

func TestFromAndToAreWrittenWithoutAllocation(t *testing.T) {
	b := newBuild()
	c := newCtx(t, b, inviteMsg)
	vars := []string{"$fu", "$fU", "$fd", "$fn", "$tu", "$tU", "$td", "$tn"}
	texts := []string{"sip:a@b.example", "u", "h.example", "N", "sip:a@b.example", "u", "h.example", "N"}
	for i, name := range vars {
		v, text := mustVar(t, b, name), textValue(c, texts[i])
		ok := true
		n := testing.AllocsPerRun(100, func() {
			m := c.Mark()
			ok = ok && v.Set(c, text)
			c.Edits.Reset()
			c.Truncate(m)
		})
		if n != 0 || !ok {
			t.Errorf("%s: %v allocations, taken %v", name, n, ok)
		}
	}
}
