package rows

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
)

// dnsEdge is a running server of a case with a name server of its own, and what the case
// has found to be wrong.
type dnsEdge struct {
	*core.Server
	t     *testing.T
	names *dnstest.Server
	wrong []string
	phone *net.UDPConn
	at    *net.UDPAddr
	calls int
	conf  string // the file that lists the name servers
}

// dnsOver ends a case at the first thing that makes the rest pointless.
var dnsOver = new(int)

// dnsPatience bounds the waiting for what has to come.
const dnsPatience = 12 * time.Second

func newDNSEdge(t *testing.T) *dnsEdge {
	e := &dnsEdge{t: t, names: dnstest.Start(t), conf: filepath.Join(t.TempDir(), "resolv.conf")}
	e.servers("options timeout:1 attempts:1\n", e.names)
	e.phone = e.socket("127.0.0.1")
	return e
}

// servers writes the list of name servers, and what else is to stand in the file.
func (e *dnsEdge) servers(options string, list ...*dnstest.Server) {
	text := options
	for _, s := range list {
		text += fmt.Sprintf("nameserver [%v]:%d\n", s.Addr().Addr(), s.Addr().Port())
	}
	e.must(os.WriteFile(e.conf, []byte(text), 0o600))
}

func (e *dnsEdge) fail(format string, args ...any) {
	e.wrong = append(e.wrong, fmt.Sprintf(format, args...))
}

func (e *dnsEdge) must(err error) {
	if err != nil {
		e.fail("%v", err)
		panic(any(dnsOver))
	}
}

func (e *dnsEdge) socket(ip string) *net.UDPConn {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	e.must(err)
	e.t.Cleanup(func() { _ = c.Close() })
	return c
}

// gateway answers all requests with 200, under its name, and says on which port it is.
func (e *dnsEdge) gateway(name, ip string) uint16 {
	c := e.socket(ip)
	e.serve(name, c)
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// gatewayAt is gateway on a port; false: it is in use.
func (e *dnsEdge) gatewayAt(name, ip string, port uint16) bool {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip), Port: int(port)})
	if err != nil {
		return false
	}
	e.t.Cleanup(func() { _ = c.Close() })
	e.serve(name, c)
	return true
}

func (e *dnsEdge) serve(name string, c *net.UDPConn) {
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			out := "SIP/2.0 200 OK\r\nServer: " + name + "\r\n"
			for l := range strings.SplitSeq(string(buf[:n]), "\r\n") {
				for _, h := range []string{"Via:", "From:", "To:", "Call-ID:", "CSeq:"} {
					if strings.HasPrefix(l, h) {
						out += l + "\r\n"
					}
				}
			}
			_, _ = c.WriteToUDPAddrPort([]byte(out+"Content-Length: 0\r\n\r\n"), from)
		}
	}()
}

// dnsScript relays every request by its URI; one to the user "here" is answered.
const dnsScript = `
children=1
disable_tcp=yes
loadmodule "sl"
loadmodule "tm"
route {
	if ($rU == "here") { sl_send_reply("200", "Here"); exit; }
	if ($rU == "myself") { if (uri == myself) sl_send_reply("200", "Ours"); else sl_send_reply("404", "Not ours"); exit; }
	if (!t_relay()) sl_reply_error();
}
`

// configuration is the script with lines of the case in front of it.
func (e *dnsEdge) configuration(lines string) []byte {
	if !strings.Contains(lines, "listen=") {
		port := 0
		if e.at != nil { // a reload keeps the socket
			port = e.at.Port
		}
		lines += fmt.Sprintf("\nlisten=udp:127.0.0.1:%d", port)
	}
	if !strings.Contains(lines, "auto_aliases") {
		lines += "\nauto_aliases=no"
	}
	return []byte(lines + "\ndns_resolv_conf=\"" + e.conf + "\"\n" + dnsScript)
}

// start runs the script with lines of the case.
func (e *dnsEdge) start(lines string) {
	s, diags := core.New("dns.cfg", e.configuration(lines), stock())
	if s == nil {
		e.must(fmt.Errorf("refused: %v", diags))
	}
	e.must(s.Start())
	e.Server, e.at = s, net.UDPAddrFromAddrPort(s.Snapshot().Sockets()[0].Addr)
}

func (e *dnsEdge) halt() {
	if e.Server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), dnsPatience)
	defer cancel()
	if err := e.Stop(ctx); err != nil {
		e.t.Errorf("stop: %v", err)
	}
	e.Server = nil
}

// send sends a request with a Via of the phone's name or address.
func (e *dnsEdge) send(uri, via string) (callID string) {
	e.calls++
	callID = fmt.Sprintf("call%d", e.calls)
	from := e.phone.LocalAddr().String()
	if via == "" {
		via = from
	}
	_, err := e.phone.WriteToUDP(fmt.Appendf(nil, "OPTIONS %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:phone@%s>;tag=1\r\nTo: <%s>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", uri, via, callID, from, uri, callID), e.at)
	e.must(err)
	return callID
}

// final waits for the final answer of a request; "" where none comes.
func (e *dnsEdge) final(callID string) string {
	buf := make([]byte, 1<<16)
	_ = e.phone.SetReadDeadline(time.Now().Add(dnsPatience))
	for {
		n, err := e.phone.Read(buf)
		if err != nil {
			return ""
		}
		if m := string(buf[:n]); !strings.HasPrefix(m, "SIP/2.0 1") && strings.Contains(m, "\r\nCall-ID: "+callID+"\r\n") {
			return m
		}
	}
}

// ask sends a request and tells the final answer's status and, where a gateway gave it,
// its name: "200 a", "478".
func (e *dnsEdge) ask(uri string) string {
	m := e.final(e.send(uri, ""))
	if len(m) < 12 {
		return "no answer"
	}
	status, by := m[8:11], headerOf(m, "Server: ")
	if !strings.HasPrefix(by, "sipedge") && by != "" {
		status += " " + by
	}
	return status
}

func headerOf(m, name string) string {
	for l := range strings.SplitSeq(m, "\r\n") {
		if v, ok := strings.CutPrefix(l, name); ok {
			return v
		}
	}
	return ""
}

// want asks and compares.
func (e *dnsEdge) want(uri, answer string) {
	if got := e.ask(uri); got != answer {
		e.fail("%s: %s, want %s", uri, got, answer)
	}
}

// queries compares how often the name server has been asked for the addresses of a name.
func (e *dnsEdge) queries(name string, want int) {
	if n := e.names.Count(name, "A"); n != want {
		e.fail("the name server was asked %d times for %s, want %d", n, name, want)
	}
}

// cache is the server's cache; later moves its clock.
func (e *dnsEdge) cache() *dns.Cache { return e.Resolver().Cache() }

func (e *dnsEdge) later(d time.Duration) { e.cache().SetNow(e.cache().Now() + d.Milliseconds()) }

// command runs a command of the control plane.
func (e *dnsEdge) command(line string) error {
	words := strings.Fields(line)
	_, err := e.Resolver().Run(e.t.Context(), words[0], words[1:]...)
	return err
}

// until waits for something that only a figure tells; false: it did not come.
func (e *dnsEdge) until(wait time.Duration, cond func() bool) bool {
	for end := time.Now().Add(wait); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// a is a zone's line for an address.
func a(ttl int, ip string) string {
	typ := "A"
	if netip.MustParseAddr(ip).Is6() {
		typ = "AAAA"
	}
	return fmt.Sprintf("@ %d IN %s %s", ttl, typ, ip)
}
