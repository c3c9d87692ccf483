package sipparse

// Bounds of the parser.
const (
	// MaxMessage is the size in bytes of the largest message: offsets have 16
	// bits, and a UDP datagram is no larger (65507). Kamailio: 65535 (BUF_SIZE).
	MaxMessage = 65535
	// MaxHeaders is the number of headers of a message; one more is answered
	// with 513. A carrier INVITE has about 30; a request that 70 hops have
	// record-routed (RFC 3261 section 8.1.1.6) about 155. Kamailio has no such
	// limit.
	MaxHeaders = 180
	// MaxEdits is the number of changes against one message.
	MaxEdits = 64
	// maxElements is the number of elements of one header that Full looks at; a
	// header with more is an error for it.
	maxElements = 512
	// maxParams is the number of parameters of one URI or one element of a header.
	// More are an error: nothing has that many, and none takes long this way.
	maxParams = 256
	// maxCompared is the number of parameters, or of headers, up to which URIs
	// are compared by parts.
	maxCompared = 64
	// MaxCSeq is the largest CSeq number (RFC 3261 section 8.1.1.5: below 2^31).
	MaxCSeq = 1<<31 - 1
	// MaxMaxForwards is the largest Max-Forwards (RFC 3261 section 20.22).
	MaxMaxForwards = 255
	// MaxDelta is the value that a number of seconds which does not fit is
	// taken as (RFC 3261 section 20.19: 2^32-1).
	MaxDelta = 1<<32 - 1

	// DefaultMaxHeaderBlock is a Framer's bound on start line and headers, in
	// bytes, when its own is zero. Kamailio bounds the whole message (tcp_rd_buf_size, 4096 in 3.1).
	DefaultMaxHeaderBlock = 32 << 10
	// DefaultMaxBody is a Framer's bound on the body, in bytes, when its own is zero.
	DefaultMaxBody = MaxMessage
)
