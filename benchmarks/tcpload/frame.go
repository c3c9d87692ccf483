package tcpload

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// reader cuts a connection into messages. It is strict: what is sent here has a Content-Length in its full form.
type reader struct {
	from       io.Reader
	buf        []byte
	start, end int // what has come and is not taken
}

func newReader(from io.Reader) *reader { return &reader{from: from, buf: make([]byte, bufferSize)} }

var (
	headEnd = []byte("\r\n\r\n")
	length  = []byte("\r\nContent-Length: ")
)

var errFraming = errors.New("what came is no message with a Content-Length")

// next is the next message, nil when no whole one has come yet. It is good until read is called.
func (r *reader) next() ([]byte, error) {
	have := r.buf[r.start:r.end]
	head := bytes.Index(have, headEnd)
	if head < 0 {
		return nil, nil
	}
	_, rest, ok := bytes.Cut(have[:head+len("\r\n")], length)
	if !ok {
		return nil, errFraming
	}
	digits, _, _ := bytes.Cut(rest, []byte("\r"))
	body, err := strconv.Atoi(string(digits))
	if err != nil || body < 0 || body > maxMessage {
		return nil, errFraming
	}
	n := head + len(headEnd) + body
	if len(have) < n {
		return nil, nil
	}
	r.start += n
	return have[:n], nil
}

// read waits for more.
func (r *reader) read() error {
	if r.start > 0 {
		r.end = copy(r.buf, r.buf[r.start:r.end])
		r.start = 0
	}
	if r.end == len(r.buf) {
		return errFraming
	}
	n, err := r.from.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil
	}
	return err
}

// one waits for one message.
func (r *reader) one() ([]byte, error) {
	for {
		if msg, err := r.next(); msg != nil || err != nil {
			return msg, err
		}
		if err := r.read(); err != nil {
			return nil, err
		}
	}
}
