package framing

import (
	"fmt"
	"strings"
)

// Message is one of the corpus.
type Message struct {
	Name, Text string
	// Status is what the answer's first line begins with.
	Status string
}

// Corpus is a hundred requests, always the same: ten forms of ten kinds.
func Corpus() (all []Message) {
	for n, kind := range kinds {
		for f, form := range forms {
			m := kind.make(fmt.Sprintf("frame-%d-%d", n, f))
			m.Name = kind.name + ", " + form.name
			m.Status = "SIP/2.0 200 "
			if kind.status != "" {
				m.Status = kind.status
			}
			form.change(m)
			all = append(all, Message{m.Name, m.String(), m.Status})
		}
	}
	return all
}

// parts are a request before it is written.
type parts struct {
	Message
	start   string
	headers []string // without the length
	body    string
	eol     string
	length  string // the header's name and colon
	before  string // what stands before the message
}

func (p *parts) String() string {
	eol := p.eol
	if eol == "" {
		eol = "\r\n"
	}
	length := p.length
	if length == "" {
		length = "Content-Length: "
	}
	return p.before + p.start + eol + strings.Join(p.headers, eol) + eol + fmt.Sprint(length, len(p.body)) + eol + eol + p.body
}

// request is a plain one.
func request(method, uri, callID string, more ...string) *parts {
	return &parts{start: method + " " + uri + " SIP/2.0", headers: append([]string{
		"Via: SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bK-" + callID,
		"From: <sip:alice@example.com>;tag=" + callID,
		"To: <sip:bob@example.net>",
		"Call-ID: " + callID,
		"CSeq: 7 " + method,
		"Max-Forwards: 70",
	}, more...)}
}

// sdp is a session description.
const sdp = "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"

// hidden is a request that must not be served where it is part of another one.
var hidden = request("OPTIONS", "sip:hidden@example.net", "hidden").String()

// kinds are what the messages carry.
var kinds = []struct {
	name, status string
	make         func(callID string) *parts
}{
	{"OPTIONS", "", func(id string) *parts { return request("OPTIONS", "sip:bob@example.net", id) }},
	{"INVITE with a session description", "", func(id string) *parts {
		p := request("INVITE", "sip:bob@example.net;transport=tcp", id, "Contact: <sip:alice@127.0.0.1:5999;transport=tcp>", "Content-Type: application/sdp")
		p.body = sdp
		return p
	}},
	{"a request in the body", "", func(id string) *parts {
		p := request("MESSAGE", "sip:bob@example.net", id, "Content-Type: message/sip")
		p.body = hidden
		return p
	}},
	{"empty lines in the body", "", func(id string) *parts {
		p := request("MESSAGE", "sip:bob@example.net", id, "Content-Type: text/plain")
		p.body = "\r\n\r\n\r\n\r\nContent-Length: 5\r\n\r\nl: 9\r\n\r\n"
		return p
	}},
	{"every byte in the body", "", func(id string) *parts {
		p := request("INFO", "sip:bob@example.net", id, "Content-Type: application/octet-stream")
		for i := range 256 {
			p.body += string([]byte{byte(i)})
		}
		return p
	}},
	{"many Vias and Routes", "", func(id string) *parts {
		p := request("BYE", "sip:bob@192.0.2.9", id)
		for i := range 6 {
			p.headers = append(p.headers, fmt.Sprintf("Via: SIP/2.0/UDP h%d.example.com:5060;branch=z9hG4bK%d, SIP/2.0/TCP [2001:db8::%d];branch=z9hG4bKx%d", i, i, i+1, i),
				fmt.Sprintf("Route: <sip:p%d.example.com;lr>", i))
		}
		return p
	}},
	{"quotes and colons", "", func(id string) *parts {
		p := request("SUBSCRIBE", "sip:b%0d%0aob@example.net", id, `Contact: "Content-Length: 99, \"\\" <sip:a@192.0.2.1>`, "Subject: a:b::c Content-Length: 1", "Event: presence")
		return p
	}},
	{"UTF-8", "", func(id string) *parts {
		p := request("MESSAGE", "sip:bob@example.net", id, "Subject: ünïcödé ☎ 電話", "Content-Type: text/plain;charset=utf-8")
		p.body = "Grüße, 電話 ☎\n"
		return p
	}},
	{"a method of its own", "", func(id string) *parts {
		return request("FROBNICATE", "sip:bob@example.net", id, "X-Empty:", "X-Blank: \t ")
	}},
	{"without a From, which is refused", "SIP/2.0 400 ", func(id string) *parts {
		p := request("OPTIONS", "sip:bob@example.net", id)
		p.headers[1] = "Subject: no From"
		p.body = hidden
		return p
	}},
}

// forms are how they are written.
var forms = []struct {
	name   string
	change func(p *parts)
}{
	{"as usual", func(*parts) {}},
	{"with compact names", func(p *parts) {
		p.length = "l:"
		for i, h := range p.headers {
			for _, n := range [][2]string{{"Via:", "v:"}, {"From:", "f:"}, {"To:", "t:"}, {"Call-ID:", "i:"}, {"Subject:", "s:"}, {"Contact:", "m:"}, {"Content-Type:", "c:"}} {
				if strings.HasPrefix(h, n[0]) {
					p.headers[i] = n[1] + h[len(n[0]):]
				}
			}
		}
	}},
	{"with names in capitals", func(p *parts) {
		p.length = "CONTENT-LENGTH:"
		for i, h := range p.headers {
			name, body, _ := strings.Cut(h, ":")
			p.headers[i] = strings.ToUpper(name) + ":" + body
		}
	}},
	{"with blanks around the colon", func(p *parts) {
		p.length = "Content-Length \t: \t "
		for i, h := range p.headers[1:] {
			p.headers[i+1] = strings.Replace(h, ": ", " \t:  ", 1)
		}
	}},
	{"with folded lines", func(p *parts) {
		p.length = "Content-Length:\r\n "
		for i, h := range p.headers {
			p.headers[i] = strings.Replace(h, ": ", ":\r\n\t", 1)
		}
	}},
	{"with line feeds alone", func(p *parts) { p.eol = "\n" }},
	{"with the length first", func(p *parts) {
		p.headers = append([]string{fmt.Sprint("Content-Length: ", len(p.body))}, p.headers...)
		p.length = "X-Length: "
	}},
	{"with the length twice", func(p *parts) { p.headers = append(p.headers, fmt.Sprint("l: ", len(p.body))) }},
	{"with zeros before the length", func(p *parts) { p.length = "Content-Length: 00000" }},
	{"behind an empty line", func(p *parts) { p.before = "\r\n" }},
}
