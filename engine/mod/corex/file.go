package corex

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Files are read and written by the pool: the script waits, the server does not.
// Their names are constants, since a name out of a message must not choose a file.

func fileFunctions() []registry.Function {
	path := registry.Arg{Name: "file", Kind: registry.ArgStatic}
	return []registry.Function{
		{
			Name: "file_read", Routes: rt.AnyRoute &^ rt.SendRoute, Source: source,
			Args:    []registry.Arg{path, {Name: "variable", Kind: registry.ArgPV}},
			Doc:     "Puts what a file holds, 64 KiB at most, into the variable. The script waits, the server does not.",
			Compile: compileRead,
		},
		{
			Name: "file_write", Routes: rt.AnyRoute &^ rt.SendRoute, Source: source,
			Args:    []registry.Arg{path, {Name: "text", Kind: registry.ArgFormat}},
			Doc:     "Makes the text what a file holds. The script waits, the server does not.",
			Compile: compileWrite,
		},
	}
}

// fileName is the constant name of the file.
func fileName(args []registry.Actual, function string) (string, error) {
	s, ok := arg.Const(&args[0])
	if !ok || s == "" || strings.Contains(s, "$") {
		return "", arg.Error(0, "%s: the name of the file must be a constant text", function)
	}
	return s, nil
}

func compileRead(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	file, err := fileName(args, "file_read")
	if err != nil {
		return nil, err
	}
	out := args[1].PV
	if out.Set == nil {
		return nil, arg.Error(1, "$%s cannot be written", out.Name)
	}
	work := func(context.Context) (int64, any, error) {
		b, err := read(file)
		return 0, b, err
	}
	done := func(p *core.Proc, _ int64, ref any, err error) int32 {
		b, ok := ref.([]byte)
		if err != nil || !ok {
			p.Logf(levelErr, "file_read: %v", err)
			return -1
		}
		if len(b) > p.Room() {
			p.Logf(levelErr, "file_read: %s: the message has no room left for %d bytes of text", file, len(b))
			return -1
		}
		return truth(out.Set(&p.Ctx, p.NewString(b)))
	}
	return func(c *rt.Ctx) int32 { return core.Of(c).Await(fileWithin, work, done) }, nil
}

func read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s has more than %d bytes", file, maxFile)
	}
	return b, err
}

func compileWrite(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	file, err := fileName(args, "file_write")
	if err != nil {
		return nil, err
	}
	eval := args[1].Eval
	done := func(p *core.Proc, _ int64, _ any, err error) int32 {
		if err != nil {
			p.Logf(levelErr, "file_write: %v", err)
			return -1
		}
		return 1
	}
	return func(c *rt.Ctx) int32 {
		text := append([]byte(nil), c.Text(eval(c))...) // the message may be gone before it is written
		return core.Of(c).Await(fileWithin, func(context.Context) (int64, any, error) {
			return 0, nil, os.WriteFile(file, text, 0o644)
		}, done)
	}, nil
}
