package main

import (
	"bytes"
	"strings"
)

// scan is the lower bound that the passes are compared with: every LF of the
// header block, every line's first colon.
func scan(m []byte) (n int) {
	for len(m) > 0 {
		e := bytes.IndexByte(m, '\n')
		if e <= 1 {
			return
		}
		n += bytes.IndexByte(m[:e], ':')
		m = m[e+1:]
	}
	return
}

const head = "INVITE sip:b@example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" +
	"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"

// hostiles are kinds of message that are as slow to parse as its sender can
// make them; make gives one of about n bytes.
var hostiles = []struct {
	name string
	make func(n int) []byte
}{
	{"tiny headers", func(n int) []byte { return fill(head, "a:\r\n", "\r\n", n) }},
	{"lines that are no headers", func(n int) []byte { return fill(head, "a\r\n", "\r\n", n) }},
	{"endless folds", func(n int) []byte { return fill(head+"Subject: a", "\r\n ", "b\r\n\r\n", n) }},
	{"folds in a Contact", func(n int) []byte { return fill(head+"Contact: <sip:a>", ";a\r\n ", ";b\r\n\r\n", n) }},
	{"white space", func(n int) []byte { return fill(head+"Contact: <sip:a>;", " ", "b\r\n\r\n", n) }},
	{"commas", func(n int) []byte { return fill(head+"Contact: a:b", ",a:b", "\r\n\r\n", n) }},
	{"Route elements", func(n int) []byte { return fill(head+"Route: <sip:a>", ",<sip:a>", "\r\n\r\n", n) }},
	{"Via elements", func(n int) []byte { return fill(head+"Via: SIP/2.0/UDP a", ",SIP/2.0/UDP a", "\r\n\r\n", n) }},
	{"an open quote", func(n int) []byte { return fill(head+"Contact: \"", "\\\"", "\r\n\r\n", n) }},
	{"quotes", func(n int) []byte { return fill(head+"Contact: <sip:a>", ";a=\"\"", "\r\n\r\n", n) }},
	{"parameters of a Via", func(n int) []byte { return fill(head+"Via: SIP/2.0/UDP a", ";r=", "\r\n\r\n", n) }},
	{"parameters of a URI", func(n int) []byte { return fill(head+"Contact: <sip:a", ";r=", ">\r\n\r\n", n) }},
	{"at signs", func(n int) []byte { return fill(head+"Contact: <sip:a:", "@", ">\r\n\r\n", n) }},
	{"angle brackets", func(n int) []byte { return fill(head+"Contact: ", "<", "\r\n\r\n", n) }},
	{"words", func(n int) []byte { return fill(head+"Contact: ", "a ", "<sip:a>\r\n\r\n", n) }},
	{"Content-Lengths", func(n int) []byte { return fill(head, "l:0\r\n", "\r\n", n) }},
}

func fill(head, piece, tail string, n int) []byte {
	return []byte(head + strings.Repeat(piece, (n-len(head)-len(tail))/len(piece)) + tail)
}
