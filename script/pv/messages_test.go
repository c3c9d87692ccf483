package pv

// The messages on which the variables are read.
var (
	inviteMsg = crlf(`INVITE sip:+4930123:secret@biloxi.example.com:5070;transport=tcp;user=phone;lr SIP/2.0
Via: SIP/2.0/UDP pc33.example.com:5066;branch=z9hG4bK776asdhds;rport;alias
Via: SIP/2.0/TCP 10.1.2.3;branch=z9hG4bKnashds8;received=192.0.2.99, SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bKx
Max-Forwards: 70
Route: <sip:p1.example.com;lr;ftag=abc>, <sip:p2.example.com;lr>
Record-Route: <sip:rr1.example.com;lr;did=1.2>
To: "Bob \"The\" Man" <sip:bob@biloxi.example.com:5061;user=phone>;tag=totag1;x=y
From: "Alice \"A\" Smith" <sip:alice:pw@atlanta.example.com;transport=tls>;tag=1928301774;foo=bar
Call-ID: a84b4c76e66710@pc33.example.com
CSeq: 314159 INVITE
Contact: "Al" <sip:alice@pc33.example.com:5066;ob>;q=0.7;expires=300, <sip:alice2@other.example.com>;expires=60
Content-Type: application/sdp;charset=utf-8
User-Agent: SoftPhone/1.0 (x)
Expires: 1800
P-Asserted-Identity: "Alice PAI" <sip:alice-pai@pai.example.com>, <tel:+1234>
P-Preferred-Identity: "Alice PPI" <sip:alice-ppi@ppi.example.com>
Remote-Party-ID: "Rem" <sip:rpid@rp.example.com>;party=calling
Diversion: "Div" <sip:div@div.example.com>;reason=user-busy;privacy=off;counter=3
Refer-To: "Ref" <sip:refer@ref.example.com>
Event: presence;id=7
Supported: 100rel, timer
X-Test: one
X-Test: two, three
x-fold: first
 second
Authorization: Digest username="alice@dom.example.com", realm="Real m", nonce="n0nce", uri="sip:auth.example.com", response="r3sp", algorithm=MD5, cnonce="cn", opaque="op", qop=auth, nc=00000001
Proxy-Authorization: Digest username="bob", realm="proxyrealm", nonce="pn", uri="sip:p.example.com", response="pr"
Content-Length: 29

v=0
o=- 1 1 IN IP4 1.2.3.4
`)
	optionsMsg = crlf(`OPTIONS sip:host.example.com SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKmin
From: sip:a@b.example.com;tag=ft
To: <sip:t.example.com>
Call-ID: min1
CSeq: 7 OPTIONS

`)
	registerMsg = crlf(`REGISTER sips:reg.example.com SIP/2.0
v: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKreg
f: Carol Q <sip:carol@reg.example.com>;tag=cf
t: "" <tel:+1-201-555-0123;phone-context=x>
i: reg1
CSeq: 2 REGISTER
m: *
Expires: 0
c: text/plain
l: 0

`)
	replyMsg = crlf(`SIP/2.0 180 Ringing now
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKours
Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK776asdhds
From: <sip:a@b.example.com>;tag=ft
To: <sip:t.example.com>;tag=tt
Call-ID: rep1
CSeq: 7 INVITE
Contact: sip:plain@c.example.com;expires=5
Server: srv/2
Content-Length: 0

`)
	brokenMsg = crlf(`INVITE tel:+123;phone-context=example.com SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKbad
From: <sip:broken
To: <sip:@>;tag
Call-ID: bad1
CSeq: 9 INVITE
Contact: <><
Content-Length: 0

`)
	urnMsg = crlf(`INVITE urn:service:sos SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKurn
From: "A" <sip:a@[2001:db8::9]:5070>;tag=a
To: <urn:service:sos>
Call-ID: urn1
CSeq: 10 INVITE
Contact: <sip:x@[2001:db8::9]>
Content-Length: 0

`)
)

var allMessages = []struct{ name, text string }{
	{"INVITE", inviteMsg}, {"OPTIONS", optionsMsg}, {"REGISTER", registerMsg}, {"reply", replyMsg}, {"broken", brokenMsg}, {"urn", urnMsg},
}
