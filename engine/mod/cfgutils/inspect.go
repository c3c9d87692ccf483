package cfgutils

import (
	"context"
	"runtime/debug"
	"runtime/metrics"

	"sipedge/engine/core"
	"sipedge/engine/log"
	coreparams "sipedge/engine/params"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func inspectFunctions() []registry.Function {
	fs := []registry.Function{{
		Name: "abort", Routes: messageRoutes,
		Doc: "With allow_abort it ends the server at once, with the stacks of all goroutines on standard error. Without it " +
			"the message's script ends and an error is logged.",
		Source:  source,
		Compile: compileAbort,
	}}
	for _, f := range []struct {
		name   string
		detail bool
	}{{"pkg_status", true}, {"shm_status", true}, {"pkg_summary", false}, {"shm_summary", false}} {
		doc := "Logs the use of memory in one line, at the level memlog."
		if f.detail {
			doc = "Logs the use of memory by kind, at the level memlog."
		}
		fs = append(fs, registry.Function{
			Name: f.name, Routes: messageRoutes, Source: source,
			Doc: doc + " There is one kind of memory here: private and shared ones say the same.",
			Compile: func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
				return compileMemory(b, f.name, f.detail), nil
			},
		})
	}
	return fs
}

func compileAbort(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	cfg := b.Config("cfgutils").(*Config)
	return func(c *rt.Ctx) int32 {
		if cfg.AllowAbort {
			debug.SetTraceback("crash")
			go panic("abort() was called by the script") // on a goroutine of its own, where nothing catches it
			select {}
		}
		core.Of(c).Logf(levelCrit, "abort() was called: the script ends for this message; with allow_abort the server would")
		return 0
	}, nil
}

// memoryMetrics are the figures that are logged, the ones of the summary first.
var memoryMetrics = []struct{ name, label string }{
	{"/memory/classes/total:bytes", "total"},
	{"/memory/classes/heap/objects:bytes", "heap objects"},
	{"/gc/heap/objects:objects", "number of objects"},
	{"/gc/cycles/total:gc-cycles", "collections"},
	{"/sched/goroutines:goroutines", "goroutines"},
	{"/memory/classes/heap/free:bytes", "heap free"},
	{"/memory/classes/heap/released:bytes", "heap given back to the system"},
	{"/memory/classes/heap/unused:bytes", "heap reserved"},
	{"/memory/classes/heap/stacks:bytes", "stacks"},
	{"/memory/classes/metadata/other:bytes", "collector"},
	{"/memory/classes/os-stacks:bytes", "thread stacks"},
	{"/memory/classes/other:bytes", "other"},
	{"/gc/heap/allocs:bytes", "allocated since the start"},
	{"/gc/heap/goal:bytes", "next collection at"},
}

// summaryMetrics is how many of them a summary shows.
const summaryMetrics = 5

// compileMemory reads the statistics on the pool: the script waits, the loop does not.
func compileMemory(b registry.Build, name string, detail bool) rt.Func {
	level := int(b.Config("").(*coreparams.Core).MemLog)
	n := summaryMetrics
	if detail {
		n = len(memoryMetrics)
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		if !p.LogEnabled(level) {
			return 1
		}
		if !c.CanWait() {
			c.LogError(name+"(): the script cannot wait in this block", nil)
			return -1
		}
		w := p.Server().Log()
		return p.Await(logMemoryWithin, func(context.Context) (int64, any, error) {
			logMemory(w, level, name, n)
			return 1, nil, nil
		}, nil)
	}
}

func logMemory(w *log.Writer, level int, name string, n int) {
	samples := make([]metrics.Sample, n)
	for i := range samples {
		samples[i].Name = memoryMetrics[i].name
	}
	metrics.Read(samples)
	for i := range samples {
		if v := samples[i].Value; v.Kind() == metrics.KindUint64 && i >= summaryMetrics {
			w.Printf(level, "%s: %s %d", name, memoryMetrics[i].label, v.Uint64())
		}
	}
	w.Printf(level, "%s: %d bytes of the system's, %d bytes in %d objects, %d collections, %d goroutines", name,
		number(samples[0]), number(samples[1]), number(samples[2]), number(samples[3]), number(samples[4]))
}

// number is a figure of the runtime; 0 for one that it does not know.
func number(s metrics.Sample) uint64 {
	if s.Value.Kind() == metrics.KindUint64 {
		return s.Value.Uint64()
	}
	return 0
}
