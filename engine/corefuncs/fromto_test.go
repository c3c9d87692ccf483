package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestFromAndToAreWritten as Kamailio 5.6.3 writes them; where that would not be a
// header any more, as RFC 3261 wants them.
func TestFromAndToAreWritten(t *testing.T) {
	const (
		named = `"Alice" <sip:alice@a.example.com>;tag=f1`
		bare  = `sip:alice@a.example.com;tag=f1`
		rich  = `Alice L <sip:a.example.com:5070;x=y>;tag=f1`
		pass  = `"B"<sips:bob:pw@b.example.com>;tag=t9`
		phone = `<tel:+123;x=y>;tag=1`
	)
	for _, tt := range []struct{ set, from, want string }{
		{`$fu = "sip:new@n.example.org";`, named, `"Alice" <sip:new@n.example.org>;tag=f1`},
		{`$fU = "new";`, named, `"Alice" <sip:new@a.example.com>;tag=f1`},
		{`$fd = "n.org";`, named, `"Alice" <sip:alice@n.org>;tag=f1`},
		{`$fn = "New Name";`, named, `New Name <sip:alice@a.example.com>;tag=f1`},
		{`$fn = "\"New\"";`, pass, `"New"<sips:bob:pw@b.example.com>;tag=t9`},
		{`$fu = "sip:new@n.example.org";`, bare, `sip:new@n.example.org;tag=f1`},
		{`$fU = "new";`, rich, `Alice L <sip:new@a.example.com:5070;x=y>;tag=f1`},
		{`$fd = "n.org";`, rich, `Alice L <sip:n.org:5070;x=y>;tag=f1`},
		{`$fU = "new";`, pass, `"B"<sips:new:pw@b.example.com>;tag=t9`},
		{`$fd = "n.org";`, pass, `"B"<sips:bob:pw@n.org>;tag=t9`},
		{`$fU = "+456";`, phone, `<tel:+456;x=y>;tag=1`},
		{`$fd = "n.org";`, phone, phone},
		{`$fn = "New Name";`, phone, `New Name <tel:+123;x=y>;tag=1`},
		{`$fu = $null;`, named, named},
		{`$fd = $null;`, named, named},
		{`$fU = $null;`, named, `"Alice" <sip:a.example.com>;tag=f1`},
		{`$fU = $null;`, rich, rich},
		{`$fn = $null;`, named, `<sip:alice@a.example.com>;tag=f1`},
		{`$fn = $null;`, pass, `<sips:bob:pw@b.example.com>;tag=t9`},
		{`$fn = $null;`, phone, phone},
		{`$fU = 5; $fd = 5; $fu = 5; $fn = 5;`, named, named},
		{`$fU = "a"; $fd = "b";`, named, `"Alice" <sip:a@b>;tag=f1`},
		{`$fu = "sip:x@y"; $fn = "N";`, named, `N <sip:x@y>;tag=f1`},
		// Kamailio makes no header of these.
		{`$fn = "New Name";`, bare, `New Name <sip:alice@a.example.com>;tag=f1`},
		{`$fu = "sip:a@b;x=y";`, bare, `<sip:a@b;x=y>;tag=f1`},
		{`$fU = $null;`, pass, `"B"<sips:b.example.com>;tag=t9`},
		{`$fu = "not a uri"; $fu = ""; $fU = "a@b c"; $fd = "a/b"; $fn = "a\r\nX: y";`, named, named},
		{`$fU = "";`, named, `"Alice" <sip:a.example.com>;tag=f1`},
		{`$fn = "";`, named, `<sip:alice@a.example.com>;tag=f1`},
		{`$fU = "a"; $fU = "b";`, named, `"Alice" <sip:b@a.example.com>;tag=f1`},
		{`$fu = "sip:x@y"; $fU = "z";`, named, `"Alice" <sip:z@y>;tag=f1`},
		{`$fn = "a"; $fn = "b";`, named, `b <sip:alice@a.example.com>;tag=f1`},
		{`$fn = "a"; $fn = $null; $fU = "c";`, named, `<sip:c@a.example.com>;tag=f1`},
		{`$fn = "Smith, \"J\"";`, phone, `"Smith, \"J\"" <tel:+123;x=y>;tag=1`},
		// What is read is what was received.
		{`$fU = "new"; $fn = $fU;`, named, `alice <sip:new@a.example.com>;tag=f1`},
	} {
		script := "loadmodule \"textops\"\nroute { " + tt.set + " forward(\"192.0.2.20\"); }"
		for _, header := range []string{"From", "To"} {
			n := modtest.New(t, script)
			a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
			var m strings.Builder
			for _, l := range strings.SplitAfter(coretest.Request("MESSAGE", "sip:bob@192.0.2.20").String(), "\r\n") {
				if strings.HasPrefix(l, header+": ") {
					l = header + ": " + tt.from + "\r\n"
				}
				m.WriteString(l)
			}
			a.Send(m.String())
			if got := headerOf(b.Recv(), header); got != tt.want {
				t.Errorf("%s, %s: %s\ngot:  %s\nwant: %s", header, script, tt.from, got, tt.want)
			}
			script = strings.NewReplacer("$fu", "$tu", "$fU", "$tU", "$fd", "$td", "$fn", "$tn").Replace(script)
		}
	}
}

func headerOf(message, name string) string {
	for _, l := range strings.Split(message, "\r\n") {
		if v, ok := strings.CutPrefix(l, name+": "); ok {
			return v
		}
	}
	return ""
}
