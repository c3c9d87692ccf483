// Package ws reads and writes the frames of WebSocket connections (RFC 6455) for a
// server: Decoder cuts a stream into messages, pings, pongs and closes, AppendHeader
// and its kin write what goes the other way, Accept answers a handshake's key. It
// knows no sockets and no SIP; it works on byte slices, has no goroutine and
// allocates nothing.
//
// It is code of our own because the libraries for Go read frames from an io.Reader,
// a goroutine for each connection: their header functions allocate, and cannot go on
// in the middle of a header when more bytes come.
package ws
