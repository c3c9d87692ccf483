package main

import "sipedge/benchmarks/markdown"

// leftOut is what no script asks for, because there is nothing to compare with, or because the servers differ on purpose where no
// line of the specification says so. The report shows it, so that nobody takes "unexplained: 0" for more than it is.
var leftOut = []struct{ what, why string }{
	{"{s.rbefore} of the empty text", "Kamailio 5.6.3 crashes; sipedge does not have it, nor {s.rafter}"},
	{"{uri.duri}, {uri.saor}, {uri.suri}", "Kamailio 5.6.3 writes a byte of other memory into the result"},
	{"{urialias.decode} of what is no alias, {s.decode.base64} and {s.decode.base58} of what is none", "Kamailio 5.6.3 gives other memory, or zero bytes that end its log line"},
	{"remove_record_route() on the wire", "Kamailio 5.6.3 sends half a header"},
	{"{nameaddr.name}", "Kamailio hands out the blank between name and <; sipedge does not"},
	{"{val…}, {sql…}", "Kamailio 5.6.3 has the first not yet, and the second in a module that needs a database"},
	{"characters beyond ASCII in {re.subst} and in patterns without regard to case, {s.encode.7bit} of them", "Kamailio sees bytes, sipedge characters"},
	{"$ru and $du with a text that is no URI", "Kamailio takes it and fails later; sipedge refuses the assignment"},
	{"pseudo-variables in rewriteuser(\"…\") and its kin", "sipedge replaces them, Kamailio 5.6.3 takes the text as it stands"},
	{"two addresses in one Contact header", "Kamailio counts them from the end of the header"},
	{"recursion of routes beyond the limit", "Kamailio gives up the innermost call and goes on, sipedge ends the script"},
	{"a block on its own, a block without statements", "sipedge takes them, Kamailio does not"},
	{"$avp($var(x))", "sipedge refuses names that are made at run time"},
	{"#!ifexp", "Kamailio 5.6.3 does not take the closing #!endif"},
	{"$fti, $tti, $adr, $msgbuf, $rcv, $rdir", "variables of Kamailio 5.6.3 that sipedge does not have"},
	{"set_forward_no_connect() and its kin, append_branch() with arguments", "sipedge does not have the first yet; the second is in a module of Kamailio 5.6.3 that sipedge does not have"},
	{"the reason phrase of sl_reply_error()", "sipedge has words of its own"},
}

// leftOutTable is the list as Markdown.
func leftOutTable() string {
	t := markdown.NewTable("not compared", "why")
	for _, l := range leftOut {
		t.Row(l.what, l.why)
	}
	return t.String()
}
