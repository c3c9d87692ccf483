package reactor

import "math/bits"

// buffers lends memory for what connections have to keep: parts of messages and
// bytes that wait to be written. Sizes are powers of two. It belongs to one loop,
// keeps a bounded number of free buffers and leaves the rest to the collector, so
// that memory returns after a burst.
//
// The elastic buffers of gnet do not fit here: they lie in pools that all
// goroutines share, have no bound, keep their memory while they are empty unless
// they are told, and give a ring's two halves where a Framer needs one piece.
type buffers struct {
	free [bufferClasses][][]byte
}

const (
	smallestBuffer = 9 // as a power of two: 512 bytes
	largestBuffer  = 21
	bufferClasses  = largestBuffer - smallestBuffer + 1
)

func bufferClass(n int) int { return max(bits.Len(uint(n-1)), smallestBuffer) - smallestBuffer }

// get is an empty buffer with room for n bytes at least, 1 to 2 MB.
func (b *buffers) get(n int) []byte {
	k := bufferClass(n)
	if f := b.free[k]; len(f) > 0 {
		buf := f[len(f)-1]
		f[len(f)-1] = nil
		b.free[k] = f[:len(f)-1]
		return buf
	}
	return make([]byte, 0, 1<<(k+smallestBuffer))
}

// put takes a buffer back; nil is none.
func (b *buffers) put(buf []byte) {
	if cap(buf) == 0 {
		return
	}
	poison(buf[:cap(buf)])
	k := bufferClass(cap(buf))
	if (len(b.free[k])+1)<<(k+smallestBuffer) > keptBuffers {
		return
	}
	b.free[k] = append(b.free[k], buf[:0])
}

// grow gives buf room for n more bytes.
func (b *buffers) grow(buf []byte, n int) []byte {
	if cap(buf)-len(buf) >= n {
		return buf
	}
	bigger := append(b.get(len(buf)+n), buf...)
	b.put(buf)
	return bigger
}
