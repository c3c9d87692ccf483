package framing

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// width is how many connections are open at a time.
const width = 150

// client has connections to the server. Those of a step are used side by side, so that
// waiting for the server to read costs one wait for all of them.
type client struct {
	ctx  context.Context
	at   netip.AddrPort
	open []*conn
	// patience bounds the waiting for an answer.
	patience time.Duration
	// taken tells whether the server has read all that was sent, the bytes of which are
	// counted by sent.
	taken func(sent int64) (bool, error)
	sent  int64
}

type conn struct {
	net.Conn
	c *client
	r *bufio.Reader
}

func (c *client) dial() (*conn, error) {
	var d net.Dialer
	k, err := d.DialContext(c.ctx, "tcp", c.at.String())
	if err != nil {
		return nil, err
	}
	return &conn{k, c, bufio.NewReader(k)}, nil
}

// some are n open connections.
func (c *client) some(n int) ([]*conn, error) {
	for len(c.open) < n {
		k, err := c.dial()
		if err != nil {
			return nil, err
		}
		c.open = append(c.open, k)
	}
	return c.open[:n], nil
}

func (c *client) close() {
	for _, k := range c.open {
		k.Close()
	}
	c.open = nil
}

// answer is the next message of a connection; io.EOF at its end in order.
func (k *conn) answer() (string, error) {
	_ = k.SetReadDeadline(time.Now().Add(k.c.patience))
	var b strings.Builder
	length := 0
	for {
		l, err := k.r.ReadString('\n')
		if err != nil {
			if b.Len()+len(l) > 0 {
				return "", fmt.Errorf("%w behind %q", err, b.String()+l)
			}
			return "", err
		}
		b.WriteString(l)
		if v, ok := strings.CutPrefix(l, "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		if l == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(k.r, body); err != nil {
		return "", err
	}
	return b.String() + string(body), nil
}

func (k *conn) write(s string) error {
	n, err := io.WriteString(k, s)
	k.c.sent += int64(n)
	return err
}

// settle waits until the server has read everything.
func (c *client) settle() error {
	for end := time.Now().Add(c.patience); ; time.Sleep(pause) {
		if done, err := c.taken(c.sent); done || err != nil {
			return err
		}
		if time.Now().After(end) {
			return errors.New("the server does not read")
		}
	}
}

// pause is between two looks at the server, which may need the processor.
const pause = 100 * time.Microsecond

// alone sends a message whole, on a connection of its own, with the end of our side
// behind it: there is one answer, and nothing behind that.
func (c *client) alone(m Message) (string, error) {
	k, err := c.dial()
	if err != nil {
		return "", err
	}
	defer k.Close()
	if err := k.write(m.Text); err != nil {
		return "", err
	}
	got, err := k.answer()
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(got, m.Status) {
		return "", fmt.Errorf("the answer is %q, want %q", first(got), m.Status)
	}
	if err := k.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	if more, err := k.answer(); !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%q, %w behind the answer", first(more), err)
	}
	return got, nil
}

func first(msg string) string { l, _, _ := strings.Cut(msg, "\r\n"); return l }

// cuts sends a message in two parts, for each place where it can be cut. The server has
// read the first part before the second one is sent.
func (c *client) cuts(m Message, want string) (n int, err error) {
	for from := 1; from < len(m.Text); from += width {
		to := min(from+width, len(m.Text))
		all, err := c.some(to - from)
		if err != nil {
			return n, err
		}
		for i, k := range all {
			if err := k.write(m.Text[:from+i]); err != nil {
				return n, err
			}
		}
		if err := c.settle(); err != nil {
			return n, err
		}
		for i, k := range all {
			if err := k.write(m.Text[from+i:]); err != nil {
				return n, err
			}
		}
		for i, k := range all {
			if err := k.same(want); err != nil {
				return n, fmt.Errorf("%s, cut at %d: %w", m.Name, from+i, err)
			}
			n++
		}
	}
	return n, nil
}

// same demands an answer.
func (k *conn) same(want string) error {
	got, err := k.answer()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the answer is\n%s\nwant\n%s", got, want)
	}
	return nil
}

// bytes sends all messages a byte at a time, each on a connection of its own.
func (c *client) bytes(corpus []Message, want []string) error {
	all, err := c.some(len(corpus))
	if err != nil {
		return err
	}
	texts := make([]string, len(corpus))
	for i, m := range corpus {
		texts[i] = m.Text
	}
	if err := c.drip(all, texts); err != nil {
		return err
	}
	for i, k := range all {
		if err := k.same(want[i]); err != nil {
			return fmt.Errorf("%s, a byte at a time: %w", corpus[i].Name, err)
		}
	}
	return nil
}

// drip sends each text on its connection, a byte at a time, each of which the server
// reads alone.
func (c *client) drip(all []*conn, texts []string) error {
	for at, more := 0, true; more; at++ {
		more = false
		for i, k := range all {
			if at >= len(texts[i]) {
				continue
			}
			more = true
			_ = k.write(texts[i][at : at+1]) // a connection that was closed early tells by its answer
		}
		if err := c.settle(); err != nil {
			return err
		}
	}
	return nil
}

// atOnce sends all messages in one write.
func (c *client) atOnce(corpus []Message, want []string) error {
	all, err := c.some(1)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, m := range corpus {
		b.WriteString(m.Text)
	}
	if err := all[0].write(b.String()); err != nil {
		return err
	}
	for i, m := range corpus {
		if err := all[0].same(want[i]); err != nil {
			return fmt.Errorf("%s, number %d of one write: %w", m.Name, i, err)
		}
	}
	return nil
}

// refused sends messages with bad lengths, whole or a byte at a time, each on a connection
// of its own: 400 comes, then the end, and nothing between.
func (c *client) refused(lengths []Length, how string, dripped bool) error {
	all, heads := make([]*conn, len(lengths)), make([]string, len(lengths))
	for i, l := range lengths {
		k, err := c.dial()
		if err != nil {
			return err
		}
		defer k.Close()
		all[i], heads[i] = k, l.message()
		if dripped {
			heads[i] = heads[i][:strings.Index(heads[i], "\r\n\r\n")+4]
		} else if err := k.write(heads[i]); err != nil {
			return err
		}
	}
	if dripped {
		if err := c.drip(all, heads); err != nil {
			return err
		}
		for i, k := range all {
			_ = k.write(lengths[i].message()[len(heads[i]):]) // it may be closed by now
		}
	}
	for i, k := range all {
		got, err := k.answer()
		if err != nil || !strings.HasPrefix(got, "SIP/2.0 400 ") {
			return fmt.Errorf("length %s, %s: the answer is %q (%v), want 400", lengths[i].Name, how, first(got), err)
		}
		if more, err := k.answer(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("length %s, %s: %q (%v) behind the 400, want the end", lengths[i].Name, how, first(more), err)
		}
	}
	return nil
}
