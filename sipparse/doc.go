// Package sipparse reads SIP messages (RFC 3261) where they lie: every result
// is an offset and a length into the bytes that were received. It allocates
// nothing, copies nothing and never changes a message. It knows no sockets, no
// scripts and no transactions.
//
// The centre is Index, a fixed-size value without pointers. Parse fills it with
// the start line and all headers, named, typed and chained; the bodies of
// headers are parsed when they are first asked for, and both the result and the
// failure are remembered. Because it holds offsets only, a message moves to
// another place (a transaction, another loop) by a copy of its bytes and
// Index.CloneTo.
//
//	var x sipparse.Index
//	if e := sipparse.Parse(b, &x); e != sipparse.OK && !e.Answerable() {
//		return // not SIP, or a broken reply
//	}
//	if e := x.Validate(b); e != sipparse.OK { … e.Status(), e.Reason() … }
//	via, e := x.TopVia(b)
//
// The bytes given to the methods of an Index must be the ones that it was
// parsed from (or a copy of them). Spans and pointers got from an Index are
// valid until it is parsed into again.
//
// Start reading with index.go (what is kept), parse.go (the index pass) and
// core.go (the typed headers). Each kind of header body has a file of its own
// with a leaf parser ParseX(b, off, end, *X). edits.go holds the changes that
// are applied when a message is sent, frame.go cuts a stream into messages.
package sipparse
