package acc

import "sipedge/engine/core"

// LogRequest accounts a request as acc_log_request(comment) does. false: the
// message's configuration does not load acc.
func LogRequest(p *core.Proc, comment []byte) bool {
	c := configOf(p)
	if c == nil {
		return false
	}
	code, reason := parseComment(comment)
	c.write(p, &entry{text: accounted, toTag: toTagOf(p), code: code, reason: reason})
	return true
}
