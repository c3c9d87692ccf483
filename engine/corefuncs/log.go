package corefuncs

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/params"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// logFunctions write plain text to the log; xlog (module xlog) replaces
// pseudo-variables.
func logFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "log",
			Args: []registry.Arg{
				{Name: "level or text", Kind: registry.ArgValue},
				{Name: "text", Kind: registry.ArgValue, Optional: true},
			},
			Routes: rt.AnyRoute,
			Doc: "Writes a text to the log as it stands, at a level from -5 or L_ALERT to 3 or L_DBG. With one " +
				"argument the level is 4, which is silent unless debug is 4 or more.",
			Source:  `cookbook "log"`,
			Compile: compileLog,
		},
		{
			Name: "error",
			Args: []registry.Arg{
				{Name: "name", Kind: registry.ArgValue},
				{Name: "value", Kind: registry.ArgValue},
			},
			Routes:  rt.RequestRoute,
			Doc:     "Writes its two texts to the log at level 1 and returns true.",
			Source:  `cookbook "error"`,
			Compile: compileError,
		},
	}
}

func compileLog(b registry.Build, args []registry.Actual) (rt.Func, error) {
	level, text := arg.FixedLevel(levelSilent), args[0].Eval
	if arg.Given(args, 1) {
		var err error
		if level, err = arg.NewLevel(args, 0); err != nil {
			return nil, err
		}
		text = args[1].Eval
	} else if core, ok := b.Config("").(*params.Core); ok && core.Debug < levelSilent {
		registry.Warn(b, diag.SilentLog, args[0].Pos, "log() with one argument logs at level %d, which is silent: debug is %d; write log(\"L_INFO\", …)", levelSilent, core.Debug)
	}
	return func(c *rt.Ctx) int32 {
		if n := level.Get(c); c.Env.LogEnabled(n) {
			m := c.Mark()
			c.AppendString(logPrefix)
			c.AppendValue(text(c))
			c.Env.Log(n, c.Bytes(c.FromMark(m)))
			c.Truncate(m)
		}
		return 1
	}, nil
}

func compileError(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	name, val := args[0].Eval, args[1].Eval
	return func(c *rt.Ctx) int32 {
		if c.Env.LogEnabled(levelNotice) {
			m := c.Mark()
			c.AppendString(logPrefix + "error: ")
			c.AppendValue(name(c))
			c.AppendString(", ")
			c.AppendValue(val(c))
			c.Env.Log(levelNotice, c.Bytes(c.FromMark(m)))
			c.Truncate(m)
		}
		return 1
	}, nil
}
