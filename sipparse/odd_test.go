package sipparse

import "testing"

// The messages of testdata that are odd in the ways of RFC 4475 and RFC 5118,
// and valid: nothing in them may be refused or misread.
func TestOddMessagesAreAccepted(t *testing.T) {
	for name, check := range map[string]func(t *testing.T, b []byte, x *Index){
		"tokens": func(t *testing.T, b []byte, x *Index) {
			if x.Method() != MethodOther || x.First(HdrOther) < 0 || string(x.CallID(b).Of(b)) != "intword%ZK-!.*_+'@word`~)(><:\\/\"][?}{" {
				t.Errorf("method %s, Call-ID %q", x.Method(), x.CallID(b).Of(b))
			}
		},
		"escapes": func(t *testing.T, b []byte, x *Index) {
			// A percent sign is of the name: this is neither REGISTER nor Contact.
			if i := x.First(HdrContact); x.Method() != MethodOther || i < 0 || x.Next(i) >= 0 {
				t.Errorf("method %s, Contact %d", x.Method(), i)
			}
			if u, e := x.ToURI(b); e != OK || string(u.User.Of(b)) != "%6Eull%00user" {
				t.Errorf("user %q", u.User.Of(b))
			}
		},
		"ipv6": func(t *testing.T, b []byte, x *Index) {
			u, _ := x.RURI(b)
			v, _ := x.TopVia(b)
			if string(u.Host.Of(b)) != "2001:db8:77::10" || u.PortNum != 5070 || v.PortNum != 5061 || string(v.Received.Of(b)) != "2001:db8:77::9:ff" {
				t.Errorf("%q %d %d %q", u.Host.Of(b), u.PortNum, v.PortNum, v.Received.Of(b))
			}
			if u, e := x.ToURI(b); e != OK || u.PortNum != 0 || string(u.Host.Of(b)) != "2001:db8:77::10:5070" {
				t.Errorf("port taken from an address: %q %d", u.Host.Of(b), u.PortNum)
			}
		},
		"multipart": func(t *testing.T, b []byte, x *Index) {
			var c ContentType
			s := x.Body(x.First(HdrContentType))
			if e := ParseContentType(b, int(s.Off), s.End(), &c); e != OK || string(c.Boundary.Of(b)) != "cut.here" {
				t.Fatalf("%s, boundary %q", e.String(), c.Boundary.Of(b))
			}
			body := x.MsgBody(b)
			var parts []string
			var p Part
			for i := int(body.Off); !p.Last; {
				next, e := ParsePart(b, i, body.End(), c.Boundary.Of(b), &p)
				if e != OK {
					t.Fatal(e)
				}
				parts, i = append(parts, string(p.Body.Of(b))), next
			}
			if len(parts) != 2 || parts[0] != "Hello" || parts[1] != "\x00\x01\r\n\xff\xfe--cut\r\n" {
				t.Errorf("%q", parts)
			}
		},
		"surplus": func(t *testing.T, b []byte, x *Index) {
			if s := x.MsgBody(b); string(s.Of(b)) != "v=0\r" || x.Status() != 200 {
				t.Errorf("%d %q", x.Status(), s.Of(b))
			}
		},
		"long": func(t *testing.T, b []byte, x *Index) {
			n := 0
			for i := x.First(HdrVia); i >= 0; i = x.Next(i) {
				n++
			}
			if n != 34 { // what looks like one more stands in a fold
				t.Errorf("%d Vias", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := sample(t, name)
			var x Index
			if e := Parse(b, &x); e != OK {
				t.Fatalf("%s at %d", e.String(), x.ErrOffset())
			}
			if e := x.Validate(b); e != OK {
				t.Fatalf("%s at %d", e.String(), x.ErrOffset())
			}
			if e := x.Full(b); e != OK {
				t.Fatalf("%s at %d", e.String(), x.ErrOffset())
			}
			check(t, b, &x)
		})
	}
}
