package core

import "runtime/metrics"

// Runtime are figures of the Go runtime for the whole process.
type Runtime struct {
	HeapBytes uint64  `json:"heap_bytes"` // of objects, live and not yet collected
	GCSeconds float64 `json:"gc_seconds"` // CPU time that the collector has taken since the start, as the runtime estimates it
}

const (
	heapBytes = "/memory/classes/heap/objects:bytes"
	gcSeconds = "/cpu/classes/gc/total:cpu-seconds"
)

// readRuntime asks the runtime; the collector's time is as of its last cycle.
func readRuntime() Runtime {
	s := []metrics.Sample{{Name: heapBytes}, {Name: gcSeconds}}
	metrics.Read(s)
	return Runtime{s[0].Value.Uint64(), s[1].Value.Float64()}
}
