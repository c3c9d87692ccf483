package main

// limitValue is a limit in the system's type.
func limitValue(n uint64) int64 { return int64(n) }
