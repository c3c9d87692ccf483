//go:build debugpool

package reactor

// poisonByte fills memory that a handler may no longer look at.
const poisonByte = 0xDB

func poison(b []byte) {
	for i := range b {
		b[i] = poisonByte
	}
}
