package rt

import (
	"testing"

	"sipedge/script/value"
	"sipedge/sipparse"
)

const (
	longURI = "sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;lr?Subject=hi"
	bareURI = "sip:host.example.com"
)

// uriCtx is a context of a request for uri.
func uriCtx(t testing.TB, uri string) *Ctx {
	t.Helper()
	msg := "OPTIONS " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
	c := &Ctx{}
	c.Reset(&Program{CallDepth: 1}, []byte(msg))
	if err := sipparse.Parse(c.Msg, &c.Index); err != sipparse.OK {
		t.Fatalf("%s: %v", uri, err)
	}
	return c
}

// rewrites is what each function makes of a URI. What Kamailio 5.6.3 makes is
// the same where the result is a URI.
var rewrites = []struct {
	name string
	do   func(c *Ctx, v value.Value) bool
	uri  string
	arg  string
	ok   bool
	want string
}{
	{"seturi", (*Ctx).SetURI, longURI, "sip:z@z.example.com", true, "sip:z@z.example.com"},
	{"seturi", (*Ctx).SetURI, longURI, "sip:z@z\r\nX: y", false, longURI},
	{"setuser", (*Ctx).SetURIUser, longURI, "x", true, "sip:x:secret@biloxi.example.com:5070;transport=tcp;lr?Subject=hi"},
	{"setuser", (*Ctx).SetURIUser, longURI, "", true, "sip:biloxi.example.com:5070;transport=tcp;lr?Subject=hi"},
	{"setuser", (*Ctx).SetURIUser, bareURI, "x", true, "sip:x@host.example.com"},
	{"setuser", (*Ctx).SetURIUser, bareURI, "", true, bareURI},
	{"setuser", (*Ctx).SetURIUser, bareURI, "x@evil.example.com;", false, bareURI},
	{"setuser", (*Ctx).SetURIUser, "tel:+1;phone-context=x", "+2", true, "tel:+2;phone-context=x"},
	{"setuserpass", (*Ctx).SetURIPass, longURI, "x:y", true, "sip:x:y@biloxi.example.com:5070;transport=tcp;lr?Subject=hi"},
	{"setuserpass", (*Ctx).SetURIPass, bareURI, "x:y", true, "sip:x:y@host.example.com"},
	{"setuserpass", (*Ctx).SetURIPass, longURI, "x", true, "sip:x@biloxi.example.com:5070;transport=tcp;lr?Subject=hi"},
	{"setuserpass", (*Ctx).SetURIPass, bareURI, "x:y@z", false, bareURI},
	{"sethost", (*Ctx).SetURIHost, longURI, "h2", true, "sip:+4930123:secret@h2:5070;transport=tcp;lr?Subject=hi"},
	{"sethost", (*Ctx).SetURIHost, longURI, "h2:44", false, longURI},
	{"sethost", (*Ctx).SetURIHost, bareURI, "h2:44", true, "sip:h2:44"},
	{"sethost", (*Ctx).SetURIHost, bareURI, "[::1]", true, "sip:[::1]"},
	{"sethost", (*Ctx).SetURIHost, bareURI, "::1", true, "sip:[::1]"},
	{"sethost", (*Ctx).SetURIHost, bareURI, "h;lr", false, bareURI},
	{"sethost", (*Ctx).SetURIHost, "tel:+1", "h", true, "sip:+1@h;user=phone"},
	{"sethostport", (*Ctx).SetURIHostPort, "tel:+1;phone-context=x", "h:5070", true, "sip:+1;phone-context=x@h:5070;user=phone"},
	{"sethostport", (*Ctx).SetURIHostPort, longURI, "h3:55", true, "sip:+4930123:secret@h3:55;transport=tcp;lr?Subject=hi"},
	{"sethostport", (*Ctx).SetURIHostPort, longURI, "h3", true, "sip:+4930123:secret@h3;transport=tcp;lr?Subject=hi"},
	{"sethostport", (*Ctx).SetURIHostPort, bareURI, "[2001:db8::1]:55", true, "sip:[2001:db8::1]:55"},
	{"setport", (*Ctx).SetURIPort, longURI, "66", true, "sip:+4930123:secret@biloxi.example.com:66;transport=tcp;lr?Subject=hi"},
	{"setport", (*Ctx).SetURIPort, longURI, "", true, "sip:+4930123:secret@biloxi.example.com;transport=tcp;lr?Subject=hi"},
	{"setport", (*Ctx).SetURIPort, bareURI, "66", true, "sip:host.example.com:66"},
	{"setport", (*Ctx).SetURIPort, bareURI, "0x50", false, bareURI},
	{"setport", (*Ctx).SetURIPort, bareURI, "70000", false, bareURI},
	{"setport", (*Ctx).SetURIPort, bareURI, "-1", false, bareURI},
	{"prefix", (*Ctx).PrefixUser, longURI, "00", true, "sip:00+4930123:secret@biloxi.example.com:5070;transport=tcp;lr?Subject=hi"},
	{"prefix", (*Ctx).PrefixUser, bareURI, "00", true, "sip:00@host.example.com"},
	{"prefix", (*Ctx).PrefixUser, bareURI, "1 2", false, bareURI},
	{"prefix", (*Ctx).PrefixUser, "tel:123", "0", true, "tel:0123"},
	{"sethostporttrans", (*Ctx).SetURIHostPortTrans, bareURI, "h9:5;transport=udp", true, "sip:h9:5;transport=udp"},
	{"sethostporttrans", (*Ctx).SetURIHostPortTrans, longURI, "h9:5;transport=udp", true, "sip:+4930123:secret@h9:5;transport=udp;lr?Subject=hi"},
}

