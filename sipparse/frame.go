package sipparse

import "encoding/binary"

// FrameStatus says what Framer.Next has found.
type FrameStatus uint8

// What Framer.Next finds.
const (
	FrameMore    FrameStatus = iota // nothing complete yet
	FrameMessage                    // a message
	FramePing                       // a double CRLF, to be answered by one CRLF (RFC 5626 section 3.5.1)
	FramePong                       // a single CRLF, with nothing to be done about it
	FrameBad                        // no more messages can be told apart: answer if possible, and close
)

// Framer cuts a stream into messages (RFC 3261 section 18.3). It looks at a
// byte once, however the stream is cut: for each call it is given all bytes
// that are not yet taken, and goes on where it was. The zero Framer is ready,
// with the limits of this package.
//
// Lines end in CRLF, or in LF if the first one does. A stray CR, or a mixture of
// line ends, is an error: it is what makes two servers see different messages in
// one stream.
type Framer struct {
	MaxHeaderBlock int  // start line and headers, in bytes; 0: DefaultMaxHeaderBlock
	MaxBody        int  // in bytes; 0: DefaultMaxBody
	RequireLength  bool // refuse a message without Content-Length; otherwise it has no body
	// LongNames takes no compact form for Content-Length: in HTTP, l is another header.
	LongNames bool

	seen    int  // bytes that were looked at
	need    int  // no fewer bytes can be a whole message or change anything else
	free    int  // in a line that goes on: the bound on the header block
	strict  bool // the first line ended in CRLF, and so must all
	crlf    bool // the last thing taken was a single CRLF
	known   bool // there was a Content-Length
	state   frameState
	bad     Err
	header  int // where the current header begins, 0 in the start line
	headers int
	length  int // Content-Length
}

type frameState uint8

const (
	frameLine   frameState = iota // in a line, or before the first byte of a message
	frameCR                       // behind a CR in a line
	frameNext                     // at the first byte of a line
	frameNextCR                   // behind a CR that began a line
	frameBody                     // the length of the message is known
	frameDead                     // framing is lost
)

// Next looks at the bytes that have come since the last call; buf begins with
// the first byte that was not taken. With every status but FrameMore and
// FrameBad the n bytes of buf[:n] are to be taken from its front. With FrameBad,
// buf[:n] is what there is of the message (its whole header block if that could
// be told), Err says what was wrong, and every further call gives the same.
func (f *Framer) Next(buf []byte) (n int, st FrameStatus) {
	if len(buf) < f.need {
		return
	}
	return f.step(buf)
}

// Err is why Next gave FrameBad.
func (f *Framer) Err() Err { return f.bad }

// Idle reports whether no message has begun.
func (f *Framer) Idle() bool { return f.state == frameLine && f.seen == 0 && f.header == 0 }

// Reset makes the Framer forget the stream but not the limits.
func (f *Framer) Reset() {
	*f = Framer{MaxHeaderBlock: f.MaxHeaderBlock, MaxBody: f.MaxBody, RequireLength: f.RequireLength, LongNames: f.LongNames}
}

// take ends what was framed; the next call begins anew.
func (f *Framer) take(n int, st FrameStatus) (int, FrameStatus) {
	f.Reset()
	f.crlf = st == FramePong
	return n, st
}

func (f *Framer) fail(n int, e Err) (int, FrameStatus) {
	f.bad, f.state, f.need, f.seen, f.free = e, frameDead, n, max(n-1, 0), 0
	return n, FrameBad
}

// headerLimit is the bound on the header block.
func (f *Framer) headerLimit() int {
	if f.MaxHeaderBlock == 0 {
		return DefaultMaxHeaderBlock
	}
	return min(f.MaxHeaderBlock, MaxMessage)
}

// step takes the few bytes that a slow peer sends, as long as they are of a line
// or go from one header to the next, and leaves everything else to scan.
func (f *Framer) step(buf []byte) (int, FrameStatus) {
	n, i := len(buf), f.seen
	if n >= f.free || n-i > 8 {
		return f.scan(buf)
	}
	if f.strict && n-i == 4 {
		// The usual step inside of a line: no byte of the four ends it.
		w := binary.LittleEndian.Uint32(buf[i:n])
		if (w-('\r'+1)*ones4)&^w&highs4 == 0 {
			f.seen, f.need = n, min(n+4, f.free+1)
			return 0, FrameMore
		}
	}
	for uint(i) < uint(n) {
		if buf[i] > '\r' {
			i++
			continue
		}
		if buf[i] != '\r' || !f.strict {
			f.seen = i
			return f.scan(buf)
		}
		if i+3 > n { // an empty line may follow, but nothing shorter
			f.seen, f.need = i, min(i+3, f.free+1)
			return 0, FrameMore
		}
		c := buf[f.header] | 0x20
		if buf[i+1] != '\n' || buf[i+2] <= ' ' || c == 'c' || c == 'l' || f.headers >= MaxHeaders {
			f.seen = i
			return f.scan(buf)
		}
		f.headers++
		f.header = i + 2
		i += 3
	}
	f.seen, f.need = i, min(i+f.lineLeft(), f.free+1)
	return 0, FrameMore
}

