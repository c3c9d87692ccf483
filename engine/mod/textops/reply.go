package textops

import (
	"time"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func replyFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "append_to_reply", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.EventRoute,
			Args:    []registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
			Doc:     "Adds a header line to the replies that are made here for the request.",
			Source:  source,
			Compile: compileAppendToReply,
		},
		{
			Name: "append_time", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute,
			Doc:    "Adds a Date header to the replies that are made here for the request.",
			Source: source + "; RFC 3261 §20.17",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 { return truth(core.Of(c).AddReplyHeader(dateLine(c))) }, nil
			},
		},
		{
			Name: "append_time_to_request", Routes: editRoutes,
			Doc:    "Adds a Date header to the message.",
			Source: source + "; RFC 3261 §20.17",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 { return truth(core.Of(c).AppendHeader(dateLine(c))) }, nil
			},
		},
	}
}

func compileAppendToReply(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	if err := checkLine(args, 0, "append_to_reply"); err != nil {
		return nil, err
	}
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 { return truth(core.Of(c).AddReplyHeader(eval(c))) }, nil
}

// dateFormat is SIP-date (RFC 3261 §25.1) in Go's notation.
const dateFormat = "Mon, 02 Jan 2006 15:04:05 GMT"

// dateLine is a Date header with the time of the loop's cycle.
func dateLine(c *rt.Ctx) value.Value {
	var buf [len(dateFormat)]byte
	m := c.Mark()
	c.AppendString("Date: ")
	c.Append(time.Unix(0, c.Env.WallClock()).UTC().AppendFormat(buf[:0], dateFormat))
	return c.FromMark(m)
}
