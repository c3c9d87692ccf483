package sipparse

import "testing"

// The pairs are made after the examples of RFC 3261 section 19.1.4.
func TestEqualURI(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"sip:%61lice@atlanta.example;transport=TCP", "sip:alice@AtlanTa.example;Transport=tcp", true},
		{"sip:carol@chicago.example", "sip:carol@chicago.example;newparam=5", true},
		{"sip:carol@chicago.example", "sip:carol@chicago.example;security=on", true},
		{"sip:a.example;transport=tcp?to=sip:bob%40b.example", "sip:a.example;transport=tcp?to=sip:bob%40b.example", true},
		{"sip:a@b?subject=x&priority=urgent", "sip:a@b?priority=urgent&Subject=x", true},
		{"sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]", true},
		{"sip:a@b;x=%31", "sip:a@b;X=1", true},
		{"tel:+1-201-555-0123", "TEL:+1(201)555.0123", true},
		{"tel:123;phone-context=a", "tel:123;phone-context=A", true},
		{"urn:service:sos", "URN:service:sos", true},

		{"SIP:ALICE@atlanta.example", "sip:alice@atlanta.example", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example:5060", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example;transport=udp", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example;user=ip", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example;method=INVITE", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example;ttl=1", false},
		{"sip:bob@biloxi.example", "sip:bob@biloxi.example;maddr=192.0.2.1", false},
		{"sip:carol@chicago.example;security=off", "sip:carol@chicago.example;security=on", false},
		{"sip:carol@chicago.example", "sip:carol@chicago.example?Subject=next%20meeting", false},
		{"sip:bob@a.example", "sip:bob@192.0.2.4", false},
		{"sip:a@b", "sips:a@b", false},
		{"sip:a@b", "sip:a:@b", false},
		{"sip:a:x@b", "sip:a:y@b", false},
		{"sip:%2561@b", "sip:a@b", false}, // undone once only
		{"sip:a%3Bb@c", "sip:a;b@c", false},
		{"sip:v%61lue%25%34%31@b", "sip:valueA@b", false},
		{"tel:123", "tel:+123", false},
		{"tel:123;phone-context=a", "tel:123", false},
		{"urn:service:sos", "urn:service:SOS", false},
		{"nonsense", "nonsense", false},
		{"", "", false},
	} {
		if got := EqualURI([]byte(tc.a), []byte(tc.b)); got != tc.want {
			t.Errorf("%s and %s: %v", tc.a, tc.b, got)
		}
		if got := EqualURI([]byte(tc.b), []byte(tc.a)); got != tc.want {
			t.Errorf("%s and %s: %v", tc.b, tc.a, got)
		}
	}
}
