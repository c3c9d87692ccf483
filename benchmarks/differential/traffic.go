package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
)

const (
	// window is how many messages are under way before the server is asked whether it is through with them.
	window = 16
	// answerLimit is how long it may take to say so.
	answerLimit = 5 * time.Second
	// logPoll is the time between two looks at a log, logTail the bytes of its end that are looked at.
	logPoll = time.Millisecond
	logTail = 4096
	// settle is how long messages that were sent on may take to the sink after the server has said that it is through; they
	// are on the loopback interface, so that they are there already.
	settle = 50 * time.Millisecond
)

// client is the two ends of the comparison, the same for both servers: who sends the messages, and who gets what is sent on.
type client struct {
	conn, sink *net.UDPConn
	port       int // that the servers listen on, one after the other
}

func newClient() (*client, error) {
	loopback := net.IPv4(127, 0, 0, 1)
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: loopback})
	if err != nil {
		return nil, err
	}
	sink, err := net.ListenUDP("udp", &net.UDPAddr{IP: loopback})
	if err != nil {
		conn.Close()
		return nil, err
	}
	ports, err := servers.FreePorts(1)
	if err != nil {
		conn.Close()
		sink.Close()
		return nil, err
	}
	return &client{conn, sink, ports[0]}, nil
}

func (cl *client) close() {
	cl.conn.Close()
	cl.sink.Close()
}

func (cl *client) sinkPort() int { return cl.sink.LocalAddr().(*net.UDPAddr).Port }

// message is what every script runs on. Ports are of five digits, so that its length is always the same.
func (cl *client) message(tag string) string {
	body := "v=0\r\no=- 20518 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n"
	return strings.Join([]string{
		"INVITE sip:+4930123;npi=1@example.com:5060;transport=udp;maddr=192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP " + cl.conn.LocalAddr().String() + ";branch=z9hG4bK" + tag + ";rport",
		"Via: SIP/2.0/TCP 192.0.2.77:5090;branch=z9hG4bKfirst;received=198.51.100.3",
		"Max-Forwards: 68",
		"Record-Route: <sip:192.0.2.99;lr;ftag=a73kszlfl>",
		`From: "Alice A." <sip:alice:pw@atlanta.example.com:5070;user=phone>;tag=a73kszlfl;x=1`,
		"To: Bob <sip:bob@biloxi.example.org>",
		"Call-ID: 1j9FpLxk3uxtm8tn@192.0.2.10",
		"CSeq: 314159 INVITE",
		"Contact: <sip:alice@192.0.2.10:5070;ob>;expires=300;q=0.5",
		"Contact: <sip:alice@198.51.100.9>",
		"User-Agent: Softphone Beta1.5",
		"Subject: Lunch at \"Joe's\"; today",
		"X-Case: " + tag,
		"X-Num: 42",
		"X-Neg: -7",
		"X-Multi: one",
		"X-Multi: two, three",
		"X-Multi: four",
		"X-Empty:",
		"X-Param: a=1;b=two;c;d=\"q;r\"",
		"X-Space:   padded value  ",
		"Privacy: id;critical",
		"Supported: 100rel, timer",
		"Allow: INVITE, ACK, BYE",
		"Date: Tue, 24 Nov 2026 12:00:00 GMT",
		"Expires: 120",
		"Diversion: <sip:carol@example.net;x=y>;reason=unconditional;privacy=off",
		"P-Asserted-Identity: \"Alice\" <sip:alice@atlanta.example.com>",
		"Proxy-Authorization: Digest username=\"alice\", realm=\"atlanta.example.com\", nonce=\"84a4cc6f3082121f32b42a2187831a9e\", uri=\"sip:bob@biloxi.example.org\", response=\"7587245234b3434cc3412213e5f113a5\", algorithm=MD5, cname=\"x\"",
		"Content-Type: application/sdp",
		fmt.Sprintf("Content-Length: %d", len(body)),
		"", body,
	}, "\r\n")
}

