//go:build !freebsd

package main

// limitValue is a limit in the system's type.
func limitValue(n uint64) uint64 { return n }
