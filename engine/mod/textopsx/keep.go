package textopsx

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func keepFunctions() []registry.Function {
	return []registry.Function{{
		Name: "keep_hf", Routes: editRoutes,
		Args: []registry.Arg{{Name: "re", Kind: registry.ArgRegex, Optional: true}},
		Doc: "Removes all headers whose name does not match, but for Via, From, To, Call-ID, CSeq, Contact, Route, Record-Route, " +
			"Max-Forwards, Content-Type and Content-Length.",
		Source:  source,
		Compile: compileKeep,
	}}
}

// needed are the headers that keep_hf leaves in any case: without them no message
// finds its way.
func needed(t sipparse.HeaderType) bool {
	switch t {
	case sipparse.HdrVia, sipparse.HdrFrom, sipparse.HdrTo, sipparse.HdrCallID, sipparse.HdrCSeq, sipparse.HdrContact, sipparse.HdrRoute,
		sipparse.HdrRecordRoute, sipparse.HdrMaxForwards, sipparse.HdrContentType, sipparse.HdrContentLength:
		return true
	}
	return false
}

func compileKeep(b registry.Build, args []registry.Actual) (rt.Func, error) {
	var re arg.Pattern
	all := !arg.Given(args, 0)
	if !all {
		var err error
		if re, err = arg.NewPattern(b, args, 0); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		var m registry.Matcher
		if !all {
			if m = re.Matcher(c); m == nil {
				return -1
			}
		}
		for i := range p.Index.Len() {
			if needed(p.Index.Type(i)) || m != nil && m.Match(p.Index.Name(i).Of(p.Msg)) {
				continue
			}
			if !p.RemoveHeader(i) {
				return -1
			}
		}
		return 1
	}, nil
}
