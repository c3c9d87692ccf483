//go:build !race

package posix

const slowdown = 1
