package pv

import (
	"strings"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// parsePath takes a select apart as script/compile does: names, ["text"], [n].
func parsePath(s string) []registry.SelectStep {
	var path []registry.SelectStep
	s = strings.TrimPrefix(s, "@")
	for s != "" {
		switch {
		case s[0] == '.':
			s = s[1:]
		case strings.HasPrefix(s, `["`):
			end := strings.Index(s, `"]`)
			path = append(path, registry.SelectStep{IsArg: true, Arg: s[2:end]})
			s = s[end+2:]
		case s[0] == '[':
			end := strings.Index(s, "]")
			n, _ := value.ParseInt([]byte(s[1:end]))
			path = append(path, registry.SelectStep{IsArg: true, Arg: s[1:end], IsInt: true, Num: n})
			s = s[end+1:]
		default:
			end := strings.IndexAny(s, ".[")
			if end < 0 {
				end = len(s)
			}
			path = append(path, registry.SelectStep{Name: s[:end]})
			s = s[end:]
		}
	}
	return path
}

// bindPath finds the row with the longest prefix and binds it.
func bindPath(b registry.Build, text string) (rt.Expr, error) {
	path := parsePath(text)
	var best *registry.Select
	rows := Selects()
	name := ""
	for i, st := range path {
		if st.IsArg {
			break
		}
		if i > 0 {
			name += "."
		}
		name += st.Name
		for j := range rows {
			if rows[j].Prefix == name {
				best = &rows[j]
			}
		}
	}
	if best == nil {
		return nil, errIndex
	}
	return best.Bind(b, path)
}

// selectRows hold what Kamailio 5.6.3 gives for the INVITE, and what the
// documentation says where it is known to be wrong (@contact picks its last).
var selectRows = []struct{ path, want string }{
	{"@ruri", "sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr"},
	{"@ruri.host", "biloxi.example.com"}, {"@ruri.user", "+4930123"}, {"@ruri.port", "5070"}, {"@ruri.pwd", "secret"},
	{"@ruri.hostport", "biloxi.example.com:5070"}, {"@ruri.params", "transport=tcp;user=phone;lr"},
	{"@ruri.params.transport", "tcp"}, {`@ruri.params["user"]`, "phone"}, {"@ruri.params.lr", ""}, {"@ruri.params.nope", "<null>"},
	{"@ruri.type", "sip"},
	{"@from", `"Alice \"A\" Smith" <sip:alice:pw@atlanta.example.com;transport=tls>;tag=1928301774;foo=bar`},
	{"@from.uri", "sip:alice:pw@atlanta.example.com;transport=tls"}, {"@from.uri.host", "atlanta.example.com"},
	{"@from.name", `"Alice \"A\" Smith"`}, {"@from.tag", "1928301774"}, {`@from.params["foo"]`, "bar"}, {"@from.params.foo", "bar"},
	{"@f.tag", "1928301774"}, {"@to.tag", "totag1"}, {"@to.uri.user", "bob"}, {"@to.uri.params.user", "phone"},
	{"@contact.uri", "sip:alice@pc33.example.com:5066;ob"}, {"@contact.q", "0.7"}, {"@contact.expires", "300"},
	{"@contact.uri.params.ob", ""}, {"@contact.uri.params.maddr", "<null>"},
	{"@via", "SIP/2.0/UDP pc33.example.com:5066;branch=z9hG4bK776asdhds;rport;alias"},
	{"@via[1].host", "pc33.example.com"}, {"@via.host", "pc33.example.com"}, {"@via[1].port", "5066"}, {"@via[2].received", "192.0.2.99"},
	{"@via[1].branch", "z9hG4bK776asdhds"}, {"@via.name", "SIP"}, {"@via[1].version", "2.0"}, {"@via.comment", "<null>"}, {"@via[1].rport", ""}, {"@via[1].alias", ""}, {"@via[1].transport", "UDP"},
	{"@via[3]", "SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bKx"}, {"@via[-1].port", "5080"}, {"@via[-2].transport", "TCP"},
	{"@via[9]", "<null>"}, {`@via[1].params["branch"]`, "z9hG4bK776asdhds"},
	{"@cseq", "314159 INVITE"}, {"@cseq.num", "314159"}, {"@cseq.method", "INVITE"}, {"@call_id", "a84b4c76e66710@pc33.example.com"},
	{"@method", "INVITE"}, {"@event", "presence"},
	{"@record_route.uri", "sip:rr1.example.com;lr;did=1.2"}, {"@rr.uri.params.did", "1.2"}, {"@route.uri.host", "p1.example.com"}, {"@route[2].uri.host", "p2.example.com"},
	{"@msg.event", "presence;id=7"}, {"@msg.supported", "100rel, timer"}, {"@msg.x_test", "one"}, {"@msg.x_test[2]", "two, three"},
	{`@msg.header["X-Test"]`, "one"}, {"@msg.header.x_test", "one"}, {`@msg["X-Test"]`, "one"}, {`@msg.header["SER-Server-ID"]`, "<null>"},
	{"@msg.body", "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n"}, {"@msg.body_sdp", "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n"},
	{"@msg.p_asserted_identity.nameaddr.uri.user", "alice-pai"}, {"@msg.p_asserted_identity.nameaddr", `"Alice PAI" <sip:alice-pai@pai.example.com>`},
	{"@msg.diversion.params.reason", "user-busy"}, {"@msg.type", "1"},
	{"@msg.first_line", "INVITE sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr SIP/2.0"},
	{"@hf_value.x_test", "one,two,three"}, {"@hf_value.x_test[2]", "two"}, {"@hf_value.x_test[-1]", "three"}, {`@hf_value["X-Test"]`, "one,two,three"},
	{"@hf_value.diversion.uri", "sip:div@div.example.com"}, {"@hf_value.diversion.name", "Div"}, {"@hf_value.diversion.reason", "user-busy"},
	{"@hf_value.contact[1].uri.host", "pc33.example.com"}, {"@hf_value.contact[2].uri", "sip:alice2@other.example.com"},
	{"@hf_value.event.p.id", "7"}, {`@hf_value.event.param["id"]`, "7"}, {"@hf_value.nope", "<null>"},
	{"@hf_value2.proxy_authorization.realm", "proxyrealm"},
	{`@hf_value_exists["X-Test"].two`, "1"}, {"@hf_value_exists.supported.timer", "1"}, {"@hf_value_exists.supported.foo", "0"},
	{`@authorization["Real m"].username`, "alice@dom.example.com"}, {`@authorization["Real m"].username.user`, "alice"},
	{`@authorization["Real m"].username.domain`, "dom.example.com"}, {`@authorization["Real m"].nonce`, "n0nce"}, {`@authorization["nope"].nonce`, "<null>"},
	{`@proxy_authorization["proxyrealm"].response`, "pr"},
	{"@src.ip", "198.51.100.7"}, {"@src.port", "5066"}, {"@src.ip_port", "198.51.100.7:5066"}, {"@dst.ip_port", "192.0.2.1:5060"},
	{"@received.proto", "udp"}, {"@received.ip", "192.0.2.1"}, {"@received.proto_ip_port", "udp:192.0.2.1:5060"},
	{"@subject", "<null>"}, {"@user_agent", "SoftPhone/1.0 (x)"}, {"@expires", "1800"},
	{"@rpid.uri", "sip:rpid@rp.example.com"}, {"@via[-1].host", "[2001:db8::1]"},
	{"@dst_uri.host", "<null>"}, {"@next_hop.host", "biloxi.example.com"}, {"@sys.server_id", "42"}, {"@sys.now", "1700000000"},
}

func TestSelectsReadWhatTheReferenceReads(t *testing.T) {
	for _, r := range selectRows {
		b := newBuild()
		x, err := bindPath(b, r.path)
		if err != nil {
			t.Errorf("%s: %v", r.path, err)
			continue
		}
		c := newCtx(t, b, inviteMsg)
		if got := show(c, x(c)); got != r.want {
			t.Errorf("%s: got %q, want %q", r.path, got, r.want)
		}
	}
}

func TestSelectsThatDoNotExistAreRefusedAtStart(t *testing.T) {
	b := newBuild()
	for _, path := range []string{"@ruri.hots", "@from.uri.user.x", "@via[0]", "@via.nope", "@cseq.x", "@sys.now.mars", "@hf_value", "@authorization[\"x\"].nonsense", "@method.x"} {
		if _, err := bindPath(b, path); err == nil {
			t.Errorf("%s was taken", path)
		}
	}
}
