//go:build !million

package dns

// askedNames is how many names the test of the memory asks for; a million with the tag million.
const askedNames = 100_000
