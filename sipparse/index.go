package sipparse

import "bytes"

// Index says where everything in a message is. It has a fixed size and no
// pointers; what it knows of the headers takes six bytes for each. The zero
// Index is an empty one. See the package comment for how to use it.
type Index struct {
	head
	// lines has one entry for every header and one more for where they end.
	lines [MaxHeaders + 1]line
	tails [MaxHeaders]uint8 // white space and line end behind the body, and foldBit
	types [MaxHeaders]uint8
}

// line is the beginning of a header.
type line struct {
	off  uint16 // of the name
	name uint8  // length of the name
	gap  uint8  // from the end of the name to the body
}

const (
	foldBit = 0x80
	maxName = 255
	maxGap  = 255
	maxTail = foldBit - 1
)

// head is what an Index holds besides the headers.
type head struct {
	state
	pieces
}

// state is what Parse begins anew.
type state struct {
	seen, twice uint64 // header types below 64 that are there, and there twice

	method, uri, version, reason Span
	start                        Span
	status                       uint16
	headersEnd, bodyOff, bodyEnd uint16
	errOff                       uint16
	parsed                       uint16 // bit 1<<k: piece k has been parsed
	n                            uint8  // headers
	request                      bool
	kind                         Method
	parseErr                     Err
}

// pieces are the typed pieces; each is valid once its bit in parsed is set.
type pieces struct {
	errs    [numPieces]Err
	last    [cached + 1]uint8 // last header of a type below cached that was seen
	length  int32             // Content-Length, -1: no such header
	expires uint32
	hops    int16 // Max-Forwards, -1: no such header
	cseq    CSeq
	ruri    URI
	via     Via
	from    NameAddr
	to      NameAddr
	fromURI URI
	toURI   URI
}

// cached is the first of the header types that First searches for.
const cached = HdrContentType

// The typed pieces that an Index remembers.
const (
	pieceRURI = iota
	pieceVia
	pieceFrom
	pieceTo
	pieceFromURI
	pieceToURI
	pieceCSeq
	pieceLength
	pieceForwards
	pieceExpires
	numPieces
)

// ErrOffset is the offset of the byte that the last error was found at.
func (x *Index) ErrOffset() int { return int(x.errOff) }

// IsRequest reports whether the message is a request; otherwise it is a reply.
func (x *Index) IsRequest() bool { return x.request }

// Method is the method of a request; MethodOther in a reply.
func (x *Index) Method() Method { return x.kind }

// MethodSpan is the method of a request as it is written.
func (x *Index) MethodSpan() Span { return x.method }

// URISpan is the Request-URI as it was received.
func (x *Index) URISpan() Span { return x.uri }

// Status is the status code of a reply, 0 in a request.
func (x *Index) Status() int { return int(x.status) }

// ReasonSpan is the reason phrase of a reply; it may be empty.
func (x *Index) ReasonSpan() Span { return x.reason }

// VersionSpan is "SIP/2.0" as it is written.
func (x *Index) VersionSpan() Span { return x.version }

// StartLine is the first line with its line end.
func (x *Index) StartLine() Span { return x.start }

// Len is the number of headers.
func (x *Index) Len() int { return int(x.n) }

// Type is the type of header i, HdrOther if its name is not in the table.
func (x *Index) Type(i int) HeaderType { return HeaderType(x.types[i]) }

// Name is the name of header i as it is written, without white space.
func (x *Index) Name(i int) Span {
	l := &x.lines[i]
	return Span{l.off, uint16(l.name)}
}

// Body is what follows the colon of header i, without the white space around
// it. It may contain folds.
func (x *Index) Body(i int) Span {
	l := &x.lines[i]
	off := l.off + uint16(l.name) + uint16(l.gap)
	return Span{off, x.lines[i+1].off - uint16(x.tails[i]&^foldBit) - off}
}

// Line is where the whole header i begins and ends, with its line end.
func (x *Index) Line(i int) (off, end int) {
	return int(x.lines[i].off), int(x.lines[i+1].off)
}

// Folded reports whether header i goes over more than one line.
func (x *Index) Folded(i int) bool { return x.tails[i]&foldBit != 0 }

// First is the first header of a type, -1 if there is none.
func (x *Index) First(t HeaderType) int {
	if t < 64 {
		bit := uint64(1) << (t & 63)
		if x.seen&bit == 0 {
			return -1
		}
		if t < cached && x.twice&bit == 0 {
			return int(x.last[t])
		}
	}
	return bytes.IndexByte(x.types[:x.n], byte(t))
}

// Next is the header after i of the same type, -1 if there is none.
func (x *Index) Next(i int) int {
	t := x.types[i]
	if t < 64 && x.twice>>t&1 == 0 {
		return -1
	}
	n := bytes.IndexByte(x.types[i+1:x.n], t)
	if n < 0 {
		return -1
	}
	return i + 1 + n
}

// HeadersEnd is the offset of the empty line: new headers go here.
func (x *Index) HeadersEnd() int { return int(x.headersEnd) }

// BodyOff is the offset of the message body, behind the empty line.
func (x *Index) BodyOff() int { return int(x.bodyOff) }

// MsgBody is the message body: as long as Content-Length says, and to the end
// of the datagram without one. Octets behind it are none of the message's (RFC
// 3261 section 18.3).
func (x *Index) MsgBody(b []byte) Span { return span(x.BodyOff(), x.msgEnd(b)) }

// MsgEnd is the offset where the message ends, once its Content-Length has
// been read (by Validate, Core, MsgBody or ContentLength); before, the end of
// the bytes it was parsed from.
func (x *Index) MsgEnd() int { return int(x.bodyEnd) }

func (x *Index) msgEnd(b []byte) int {
	x.readLength(b)
	return int(x.bodyEnd)
}

// CloneTo copies the index to dst: the part that is in use, so that the cost
// depends on the number of headers. The bytes of the message are the caller's
// to copy.
func (x *Index) CloneTo(dst *Index) {
	n := int(x.n)
	dst.head = x.head
	copy(dst.lines[:n+1], x.lines[:n+1])
	copy(dst.tails[:n], x.tails[:n])
	copy(dst.types[:n], x.types[:n])
}

// fail notes where an error is and marks it as not answerable in a reply.
func (x *Index) fail(e Err, off int) Err {
	x.errOff = uint16(off)
	return x.mark(e)
}

func (x *Index) mark(e Err) Err {
	if e != OK && !x.request {
		e |= errDrop
	}
	return e
}
