package sl

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// errorRow is what a failure is answered with.
type errorRow struct {
	err    error
	code   int
	reason string
}

// errorRows are the answers of sl_reply_error; codes as Kamailio gives them. A
// refusal that has been answered already is not here: see replyError.
var errorRows = []errorRow{
	{core.ErrBadTarget, 478, "Unresolvable Destination"},
	{core.ErrListed, 473, "Filtered Destination"},
	{core.ErrUnresolvable, 478, "Unresolvable Destination"},
	{core.ErrNoNameAnswer, 500, "Name Servers Do Not Answer"},
	{core.ErrBadURI, 479, "Bad URI"},
	{core.ErrNoSocket, 477, "Next Hop Not Reachable From Here"},
	{core.ErrNotServed, 477, "Transport Not Served"},
	{core.ErrSendFull, 477, "Send Failed"},
	{core.ErrTooLong, 513, "Message Too Large"},
	{core.ErrEdits, 513, "Message Too Large"},
	{core.ErrSuspendFull, 503, "Service Unavailable"},
	{core.ErrOverload, 503, "Service Unavailable"},
	{core.ErrTimers, 503, "Service Unavailable"},
	{core.ErrBlocked, 403, "Forbidden"},
	{core.ErrBadCode, 500, defaultReason},
}

func compileReplyError(registry.Build, []registry.Actual) (rt.Func, error) {
	reasons := make([][]byte, len(errorRows))
	for i := range errorRows {
		reasons[i] = []byte(errorRows[i].reason)
	}
	unresolvable, other := []byte("Unresolvable Destination"), []byte(defaultReason)
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		code, reason := defaultCode, other
		switch err := p.Err(); {
		case err == core.ErrRefused:
			return 1 // the request has its answer
		case isName(err):
			code, reason = 478, unresolvable
		default:
			for i := range errorRows {
				if errors.Is(err, errorRows[i].err) {
					code, reason = errorRows[i].code, reasons[i]
				}
			}
		}
		return result(p, "sl_reply_error", p.Reply(code, reason))
	}, nil
}

// isName reports whether a destination was a host name.
func isName(err error) bool {
	if err == nil {
		return false
	}
	var name *core.NameError
	return errors.As(err, &name)
}