// run sends a message for each case to the server and returns what it made of them, without verdicts.
func (cl *client) run(ctx context.Context, dir string, kind servers.Kind, cases []Case) (map[string]observation, error) {
	var settings []configs.Setting
	if kind.HomeLoops {
		// The scripts log more in a second than sipedge lets out by default.
		settings = append(settings, configs.Setting{Name: "log_bytes_max", Value: "0"})
	}
	server, err := servers.Start(ctx, kind, dir, cl.port, together(cases, cl.sinkPort()), settings...)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: cl.port}
	answered := make(map[string][]string)
	for first := 0; first < len(cases); first += window {
		some := cases[first:min(first+window, len(cases))]
		for _, c := range some {
			if _, err := cl.conn.WriteToUDP([]byte(cl.message(c.tag())), to); err != nil {
				return nil, err
			}
		}
		err := cl.await(first, to, answered)
		if err == nil {
			err = awaitLine(server.LogFile(), through(first))
		}
		if err != nil {
			if !server.Alive() {
				err = errors.New("it ended")
			}
			return nil, fmt.Errorf("%s: %w; it ran one of %s to %s", kind.Name, err, some[0].Name, some[len(some)-1].Name)
		}
	}
	sent := make(map[string][]string)
	if err := cl.drain(sent); err != nil {
		return nil, err
	}
	server.Stop()
	log, err := os.ReadFile(server.LogFile())
	if err != nil {
		return nil, err
	}
	lines := logged(string(log))
	found := make(map[string]observation, len(cases))
	for _, c := range cases {
		tag := c.tag()
		found[tag] = observation{Lines: append(append(lines[tag], answered[tag]...), sent[tag]...)}
	}
	return found, nil
}

var tagOf = regexp.MustCompile(`z9hG4bK(C\d{5})[;\r]`)

// await asks the server whether it is through, and files the answers to the scripts' messages that come before.
func (cl *client) await(n int, to *net.UDPAddr, answered map[string][]string) error {
	local := cl.conn.LocalAddr()
	ask := fmt.Sprintf("OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK-sync-%[3]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:x@%[2]s>;tag=x\r\nTo: <sip:%[1]s>\r\nCall-ID: %[4]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", to, local, n, callID(n))
	if _, err := cl.conn.WriteToUDP([]byte(ask), to); err != nil {
		return err
	}
	if err := cl.conn.SetReadDeadline(time.Now().Add(answerLimit)); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for {
		n2, err := cl.conn.Read(buf)
		if err != nil {
			return fmt.Errorf("no answer within %v", answerLimit)
		}
		text := string(buf[:n2])
		if m := tagOf.FindStringSubmatch(text); m != nil {
			status, _, _ := strings.Cut(text, "\r\n")
			answered[m[1]] = append(answered[m[1]], "answered "+status)
			continue
		}
		if strings.Contains(text, fmt.Sprintf("z9hG4bK-sync-%d;", n)) {
			return nil
		}
	}
}

// awaitLine waits until a log has a line: sipedge writes its log behind the traffic, and would leave out what does not fit between.
func awaitLine(file, line string) error {
	for deadline := time.Now().Add(answerLimit); time.Now().Before(deadline); time.Sleep(logPoll) {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		end, err := f.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = f.Seek(max(0, end-logTail), io.SeekStart)
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(f)
		}
		f.Close() // it was only read
		if err != nil {
			return err
		}
		if strings.Contains(string(text), line) {
			return nil
		}
	}
	return fmt.Errorf("nothing logged within %v", answerLimit)
}

var caseOf = regexp.MustCompile(`(?m)^X-Case: (C\d{5})\r`)

// drain files what came to the sink.
func (cl *client) drain(sent map[string][]string) error {
	buf := make([]byte, 64<<10)
	for {
		if err := cl.sink.SetReadDeadline(time.Now().Add(settle)); err != nil {
			return err
		}
		n, err := cl.sink.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		} else if err != nil {
			return err
		}
		text := string(buf[:n])
		m := caseOf.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		sent[m[1]] = append(sent[m[1]], "sent "+escaped(comparable(text)))
	}
}
