package main

import (
	"fmt"
	"strings"

	"sipedge/benchmarks/configs"
)

// head is the part of a configuration that all scripts share. The order of modules matters to nobody.
const head = `#!KAMAILIO
debug=-1
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:5060
auto_aliases=no
alias=example.com:5060
alias=edge.example.org

loadmodule "sl"
loadmodule "pv"
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "textops"
loadmodule "siputils"
loadmodule "xlog"
`

// sentinel ends a configuration whose start must fail late: Kamailio resolves the arguments of functions and routes only when
// it starts, main routes first and event routes last. A complaint about this route says that all that stands before it is in order.
const sentinel = `event_route[differential:end] {
	route(DIFFERENTIAL_SENTINEL);
}
`

// alone is the configuration with one script, for a checker's verdict.
func alone(c Case) string {
	return head + "request_route {\n\troute(" + c.tag() + ");\n}\n" + routes(c, 9)
}

// together is the configuration with all scripts: each message names the route that it wants in X-Case.
func together(cases []Case, sink int) configs.Script {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString(`request_route {
	if (method == "OPTIONS") {
		xlog("L_ERR", "<<$ci|through|>>\n");
		sl_send_reply("200", "OK");
		exit;
	}
	route("" + $hdr(X-Case));
	xlog("L_ERR", "<<$hdr(X-Case)|returned $rc|>>\n");
	exit;
}
`)
	for _, c := range cases {
		b.WriteString(routes(c, sink))
	}
	return configs.Script(b.String())
}

// routes is what a script adds to a configuration.
func routes(c Case, sink int) string {
	body := c.text(c.Body)
	if c.Wire {
		// sipedge counts the hops in any case.
		body = "mf_process_maxfwd_header(\"10\");\n" + body + fmt.Sprintf("\n$du = \"sip:127.0.0.1:%d\";\nforward();", sink)
	}
	top := c.text(c.Top)
	if top != "" && !strings.HasSuffix(top, "\n") {
		top += "\n"
	}
	return top + "route[" + c.tag() + "] {\n" + body + "\n}\n"
}
