package hostiledns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/engine/dns/dnstest"
)

// traffic are the flows of requests of one run, and the gateway that answers what arrives there.
type traffic struct {
	gateway *net.UDPConn
	begin   time.Time
	others  *flow
	calm    *flow   // the same through the calm server
	bad     []*flow // one for each behaviour
	readers sync.WaitGroup
}

// flow are requests of one kind at a steady rate, from a socket of its own.
type flow struct {
	label string
	to    *net.UDPAddr
	conn  *net.UDPConn
	rate  float64
	uris  []string // in turns

	mu   sync.Mutex
	sent []time.Duration // since begin
	took []time.Duration // to the final answer; 0 none yet
	code []int
	left atomic.Int64 // without a final answer
}

const (
	sendTick   = time.Millisecond
	bufferSize = 4 << 20
	// settleTime is how much longer than a final answer may take is waited for it, so that a late one is seen as late.
	settleTime = 2 * time.Second
	settleTick = 10 * time.Millisecond
	// warmUp are the requests before the measured ones: they make the server's memory and the good name's entry.
	warmUp = 200
	// numberMark stands in a URI for the number of the request.
	numberMark = "NUMBER"
)

func newTraffic(server, calm string, group []dnstest.Named) (t *traffic, err error) {
	t = &traffic{begin: time.Now()}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.gateway, err = listen(); err != nil {
		return t, err
	}
	t.readers.Go(t.answer)
	gw := t.gateway.LocalAddr().(*net.UDPAddr)
	var uris []string
	for _, user := range []string{"stateless", "stateful"} {
		for _, host := range []string{gw.IP.String(), goodName, newName} {
			uris = append(uris, fmt.Sprintf("sip:%s@%s:%d", user, host, gw.Port))
		}
	}
	if t.others, err = t.add(server, "others", otherRate, uris); err != nil {
		return t, err
	}
	if t.calm, err = t.add(calm, "calm", otherRate, uris); err != nil {
		return t, err
	}
	for _, n := range group {
		port := fmt.Sprint(":", gw.Port)
		if n.SRV {
			port = ""
		}
		host := n.Label + "." + domain + port
		if n.Fresh {
			host = "n" + numberMark + "." + host
		}
		rate := float64(badRate)
		if n.Fresh {
			rate = freshRate
		}
		f, err := t.add(server, n.Label, rate, []string{"sip:stateless@" + host, "sip:stateful@" + host})
		if err != nil {
			return t, err
		}
		t.bad = append(t.bad, f)
	}
	return t, nil
}

func listen() (*net.UDPConn, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err == nil {
		err = c.SetReadBuffer(bufferSize)
	}
	return c, err
}

func (t *traffic) add(server, label string, rate float64, uris []string) (*flow, error) {
	to, err := net.ResolveUDPAddr("udp4", server)
	if err != nil {
		return nil, err
	}
	c, err := listen()
	if err != nil {
		return nil, err
	}
	f := &flow{label: label, to: to, conn: c, rate: rate, uris: uris}
	t.readers.Go(func() { t.read(f) })
	return f, nil
}

func (t *traffic) all() (list []*flow) {
	for _, f := range append([]*flow{t.others, t.calm}, t.bad...) {
		if f != nil {
			list = append(list, f)
		}
	}
	return list
}

func (t *traffic) close() {
	if t.gateway != nil {
		_ = t.gateway.Close()
	}
	for _, f := range t.all() {
		_ = f.conn.Close()
	}
	t.readers.Wait()
}

