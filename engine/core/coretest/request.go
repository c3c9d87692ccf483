package coretest

import (
	"fmt"
	"strings"
)

// Message is a request under construction; the zero fields of Request's result
// are those of an ordinary one from 192.0.2.10:5060.
type Message struct {
	Method, URI string
	Via         []string // bodies of the Via headers
	MaxForwards string   // "" for none
	ToTag       string
	CallID      string
	CSeq        int
	Headers     []string // whole lines, behind the Vias
	Body        string
}

// Request begins a request.
func Request(method, uri string, headers ...string) *Message {
	return &Message{
		Method: method, URI: uri, Headers: headers, CallID: "call-1@example.com", CSeq: 1, MaxForwards: "70",
		Via: []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKcoretest1"},
	}
}

// InDialog gives the request a To tag.
func (m *Message) InDialog() *Message {
	m.ToTag = "callee-tag"
	return m
}

// String is the message as it goes over the wire.
func (m *Message) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", m.Method, m.URI)
	for _, v := range m.Via {
		fmt.Fprintf(&b, "Via: %s\r\n", v)
	}
	for _, h := range m.Headers {
		b.WriteString(h + "\r\n")
	}
	to := "<sip:bob@example.net>"
	if m.ToTag != "" {
		to += ";tag=" + m.ToTag
	}
	fmt.Fprintf(&b, "From: \"Alice\" <sip:alice@example.com>;tag=caller-tag\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n",
		to, m.CallID, m.CSeq, m.Method)
	if m.MaxForwards != "" {
		fmt.Fprintf(&b, "Max-Forwards: %s\r\n", m.MaxForwards)
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m.Body), m.Body)
	return b.String()
}

// Reply is the reply of a UAS to a request as it has arrived: with its Vias,
// Record-Routes and dialog headers, and a tag in To.
func Reply(request string, code int, reason string, headers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", code, reason)
	head, _, _ := strings.Cut(request, "\r\n\r\n")
	for _, l := range strings.Split(head, "\r\n")[1:] {
		name, _, _ := strings.Cut(l, ":")
		switch strings.ToLower(name) {
		case "via", "from", "call-id", "cseq", "record-route":
			b.WriteString(l + "\r\n")
		case "to":
			if !strings.Contains(l, ";tag=") {
				l += ";tag=callee-tag"
			}
			b.WriteString(l + "\r\n")
		}
	}
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.String()
}

// StartLine is a message's first line.
func StartLine(msg string) string {
	line, _, _ := strings.Cut(msg, "\r\n")
	return line
}

// Headers are the bodies of all headers of a name, in order.
func Headers(msg, name string) []string {
	var all []string
	head, _, _ := strings.Cut(msg, "\r\n\r\n")
	for _, l := range strings.Split(head, "\r\n")[1:] {
		if n, body, ok := strings.Cut(l, ":"); ok && strings.EqualFold(strings.TrimSpace(n), name) {
			all = append(all, strings.TrimSpace(body))
		}
	}
	return all
}

// Header is the body of the first header of a name; "" if there is none.
func Header(msg, name string) string {
	if all := Headers(msg, name); len(all) > 0 {
		return all[0]
	}
	return ""
}
