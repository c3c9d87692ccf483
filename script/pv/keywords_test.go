package pv

import (
	"net/netip"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
)

func keyword(t *testing.T, name string) registry.Keyword {
	t.Helper()
	for _, k := range Keywords() {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no keyword %s", name)
	return registry.Keyword{}
}

func TestKeywordsReadTheMessage(t *testing.T) {
	for _, r := range []struct{ name, msg, want string }{
		{"method", inviteMsg, "INVITE"}, {"method", replyMsg, "INVITE"},
		{"uri", optionsMsg, "sip:host.example.com"}, {"from_uri", optionsMsg, "sip:a@b.example.com"}, {"to_uri", optionsMsg, "sip:t.example.com"},
		{"src_ip", optionsMsg, "198.51.100.7"}, {"dst_ip", optionsMsg, "192.0.2.1"}, {"src_port", optionsMsg, "5066"}, {"dst_port", optionsMsg, "5060"},
		{"proto", optionsMsg, "1"}, {"af", optionsMsg, "2"}, {"status", replyMsg, "180"}, {"status", optionsMsg, "<null>"},
		{"msg:len", optionsMsg, "182"}, {"uri:host", inviteMsg, "biloxi.example.com"}, {"uri:port", inviteMsg, "5070"}, {"uri:port", registerMsg, "5061"},
		{"from_uri", brokenMsg, "<null>"},
	} {
		c := newCtx(t, newBuild(), r.msg)
		if got := show(c, keyword(t, r.name).Get(c)); got != r.want {
			t.Errorf("%s: got %q, want %q", r.name, got, r.want)
		}
	}
}

// Cookbook "status": in a request route, the last reply sent for the request.
func TestStatusInARequestIsTheLastReplySent(t *testing.T) {
	c := newCtx(t, newBuild(), inviteMsg)
	c.LastReply = 404
	if got := show(c, keyword(t, "status").Get(c)); got != "404" {
		t.Errorf("got %q", got)
	}
}

func TestMessageLengthInSendRouteIsTheOneOnTheWire(t *testing.T) {
	c := newCtx(t, newBuild(), inviteMsg)
	c.Route, c.SendLen = rt.SendRoute, 1234
	if got := show(c, keyword(t, "msg:len").Get(c)); got != "1234" {
		t.Errorf("got %q", got)
	}
}

// The port of a URI without one is 5060, so that a server on another port is
// not meant by it.
func TestMyselfComparesHostAndPort(t *testing.T) {
	for _, r := range []struct {
		uri  string
		want bool
	}{
		{"sip:192.0.2.1", true}, {"sip:192.0.2.1:5060", true}, {"sip:192.0.2.1:5070", false}, {"sips:192.0.2.1", false},
		{"sip:192.0.2.1;transport=tcp", true}, {"sip:x@biloxi.example.com:99", true}, {"sip:elsewhere.example.com", false}, {"tel:+1", false},
	} {
		c := newCtx(t, newBuild(), inviteMsg)
		if !c.SetURI(textValue(c, r.uri)) {
			t.Fatalf("%s was refused", r.uri)
		}
		if got := keyword(t, "uri").Myself(c); got != r.want {
			t.Errorf("%s: got %v, want %v", r.uri, got, r.want)
		}
	}
	c := newCtx(t, newBuild(), inviteMsg)
	if !keyword(t, "dst_ip").Myself(c) || keyword(t, "src_ip").Myself(c) {
		t.Error("dst_ip is ours and src_ip is not")
	}
	if !keyword(t, "to_uri").Myself(c) || keyword(t, "from_uri").Myself(c) {
		t.Error("to_uri is ours and from_uri is not")
	}
}

func TestSendKeywordsAreForSendRoute(t *testing.T) {
	c := newCtx(t, newBuild(), inviteMsg)
	c.Route = rt.SendRoute
	c.SendTo, c.SendFrom, c.SendProto = netip.MustParseAddrPort("[2001:db8::7]:5062"), netip.MustParseAddrPort("192.0.2.1:5060"), rt.ProtoTCP
	for name, want := range map[string]string{
		"to_ip": "2001:db8::7", "to_port": "5062", "snd_ip": "192.0.2.1", "snd_port": "5060", "snd_proto": "2", "snd_af": "10",
	} {
		k := keyword(t, name)
		if k.Routes != rt.SendRoute {
			t.Errorf("%s is allowed in %s", name, k.Routes)
		}
		if got := show(c, k.Get(c)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
