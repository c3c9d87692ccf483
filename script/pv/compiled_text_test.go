package pv_test

import (
	"testing"

	"sipedge/script/ast"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Within a text a transformation that gives nothing prints nothing, where a
// variable prints <null>; {s.int} prints what it was made of.
func TestTransformationsPrintAsTheReferencePrints(t *testing.T) {
	const msg = "INVITE sip:bob;npi=1@own.example.com;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP h.example.com;branch=z9hG4bK1\r\n" +
		"From: <sip:alice@a.example.com>;tag=1\r\nTo: <sip:bob@b.example.com>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" +
		"Contact: <sip:a@b>;expires=300\r\nContact: <sip:c@d>\r\nExpires: 120\r\nX-Num: 042\r\nX-List: a, b\r\nX-List: c\r\nX-Blank: x  \r\nContent-Length: 0\r\n\r\n"
	for _, tt := range []struct{ text, want string }{
		{"$hdr(None)", "<null>"},
		{"$(hdr(None){s.len})", ""},
		{"$(hdr(X-List){s.int})", ""},
		{"$(hdr(X-Num){s.int})", "042"},
		{"$(hdr(X-Num){s.int}{s.len})", "3"},
		{"$(ru{uri.port})", ""},
		{"$rU", "bob"},
		{"$hdr(X-Blank)", "x  "},
		{"$(hfl(X-List)[0])", "a, b"},
		{"$hflc(X-List)", "2"},
		{"$hflc(Contact)", "2"},
		{"$expires(min)", "120"},
		{"$expires(max)", "300"},
		{"$msg(fline)", "INVITE sip:bob;npi=1@own.example.com;user=phone SIP/2.0"},
		{"$(msg(hdrs){s.substr,-5,0})", "th: 0"},
		{"$branch(count)", "<null>"},
	} {
		prog, diags := program(t, set("avp(shown)", &ast.PV{Spec: "_s([" + tt.text + "])"}))
		if prog == nil {
			t.Errorf("%s: %s", tt.text, diags)
			continue
		}
		c := &rt.Ctx{Env: quietEnv{}}
		c.Reset(prog, []byte(msg))
		if err := sipparse.Parse(c.Msg, &c.Index); err != sipparse.OK {
			t.Fatal(err)
		}
		c.Route = rt.RequestRoute
		if _, err := c.Run(prog.Request); err != nil {
			t.Fatal(err)
		}
		if got := string(c.Bytes(c.AVP(0, 0))); got != "["+tt.want+"]" {
			t.Errorf("%s: got %q, want %q in brackets", tt.text, got, tt.want)
		}
	}
}
