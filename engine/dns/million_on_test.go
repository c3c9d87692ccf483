//go:build million

package dns

// askedNames is how many names the test of the memory asks for.
const askedNames = 1_000_000
