package params

import (
	"fmt"
	"strings"
)

// Routing are the parameters about what happens to a message.
type Routing struct {
	CheckVia         bool
	ForceRport       bool
	SynBranch        bool
	ReplyToVia       bool
	ServerSignature  bool
	ServerHeader     string // header name and value, no line end
	UserAgentHeader  string // header name and value, no line end
	SIPWarning       bool
	Phone2Tel        bool
	MaxBranches      int64
	LocalRport       bool
	OnsendRouteReply bool
	MsgTime          int64
	XavpViaParams    string
	XavpViaFields    string
	URIHostExtra     string
	HdrNameExtra     string
	HTTPReplyParse   bool
}

func routingRows() []row {
	return []row{
		yesNo("check_via", func(c *Core) *bool { return &c.CheckVia }, false).live().
			doc("Drop, and count, replies whose topmost Via is neither of our making nor names one of our addresses; as -K."),
		yesNo("force_rport", func(c *Core) *bool { return &c.ForceRport }, false).live().
			doc("Treat every request as if force_rport() were called: replies go back to the source port (RFC 3581)."),
		yesNo("syn_branch", func(c *Core) *bool { return &c.SynBranch }, true).live().
			doc("Branch of statelessly forwarded requests: yes makes a cheap one, no computes it from the transaction's key, so that it is the same after a restart."),
		yesNo("reply_to_via", func(c *Core) *bool { return &c.ReplyToVia }, false).later().
			doc("Send replies made here to the address in the topmost Via instead of the request's source."),
		yesNo("server_signature", func(c *Core) *bool { return &c.ServerSignature }, true).live().
			doc("Add the Server header to replies made here."),
		text("server_header", func(c *Core) *string { return &c.ServerHeader }, "Server: "+product()).live().
			check(func(c *Core) error { return CheckHeader(c.ServerHeader) }).
			doc("The Server header of replies made here, with its name and without the line end."),
		text("user_agent_header", func(c *Core) *string { return &c.UserAgentHeader }, "User-Agent: "+product()).later().
			check(func(c *Core) error { return CheckHeader(c.UserAgentHeader) }).
			doc("The User-Agent header of requests made here, with its name and without the line end."),
		yesNo("sip_warning", func(c *Core) *bool { return &c.SIPWarning }, false).live().
			doc("Add a Warning header with details of the request's way to replies made here. It tells an attacker about the network; the cookbook's default is 1, Kamailio's and ours 0."),
		yesNo("phone2tel", func(c *Core) *bool { return &c.Phone2Tel }, true).later().
			doc("Treat SIP URIs with user=phone as tel URIs."),
		number("max_branches", func(c *Core) *int64 { return &c.MaxBranches }, defaultBranches, 1, 32).live().
			doc("Branches that one request may have, its Request-URI included.").from("Kamailio 5.x: max_branches"),
		yesNo("local_rport", func(c *Core) *bool { return &c.LocalRport }, false).live().
			doc("Add rport to our own Via, as add_local_rport() does.").from("Kamailio 5.x: local_rport"),
		yesNo("onsend_route_reply", func(c *Core) *bool { return &c.OnsendRouteReply }, false).later().
			doc("Run onsend_route for replies as well.").from("Kamailio 5.x: onsend_route_reply"),
		number("msg_time", func(c *Core) *int64 { return &c.MsgTime }, 0, 0, 1).never("a message's time of arrival is always known").
			doc("Note the time at which a message arrived.").from("Kamailio 5.x: msg_time"),
		text("xavp_via_params", func(c *Core) *string { return &c.XavpViaParams }, "").later().
			doc("XAVP whose members become parameters of our Via.").from("Kamailio 5.x: xavp_via_params"),
		text("xavp_via_fields", func(c *Core) *string { return &c.XavpViaFields }, "").later().
			doc("XAVP whose members become address and port of our Via.").from("Kamailio 5.x: xavp_via_fields"),
		text("uri_host_extra_chars", func(c *Core) *string { return &c.URIHostExtra }, "").later().
			doc("Further characters allowed in the host of a URI.").from("Kamailio 5.x: uri_host_extra_chars"),
		text("hdr_name_extra_chars", func(c *Core) *string { return &c.HdrNameExtra }, "").later().
			doc("Further characters allowed in header names.").from("Kamailio 5.x: hdr_name_extra_chars"),
		yesNo("http_reply_parse", func(c *Core) *bool { return &c.HTTPReplyParse }, false).alias("http_reply_hack").later().
			doc("Parse HTTP replies on SIP connections.").from("Kamailio 5.x: http_reply_parse"),
	}
}

// CheckHeader refuses a text that is not exactly one header line without its
// end ("Name: value"), since it is put into messages as it is.
func CheckHeader(s string) error {
	name, _, ok := strings.Cut(s, ":")
	if !ok || name == "" || strings.ContainsAny(name, " \t") {
		return fmt.Errorf("takes a whole header, \"Name: value\", not %q", s)
	}
	for i := range len(s) {
		if s[i] < 0x20 && s[i] != '\t' || s[i] == 0x7f {
			return fmt.Errorf("takes a single header line without control characters, not %q", s)
		}
	}
	return nil
}