func TestRewritingKeepsTheRestOfTheURI(t *testing.T) {
	for _, r := range rewrites {
		c := uriCtx(t, r.uri)
		if ok := r.do(c, c.NewString([]byte(r.arg))); ok != r.ok {
			t.Errorf("%s(%q) of %s: got %v, want %v", r.name, r.arg, r.uri, ok, r.ok)
		}
		if got := string(c.Bytes(c.URI())); got != r.want {
			t.Errorf("%s(%q) of %s: got %q, want %q", r.name, r.arg, r.uri, got, r.want)
		}
	}
}

func TestStripTakesBytesOffTheUser(t *testing.T) {
	for _, r := range []struct {
		do   func(c *Ctx, n int64) bool
		uri  string
		n    int64
		want string
	}{
		{(*Ctx).StripUser, "sip:12345:pw@h.example.com", 2, "sip:345:pw@h.example.com"},
		{(*Ctx).StripUser, "sip:12345:pw@h.example.com", 99, "sip:h.example.com"},
		{(*Ctx).StripUser, "sip:12345@h.example.com", 0, "sip:12345@h.example.com"},
		{(*Ctx).StripUser, bareURI, 2, bareURI},
		{(*Ctx).StripUser, "tel:12345", 2, "tel:345"},
		{(*Ctx).StripTail, "sip:12345:pw@h.example.com", 2, "sip:123:pw@h.example.com"},
		{(*Ctx).StripTail, "sip:12345@h.example.com", 5, "sip:h.example.com"},
	} {
		c := uriCtx(t, r.uri)
		if !r.do(c, r.n) {
			t.Errorf("strip %d of %s was refused", r.n, r.uri)
		}
		if got := string(c.Bytes(c.URI())); got != r.want {
			t.Errorf("strip %d of %s: got %q, want %q", r.n, r.uri, got, r.want)
		}
	}
	if c := uriCtx(t, bareURI); c.StripUser(-1) {
		t.Error("a negative number was taken")
	}
}

func TestUserPhoneIsAddedOnce(t *testing.T) {
	c := uriCtx(t, longURI)
	for range 2 {
		if !c.UserPhone() {
			t.Fatal("refused")
		}
		if got, want := string(c.Bytes(c.URI())), "sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;lr;user=phone?Subject=hi"; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestRevertURIGoesBackToTheReceivedOne(t *testing.T) {
	c := uriCtx(t, longURI)
	c.SetURIUser(c.NewString([]byte("x")))
	c.RevertURI()
	if got := string(c.Bytes(c.URI())); got != longURI || !c.NewURI.IsUndef() {
		t.Errorf("got %q", got)
	}
	if u, b, err := c.ParsedURI(); err != sipparse.OK || string(u.User.Of(b)) != "+4930123" {
		t.Errorf("the parsed form is not the received one's: %v", err)
	}
}

func TestParsedURIFollowsEveryChange(t *testing.T) {
	c := uriCtx(t, longURI)
	host := func() string {
		u, b, err := c.ParsedURI()
		if err != sipparse.OK {
			return err.String()
		}
		return string(u.Host.Of(b))
	}
	for _, h := range []string{"one.example.com", "two.example.com"} {
		if !c.SetURIHost(c.NewString([]byte(h))) || host() != h {
			t.Errorf("after %s: %s", h, host())
		}
	}
	// A module may also set the URI by itself.
	c.NewURI = c.NewString([]byte("sip:three.example.com"))
	if host() != "three.example.com" {
		t.Errorf("after a direct change: %s", host())
	}
	if c.SetURIHost(c.NewString([]byte("no good"))) || host() != "three.example.com" {
		t.Errorf("after a refused change: %s", host())
	}
	// The next message may hold other bytes at the same place of the arena.
	c.Reset(c.Program(), c.Msg)
	sipparse.Parse(c.Msg, &c.Index)
	c.NewString([]byte("one.example.comtwo.example.com"))
	c.SetURIHost(c.NewString([]byte("four.example.com")))
	if host() != "four.example.com" {
		t.Errorf("after a reset: %s", host())
	}
}

func TestARefusedURITakesNoRoomInTheArena(t *testing.T) {
	c := uriCtx(t, longURI)
	v := c.NewString([]byte("a b"))
	m := c.Mark()
	if c.SetURIHost(v) || c.SetURIUser(v) || c.PrefixUser(v) || c.SetURIHostPort(v) || c.SetURIPort(v) {
		t.Fatal("a text with a space was taken")
	}
	if c.Mark() != m {
		t.Errorf("%d bytes are left", c.Mark()-m)
	}
}

func TestDestinationURIIsSIPOrNothing(t *testing.T) {
	c := uriCtx(t, longURI)
	for text, want := range map[string]bool{"sip:h.example.com;lr": true, "sips:h.example.com": true, "tel:+1": false, "h.example.com": false, "": true} {
		if got := c.SetDstURI(c.NewString([]byte(text))); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestRewritingDoesNotAllocate(t *testing.T) {
	for _, r := range rewrites {
		c := uriCtx(t, r.uri)
		v := c.NewString([]byte(r.arg))
		m := c.Mark()
		run := func() {
			c.RevertURI()
			r.do(c, v)
			c.Truncate(m)
		}
		c.Append(make([]byte, 4096))
		c.Truncate(m)
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("%s(%q): %.0f allocations", r.name, r.arg, n)
		}
	}
}

func BenchmarkSetUser(b *testing.B) {
	c := uriCtx(b, longURI)
	v := c.NewString([]byte("bob"))
	m := c.Mark()
	b.ReportAllocs()
	for b.Loop() {
		c.RevertURI()
		c.SetURIUser(v)
		c.Truncate(m)
	}
}