const (
	ones4  = 0x01010101
	highs4 = 0x80808080
)

// lineLeft is the number of bytes that a message lacks at least when a line has
// not ended: its end and an empty line.
func (f *Framer) lineLeft() int {
	if f.strict {
		return 4
	}
	return 2
}

// scan goes over the new bytes.
func (f *Framer) scan(buf []byte) (int, FrameStatus) {
	limit := f.headerLimit()
	i := f.seen
	for i < len(buf) {
		if i >= limit && f.state < frameBody {
			return f.fail(i, ErrHeaderBlock)
		}
		c := buf[i]
		switch f.state {
		case frameLine:
			if i == 0 && c <= '\r' {
				return f.lineEnds(buf)
			}
			if c > '\r' {
				i++
				for _, c := range buf[i:max(i, min(len(buf), limit))] {
					if c <= '\r' {
						break
					}
					i++
				}
				continue
			}
			switch c {
			case '\r':
				f.state = frameCR
			case '\n':
				if f.strict {
					f.note(ErrHeaderLine)
				}
				f.state = frameNext
			}
			i++

		case frameCR:
			if c == '\n' {
				if f.header == 0 && f.bad == OK {
					f.strict = true
				}
				f.state = frameNext
				i++
				continue
			}
			f.note(ErrBareCR)
			f.state = frameLine

		case frameNext:
			if c == ' ' || c == '\t' {
				f.state = frameLine
				continue
			}
			f.endHeader(buf, i)
			switch c {
			case '\n':
				if f.strict {
					f.note(ErrHeaderLine)
				}
				return f.endBlock(buf, i+1)
			case '\r':
				f.state = frameNextCR
				i++
				continue
			}
			if f.headers++; f.headers > MaxHeaders {
				return f.fail(i, ErrTooManyHeaders)
			}
			f.header = i
			f.state = frameLine

		case frameNextCR:
			if c == '\n' {
				return f.endBlock(buf, i+1)
			}
			f.note(ErrBareCR)
			f.header = i
			f.state = frameLine

		case frameBody:
			return f.take(f.need, FrameMessage)

		case frameDead:
			return f.need, FrameBad
		}
	}
	f.seen, f.need, f.free = i, i+1, 0
	switch {
	case f.state == frameLine && i > 0:
		f.need, f.free = i+f.lineLeft(), limit
	case f.state == frameCR:
		f.need = i + f.lineLeft() - 1
	case f.state == frameNext && f.strict:
		f.need = i + 2
	}
	f.need = min(f.need, max(i, limit)+1) // the limit is noticed when it is reached
	return 0, FrameMore
}

// lineEnds takes the line ends before a message.
func (f *Framer) lineEnds(buf []byte) (int, FrameStatus) {
	switch {
	case buf[0] == '\r' && len(buf) == 1:
		f.need = 2
		return 0, FrameMore
	case buf[0] != '\r' || buf[1] != '\n':
		return f.fail(0, ErrNotSIP)
	case f.crlf:
		return f.take(2, FramePing)
	case len(buf) >= 4 && buf[2] == '\r' && buf[3] == '\n':
		return f.take(4, FramePing)
	}
	return f.take(2, FramePong)
}

// note keeps the first error; it is reported when the header block is complete,
// so that the message can be answered.
func (f *Framer) note(e Err) {
	if f.bad == OK {
		f.bad = e
	}
	f.strict = false
}

// endHeader looks at the header that ends before end, if it is Content-Length.
func (f *Framer) endHeader(buf []byte, end int) {
	p := f.header
	if p == 0 || buf[p]|0x20 != 'c' && buf[p]|0x20 != 'l' {
		return
	}
	stop := skip(buf, p, end, cToken)
	if LookupHeader(buf[p:stop]) != HdrContentLength || f.LongNames && stop-p == 1 {
		return
	}
	i := skipSpace(buf, stop, end)
	if i == end || buf[i] != ':' {
		f.note(ErrHeaderName)
		return
	}
	i = skipSpace(buf, i+1, end)
	n, more, ok := number(buf, i, trimRight(buf, i, end), 1<<31-1)
	switch {
	case !ok || more:
		f.note(ErrBadContentLength)
	case f.known && f.length != int(n):
		f.note(ErrContentLengths)
	}
	f.known, f.length = true, int(n)
}

// endBlock is at the first byte of the body.
func (f *Framer) endBlock(buf []byte, i int) (int, FrameStatus) {
	limit := f.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	if !f.known && f.RequireLength {
		f.note(ErrNoContentLength)
	}
	if f.length > limit || i+f.length > MaxMessage {
		f.note(ErrBodyTooLarge)
	}
	if f.bad != OK {
		return f.fail(i, f.bad)
	}
	if n := i + f.length; n <= len(buf) {
		return f.take(n, FrameMessage)
	}
	f.state, f.need, f.seen, f.free = frameBody, i+f.length, i+f.length-1, 0
	return 0, FrameMore
}