// run sends for d and waits for what is to come.
func (t *traffic) run(ctx context.Context, d time.Duration) error {
	for i := range warmUp {
		for _, f := range []*flow{t.others, t.calm} {
			if err := t.send(f, i); err != nil {
				return err
			}
		}
		time.Sleep(sendTick)
	}
	if err := t.settle(ctx, time.Second); err != nil {
		return err
	}
	t.others.forget()
	t.calm.forget()
	began := time.Now()
	tick := time.NewTicker(sendTick)
	defer tick.Stop()
	done := make([]int, len(t.all()))
	for now := began; now.Sub(began) < d; {
		for k, f := range t.all() {
			for due := int(now.Sub(began).Seconds() * f.rate); done[k] < due; done[k]++ {
				if err := t.send(f, done[k]); err != nil {
					return err
				}
			}
		}
		select {
		case now = <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return t.settle(ctx, FinalLimit+settleTime)
}

// settle waits until everything is answered, for so long at most.
func (t *traffic) settle(ctx context.Context, most time.Duration) error {
	for end := time.Now().Add(most); time.Now().Before(end); {
		left := int64(0)
		for _, f := range t.all() {
			left += f.left.Load()
		}
		if left == 0 {
			return nil
		}
		select {
		case <-time.After(settleTick):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (f *flow) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent, f.took, f.code = nil, nil, nil
	f.left.Store(0)
}

// send sends one request; its number within the flow stands in its Call-ID.
func (t *traffic) send(f *flow, i int) error {
	f.mu.Lock()
	n := len(f.sent)
	f.sent, f.took, f.code = append(f.sent, time.Since(t.begin)), append(f.took, 0), append(f.code, 0)
	f.mu.Unlock()
	f.left.Add(1)
	uri := strings.ReplaceAll(f.uris[i%len(f.uris)], numberMark, strconv.Itoa(n))
	from := f.conn.LocalAddr().String()
	msg := fmt.Sprintf("OPTIONS %[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK%[3]s-%[4]d-%[5]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:load@%[2]s>;tag=l%[5]d\r\nTo: <%[1]s>\r\nCall-ID: %[5]d@%[3]s-%[4]d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		uri, from, f.label, t.begin.UnixNano(), n)
	_, err := f.conn.WriteToUDP([]byte(msg), f.to)
	return err
}

// read notes the final answers of a flow.
func (t *traffic) read(f *flow) {
	buf := make([]byte, 1<<16)
	for {
		n, _, err := f.conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		now := time.Since(t.begin)
		code, number, ok := statusAndNumber(buf[:n])
		if !ok || code < 200 {
			continue
		}
		f.mu.Lock()
		if number < len(f.sent) && f.code[number] == 0 {
			f.code[number], f.took[number] = code, max(1, now-f.sent[number])
			f.left.Add(-1)
		}
		f.mu.Unlock()
	}
}

func statusAndNumber(msg []byte) (code, number int, ok bool) {
	first, rest, _ := bytes.Cut(msg, []byte("\r\n"))
	if !bytes.HasPrefix(first, []byte("SIP/2.0 ")) || len(first) < 11 {
		return 0, 0, false
	}
	code, err := strconv.Atoi(string(first[8:11]))
	_, id, found := bytes.Cut(rest, []byte("Call-ID: "))
	digits, _, at := bytes.Cut(id, []byte("@"))
	if err != nil || !found || !at {
		return 0, 0, false
	}
	number, err = strconv.Atoi(string(digits))
	return code, number, err == nil && number >= 0
}

// answer is the gateway: 200 to everything.
func (t *traffic) answer() {
	buf := make([]byte, 1<<16)
	var out []byte
	for {
		n, from, err := t.gateway.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		out = append(out[:0], "SIP/2.0 200 OK\r\n"...)
		for line := range bytes.SplitSeq(buf[:n], []byte("\r\n")) {
			for _, h := range []string{"Via:", "From:", "To:", "Call-ID:", "CSeq:"} {
				if bytes.HasPrefix(line, []byte(h)) {
					out = append(append(out, line...), "\r\n"...)
				}
			}
		}
		out = append(out, "Content-Length: 0\r\n\r\n"...)
		_, _ = t.gateway.WriteToUDPAddrPort(out, from)
	}
}

// times are how long the answers took, sorted, and how many requests had none.
func (f *flow) times() (took []time.Duration, lost int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, d := range f.took {
		if f.code[i] == 200 {
			took = append(took, d)
		} else {
			lost++
		}
	}
	slices.Sort(took)
	return took, lost
}

// at is a quantile of sorted times.
func at(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// rows are what was seen.
func (t *traffic) rows(group []dnstest.Named, names *dnstest.Server) (rows []Row) {
	others, lost := t.others.times()
	calm, _ := t.calm.times()
	queries := names.Queries("")
	for i, n := range group {
		f := t.bad[i]
		host := n.Label + "." + domain
		r := Row{Label: n.Label, What: n.Behaviour.Label, Want: n.Status, Statuses: map[int]int{}, Beside: len(group),
			Others: len(others) + lost, Lost: lost, P50: at(others, 0.5), P99: at(others, 0.99), Max: at(others, 1), Calm: at(calm, 0.99)}
		f.mu.Lock()
		r.Sent = len(f.sent)
		for k, code := range f.code {
			if code != 0 {
				r.Statuses[code]++
			}
			r.Longest = max(r.Longest, f.took[k])
		}
		f.mu.Unlock()
		if n.Fresh {
			r.What += ", ever new names"
		}
		if n.SRV {
			r.What = "60 SRV targets, none of which exists"
		}
		targets := map[string]bool{}
		for _, q := range queries {
			if q.Name != host && !strings.HasSuffix(q.Name, "."+host) && (!n.SRV || !strings.HasSuffix(q.Name, "."+dnstest.DeadTargets)) {
				continue
			}
			r.Queries++
			r.Outstanding = max(r.Outstanding, names.MostOutstanding(q.Name))
			if n.SRV && strings.HasSuffix(q.Name, "."+dnstest.DeadTargets) {
				targets[q.Name] = true
			}
		}
		r.Targets = len(targets)
		rows = append(rows, r)
	}
	return rows
}
