package acc

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func compileLog(b registry.Build, args []registry.Actual) (rt.Func, error) {
	cfg, comment := b.Config("acc").(*Config), args[0].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		code, reason := parseComment(c.Text(comment(c)))
		cfg.write(p, &entry{text: accounted, toTag: toTagOf(p), code: code, reason: reason})
		return 1
	}, nil
}

func compileBoth(b registry.Build, args []registry.Actual) (rt.Func, error) {
	if _, err := compileDB(b, args); err != nil {
		return nil, err
	}
	return compileLog(b, args)
}

// compileDB accepts the function; prepare warns.
func compileDB(b registry.Build, args []registry.Actual) (rt.Func, error) {
	if text, ok := arg.Const(&args[1]); ok && text == "" {
		return nil, arg.Error(1, "acc_db_request: the name of the table is empty")
	}
	b.Config("acc").(*Config).usesDB = true
	return func(*rt.Ctx) int32 { return 1 }, nil
}

// parseComment takes a comment apart: the code that it may begin with, and the
// reason. The code is 0 for none.
func parseComment(b []byte) (code int, reason []byte) {
	for i := 0; i < 3; i++ {
		if i >= len(b) || b[i] < '0' || b[i] > '9' {
			return 0, b
		}
		code = code*10 + int(b[i]-'0')
	}
	b = b[3:]
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return code, b
}
