package dns

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	wire "github.com/miekg/dns"
)

// question is what is asked.
type question struct {
	name string // without the dot at its end
	typ  Type
}

var (
	errTruncated = errors.New("the answer does not fit into a datagram")
	errRcode     = errors.New("the server answered with an error")
)

// ask sends a question to one server over UDP, over TCP when the answer is too
// long, and waits for its answer as long as ctx lasts. What is not an answer to
// this question (wrong id, wrong question, not readable, from elsewhere) is passed
// over: it may be somebody's attempt to be quicker than the server.
func ask(ctx context.Context, s *serverState, q question) (*wire.Msg, error) {
	m, err := exchange(ctx, s, q, "udp", !s.noEDNS.Load())
	if err == nil && noEDNS(m) && !s.noEDNS.Load() {
		s.noEDNS.Store(true) // RFC 6891 §7: a server from before EDNS0
		m, err = exchange(ctx, s, q, "udp", false)
	}
	if errors.Is(err, errTruncated) {
		m, err = exchange(ctx, s, q, "tcp", false)
	}
	return m, err
}

func noEDNS(m *wire.Msg) bool {
	return (m.Rcode == wire.RcodeFormatError || m.Rcode == wire.RcodeNotImplemented) && m.IsEdns0() == nil
}

func exchange(ctx context.Context, s *serverState, q question, network string, edns bool) (*wire.Msg, error) {
	out := new(wire.Msg)
	out.SetQuestion(q.name+".", uint16(q.typ))
	out.Id = randomID()
	if edns {
		out.SetEdns0(ednsSize, false)
	}
	packed, err := out.Pack()
	if err != nil {
		return nil, err
	}
	conn, err := dialer.DialContext(ctx, network, s.addr.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if d, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(d)
	}
	// The context may end before its deadline: the server closes down.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		packed = append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)
	}
	if _, err := conn.Write(packed); err != nil {
		return nil, err
	}
	if network == "tcp" {
		return readStream(conn, out)
	}
	return readDatagrams(conn, out)
}

func readDatagrams(conn net.Conn, out *wire.Msg) (*wire.Msg, error) {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		m := answerTo(out, buf[:n])
		switch {
		case m == nil:
		case m.Truncated:
			return nil, errTruncated
		default:
			return m, nil
		}
	}
}

func readStream(conn net.Conn, out *wire.Msg) (*wire.Msg, error) {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, buf); err != nil {
		return nil, err
	}
	if m := answerTo(out, buf); m != nil {
		return m, nil
	}
	return nil, errRcode
}

// answerTo reads a packet if it answers the query; nil: it does not.
func answerTo(query *wire.Msg, packet []byte) *wire.Msg {
	if len(packet) < 12 || binary.BigEndian.Uint16(packet) != query.Id {
		return nil
	}
	m := new(wire.Msg)
	if m.Unpack(packet) != nil {
		// A truncated answer may end in the middle of a record.
		if !m.Truncated || len(m.Question) != 1 {
			return nil
		}
	}
	if !m.Response || m.Opcode != wire.OpcodeQuery {
		return nil
	}
	if len(m.Question) == 0 && (m.Rcode == wire.RcodeFormatError || m.Rcode == wire.RcodeNotImplemented) {
		return m // RFC 6891 §7: without the question
	}
	asked := query.Question[0]
	if len(m.Question) != 1 || m.Question[0].Qtype != asked.Qtype || m.Question[0].Qclass != asked.Qclass || !strings.EqualFold(m.Question[0].Name, asked.Name) {
		return nil
	}
	return m
}

func randomID() uint16 {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint16(b[:])
}
