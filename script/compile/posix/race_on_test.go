//go:build race

package posix

// slowdown is how much longer the race detector makes a match take.
const slowdown = 10
