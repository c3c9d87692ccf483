package tcpload

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"sipedge/benchmarks/sipcall"
)

// Final sends the INVITE of call number n for a callee, as sipcall.AppendInvite has it, over a connection of its own and waits for the
// final answer. It returns that answer's status and how long it took.
func Final(ctx context.Context, server netip.AddrPort, n int, callee string, limit time.Duration) (status int, took time.Duration, err error) {
	conn, err := dialFrom(ctx, Address(0, 0), server, nil)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(limit)) // a connection has deadlines
	end := sipcall.End{Local: conn.LocalAddr().String(), Transport: "TCP"}
	began := time.Now()
	if _, err := conn.Write(end.AppendInvite(nil, n, callee, 0)); err != nil {
		return 0, 0, err
	}
	r := newReader(conn)
	for {
		msg, err := r.one()
		if err != nil {
			return 0, time.Since(began), err
		}
		rest, ok := bytes.CutPrefix(msg, []byte("SIP/2.0 "))
		if !ok || len(rest) < 3 {
			return 0, time.Since(began), fmt.Errorf("an answer that begins with %.40q", msg)
		}
		if status, err = strconv.Atoi(string(rest[:3])); err != nil || status >= 200 {
			return status, time.Since(began), err
		}
	}
}
