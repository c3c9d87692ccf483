package pv

import (
	"testing"

	"sipedge/script/value"
)

// TestVariablesBesideTheUsualOnes: values as Kamailio 5.6.3 gives them.
func TestVariablesBesideTheUsualOnes(t *testing.T) {
	for _, tc := range []struct{ spec, msg, want string }{
		{"nh(u)", inviteMsg, "sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr"},
		{"nh(U)", inviteMsg, "+4930123"},
		{"nh(d)", inviteMsg, "biloxi.example.com"},
		{"nh(p)", inviteMsg, "5070"},
		{"nh(P)", inviteMsg, "tcp"},
		{"nh(u)", replyMsg, "sip:127.0.0.1:5999;transport=udp"},
		{"nh(d)", replyMsg, "127.0.0.1"},
		{"nh(p)", replyMsg, "5999"},
		{"nh(P)", replyMsg, "udp"},
		{"nh(U)", replyMsg, "<null>"},
		{"Mf(3)", inviteMsg, "1"},
		{"Mf(4)", inviteMsg, "0"},
		{"Sf(0)", inviteMsg, "0"},
		{"Bf(31)", inviteMsg, "1"},
		{"adc", registerMsg, "<null>"},
		{"mts", inviteMsg, "rq"},
		{"mts", replyMsg, "rp"},
		{"ouri", optionsMsg, "sip:host.example.com"},
		{"duri", optionsMsg, "<null>"},
		{"fsp", optionsMsg, "0"},
		{"msgbuf(1)", optionsMsg, "P"},
		{"msgbuf(-1)", optionsMsg, "<null>"},
		{"msgbuf(100000)", optionsMsg, "<null>"},
		{"msg(fline)", optionsMsg, "OPTIONS sip:host.example.com SIP/2.0"},
		{"msg(body_len)", inviteMsg, "29"},
		{"msg(lpart){s.len}", optionsMsg, "144"},
		{"msg(hdrs_len)", optionsMsg, "142"},
		{"msg(fpart){s.len}", optionsMsg, "180"},
		{"viaZ(host)", inviteMsg, "[2001:db8::1]"},
	} {
		b := newBuild()
		v, err := b.Var(tc.spec)
		if err != nil {
			t.Errorf("$%s: %v", tc.spec, err)
			continue
		}
		c := newCtx(t, b, tc.msg)
		c.Flags, c.BranchFlags = 1<<3, 1<<31
		got := "<null>"
		if w := v.Get(c); w.Kind() != value.Undef {
			got = string(c.Text(w))
		}
		if got != tc.want {
			t.Errorf("$%s: %q, want %q", tc.spec, got, tc.want)
		}
	}
	for _, bad := range []string{"Mf(32)", "Mf(x)", "nh(q)", "msgbuf()", "msgbuf(*)", "Bf(1)[2]"} {
		if _, err := newBuild().Var(bad); err == nil {
			t.Errorf("$%s was bound", bad)
		}
	}
}
