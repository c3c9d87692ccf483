package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// message is what a model sees of a SIP message.
type message struct {
	method       string // of the request, or of the CSeq of a reply
	code         int    // of the reply; 0 for a request
	uri          string
	vias         []string
	branch       string // of the top Via
	from, to     string
	fromTag      string
	toTag        string
	callID       string
	cseq         int
	routes       []string
	recordRoutes []string
	contact      string
	contacts     int
	line         string // the first line
}

// read takes a message apart. It knows just what the models and the script send.
func read(data []byte) (*message, error) {
	head, _, ok := strings.Cut(string(data), "\r\n\r\n")
	if !ok {
		return nil, fmt.Errorf("no end of the headers")
	}
	m := &message{}
	var rest string
	m.line, rest, _ = strings.Cut(head, "\r\n")
	if s, ok := strings.CutPrefix(m.line, "SIP/2.0 "); ok {
		code, err := strconv.Atoi(s[:min(3, len(s))])
		if err != nil {
			return nil, fmt.Errorf("status line %q", m.line)
		}
		m.code = code
	} else {
		f := strings.Split(m.line, " ")
		if len(f) != 3 || f[2] != "SIP/2.0" {
			return nil, fmt.Errorf("request line %q", m.line)
		}
		m.method, m.uri = f[0], f[1]
	}
	for line := range strings.SplitSeq(rest, "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("header %q", line)
		}
		value = strings.TrimSpace(value)
		switch name {
		case "Via":
			m.vias = append(m.vias, value)
		case "From":
			m.from, m.fromTag = value, param(value, "tag")
		case "To":
			m.to, m.toTag = value, param(value, "tag")
		case "Call-ID":
			m.callID = value
		case "CSeq":
			n, method, _ := strings.Cut(value, " ")
			m.cseq, _ = strconv.Atoi(n)
			if m.code != 0 {
				m.method = method
			} else if method != m.method {
				return nil, fmt.Errorf("CSeq %q in %q", value, m.line)
			}
		case "Route":
			m.routes = append(m.routes, value)
		case "Record-Route":
			m.recordRoutes = append(m.recordRoutes, value)
		case "Contact":
			m.contact = strings.Trim(value, "<>")
			m.contacts++
		}
	}
	if len(m.vias) == 0 || m.callID == "" || m.cseq == 0 {
		return nil, fmt.Errorf("no Via, Call-ID or CSeq in %q", m.line)
	}
	m.branch = param(m.vias[0], "branch")
	return m, nil
}

// param is the value of a header parameter; "" for none.
func param(header, name string) string {
	for p := range strings.SplitSeq(header, ";") {
		if v, ok := strings.CutPrefix(p, name+"="); ok {
			return v
		}
	}
	return ""
}

// final says whether a status code ends a transaction.
func final(code int) bool { return code >= 200 }

// reply makes the answer of a model to a request.
func (m *message) reply(code int, toTag string, extra ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d Reply\r\n", code)
	for _, v := range m.vias {
		b.WriteString("Via: " + v + "\r\n")
	}
	if code > 100 {
		for _, v := range m.recordRoutes {
			b.WriteString("Record-Route: " + v + "\r\n")
		}
	}
	b.WriteString("From: " + m.from + "\r\nTo: " + m.to)
	if m.toTag == "" && code > 100 {
		b.WriteString(";tag=" + toTag)
	}
	fmt.Fprintf(&b, "\r\nCall-ID: %s\r\nCSeq: %d %s\r\n", m.callID, m.cseq, m.method)
	for _, h := range extra {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String())
}

// ack makes the ACK that belongs to the transaction of an INVITE (RFC 3261
// §17.1.1.3), cancel its CANCEL (§9.1).
func (m *message) ack(to string) []byte { return m.follow("ACK", to) }

func (m *message) cancel() []byte { return m.follow("CANCEL", m.to) }

func (m *message) follow(method, to string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\n", method, m.uri, m.vias[0])
	for _, r := range m.routes {
		b.WriteString("Route: " + r + "\r\n")
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n", m.from, to, m.callID, m.cseq, method)
	return []byte(b.String())
}
